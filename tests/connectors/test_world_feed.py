"""The change feed: every reader, whatever its pages and pauses, ends with what is true now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.world.feed import COMPACT_ABOVE, KEEP_DELETIONS, ChangeFeed
from domain.errors import BadInputError
from domain.ids import EntityKind, EntityRef, LaneId, NodeId, ZoneId
from domain.network import Lane

START = datetime(2026, 11, 22, tzinfo=UTC)
STREAM = "tms/network"
CHANGES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["put", "remove"])), max_size=60)


def lane(number: int) -> Lane:
    return Lane(
        lane_id=LaneId(f"L{number}"),
        origin_node_id=NodeId("N"),
        zone_id=ZoneId("Z"),
        transit_days=1,
        fixed_cost_cents=1,
        rate_cents_per_kg=1,
    )


def change(feed: ChangeFeed, number: int, what: str, at: datetime = START) -> None:
    if what == "put":
        feed.put(STREAM, EntityKind.LANE, f"L{number}", at, lambda: lane(number))
    else:
        feed.remove(STREAM, EntityKind.LANE, f"L{number}", at)


def follow(feed: ChangeFeed, cursor: str | None, limit: int, held: set[str]) -> str | None:
    more = True
    while more:
        rows, cursor, more = feed.read(STREAM, cursor, limit)
        for row in rows:
            (held.discard if row.is_gone else held.add)(row.entity_id)
    return cursor


@given(first=CHANGES, second=CHANGES, limit=st.integers(1, 7))
def test_a_reader_that_pauses_ends_with_the_truth(
    first: list[tuple[int, str]], second: list[tuple[int, str]], limit: int
) -> None:
    feed = ChangeFeed()
    held: set[str] = set()
    cursor: str | None = None
    for changes in (first, second, []):
        for number, what in changes:
            change(feed, number, what)
        cursor = follow(feed, cursor, limit, held)
    assert held == feed.ids(STREAM)


def test_versions_grow_and_end_with_the_record() -> None:
    feed = ChangeFeed()
    ref = EntityRef(kind=EntityKind.LANE, entity_id="L1")
    assert feed.version(ref) is None
    change(feed, 1, "put")
    before = feed.version(ref)
    change(feed, 1, "put")
    assert before is not None
    assert int(feed.version(ref) or 0) > int(before)
    assert feed.entity(ref) == lane(1)
    change(feed, 1, "remove")
    assert feed.version(ref) is None
    assert feed.entity(ref) is None


def test_old_deletions_are_forgotten_and_ids_stay_right() -> None:
    feed = ChangeFeed()
    for number in range(20):
        change(feed, number, "put")
        change(feed, number, "remove" if number % 2 else "put")
    later = START + KEEP_DELETIONS + timedelta(days=1)
    for _ in range(COMPACT_ABOVE + 100):
        change(feed, 0, "put", later)
    rows, _, more = feed.read(STREAM, None, 1_000)
    assert not more
    assert not any(row.is_gone for row in rows)
    assert feed.ids(STREAM) == {f"L{number}" for number in range(0, 20, 2)}


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "\u0661"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInputError, match="no cursor"):
        ChangeFeed().read(STREAM, cursor, 5)
