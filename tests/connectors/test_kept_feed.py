"""The kept feed: what came survives, in order, whatever the clock does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.feed_journal import FileJournal
from connectors.files.profiles import own_manifest
from connectors.kept_feed import Arrival, KeptFeed, arrange
from domain.errors import BadInputError, UnavailableError
from domain.ids import EntityKind, EntityRef, ItemId, NodeId, PositionId, SourceName
from domain.inventory import InventoryPosition
from tests.support.edi_site import ARRIVAL
from tests.support.facts import edi_message

SOURCE = SourceName("files")


def feed(file: Path) -> KeptFeed:
    return KeptFeed(FileJournal(file), source=SOURCE, manifest=own_manifest())


def stock(item: str, quantity: int) -> InventoryPosition:
    return InventoryPosition(
        position_id=PositionId(item), item_id=ItemId(item), node_id=NodeId("n"), on_hand_quantity=quantity
    )


def arrival(*entities: InventoryPosition, at: datetime = ARRIVAL, gone: str = "") -> Arrival:
    ref = EntityRef(kind=EntityKind.INVENTORY_POSITION, entity_id=gone) if gone else None
    return Arrival(at=at, entities={"stock": entities}, gone={"stock": [ref]} if ref else None)


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(-5, 5)), max_size=8))
def test_a_feed_read_again_is_the_feed_that_was_written(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    file = tmp_path_factory.mktemp("feed") / "feed.jsonl"
    written = feed(file)
    truth: dict[str, int] = {}
    for item, quantity, hours in steps:
        at = ARRIVAL + timedelta(hours=hours)
        if quantity == 0:
            written.append(arrival(at=at, gone=item))
            truth.pop(item, None)
        else:
            written.append(arrival(stock(item, quantity), at=at))
            truth[item] = quantity
    again = feed(file)
    page = again.page("stock", None, 100)
    assert page == written.page("stock", None, 100)
    held = [r.entity for r in page.records if isinstance(r.entity, InventoryPosition)]
    assert {each.item_id: each.on_hand_quantity for each in held} == truth
    assert again.ids("stock") == frozenset(truth)
    stamps = [*(r.stamp for r in page.records), *(gone.stamp for gone in page.deleted)]
    assert len(set(stamps)) == len(stamps)


def test_a_lost_file_does_not_make_new_records_old(tmp_path: Path) -> None:
    first = feed(tmp_path / "feed.jsonl")
    first.append(arrival(stock("a", 1)))
    before = first.page("stock", None, 9).records[0].stamp
    (tmp_path / "feed.jsonl").unlink()
    later = feed(tmp_path / "feed.jsonl")
    later.append(arrival(stock("a", 2), at=ARRIVAL + timedelta(seconds=1)))
    assert later.page("stock", str(before), 9).records[0].stamp > before


def test_what_no_stream_carries_is_refused(tmp_path: Path) -> None:
    kept = feed(tmp_path / "feed.jsonl")
    with pytest.raises(BadInputError, match="no stream 'nowhere'"):
        kept.append(Arrival(at=ARRIVAL, entities={"nowhere": [stock("a", 1)]}))
    with pytest.raises(BadInputError, match="no stream for edi_message"):
        arrange([edi_message()], own_manifest())
    with pytest.raises(BadInputError, match="no cursor"):
        kept.page("stock", "x", 5)
    assert not kept.page("stock", None, 5).records


def test_a_disk_that_takes_nothing_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "wall").write_text("a file where a folder should be")
    kept = KeptFeed(FileJournal(tmp_path / "feed.jsonl"), source=SOURCE, manifest=own_manifest())
    kept.append(arrival(stock("a", 1)))
    kept._journal = FileJournal(tmp_path / "wall" / "feed.jsonl")
    with pytest.raises(UnavailableError, match="cannot be kept"):
        kept.append(arrival(stock("b", 2), at=datetime(2026, 12, 1, tzinfo=UTC)))
    assert kept.ids("stock") == {"a"}


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), min_size=1, max_size=12),
    at=st.integers(0, 12),
)
def test_putting_a_feed_in_order_changes_no_page_and_no_cursor(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], at: int
) -> None:
    file = tmp_path_factory.mktemp("feed") / "feed.jsonl"
    plain = feed(file)
    cursors: list[str | None] = [None]
    for number, (item, quantity) in enumerate(steps):
        brought = arrival(gone=item) if quantity == 0 else arrival(stock(item, quantity))
        plain.append(replace(brought, remembered={"number": number}))
        cursors.append(plain.page("stock", None, 100).cursor)
    cursor = cursors[at % len(cursors)]
    before = (plain.page("stock", cursor, 100), plain.ids("stock"), plain.remembered)
    small = plain.page("stock", cursor, 2)
    plain.compact()
    again = feed(file)
    for kept in (plain, again):
        assert (kept.page("stock", cursor, 100), kept.ids("stock"), kept.remembered) == before
        assert kept.page("stock", cursor, 2) == small
    lines = len(file.read_bytes().splitlines())
    assert lines == len({item for item, _ in steps}) + len(steps)
    plain.append(arrival(stock("new", 1)))
    assert again.page("stock", None, 100).records == plain.page("stock", None, 100).records[:-1]


def test_a_feed_mostly_of_the_past_is_put_in_order_when_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "feed.jsonl"
    kept = feed(file)
    for quantity in range(1, 30):
        kept.append(replace(arrival(stock("a", quantity)), remembered={"number": quantity}))
    monkeypatch.setattr("connectors.kept_feed.LEAST_PAST", 10)
    page = kept.page("stock", None, 9)
    again = KeptFeed(
        FileJournal(file), source=SOURCE, manifest=own_manifest(), still_needed=lambda all_: all_[-2:]
    )
    assert len(file.read_bytes().splitlines()) == 3
    assert again.page("stock", None, 9) == page
    assert again.remembered == [{"number": 28}, {"number": 29}]
    assert not list(tmp_path.glob("*.new"))
