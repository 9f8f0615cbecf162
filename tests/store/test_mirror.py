"""The mirror: the same facts whatever way the pages came; rows, cases and cursor together or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.store.engine import reading
from app.store.rows import fields_sha256
from app.store.schema import MIRROR_METADATA
from connectors.protocol import Page
from domain.ids import EntityKind, EntityRef, ItemId, NodeId, OrderId, SourceName
from domain.inventory import AllocationStatus
from domain.records import DeletedRecord, SourceRecord, ref_of
from tests.support import facts
from tests.support.facts import DAY, ERP, NOW
from tests.support.fake_connector import STREAM, page_of
from tests.support.tower_room import TowerRoom, tower_room

Given = SourceRecord | DeletedRecord

#: Versions of three records, each with a deletion somewhere: stamps of one record never repeat.
_HISTORY: list[Given] = []
for _number in range(3):
    for _stamp in range(1, 6):
        _entity = facts.position(f"DC{_number}", on_hand=_stamp * 10)
        if _stamp == 3:
            _HISTORY.append(DeletedRecord(source=ERP, ref=ref_of(_entity), stamp=_stamp, observed_at=NOW))
        else:
            _HISTORY.append(facts.record(_entity, stamp=_stamp))


def as_page(part: list[Given], cursor: int) -> Page:
    return Page(
        records=tuple(each for each in part if isinstance(each, SourceRecord)),
        rejected=(),
        deleted=tuple(each for each in part if isinstance(each, DeletedRecord)),
        cursor=str(cursor),
        more=True,
    )


def state(room: TowerRoom) -> list[SourceRecord]:
    return room.mirror.entities(EntityKind.INVENTORY_POSITION)


def feed(room: TowerRoom, history: list[Given], size: int) -> None:
    for start in range(0, len(history), size):
        with room.mirror.write() as transaction:
            transaction.apply_page(ERP, STREAM, as_page(history[start : start + size], start), at=NOW)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_order_size_and_repetition_of_pages_do_not_matter(data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(_HISTORY)))
    seen = _HISTORY[:cut]
    shuffled = data.draw(st.permutations(seen))
    repeated = shuffled + data.draw(st.lists(st.sampled_from(seen), max_size=5) if seen else st.just([]))
    size = data.draw(st.integers(1, 20))
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as two,
        tower_room(Path(one)) as plain,
        tower_room(Path(two)) as other,
    ):
        feed(plain, seen, 4)
        feed(other, list(repeated), size)
        assert state(other) == state(plain)


def test_a_record_comes_back_as_it_was_given(room: TowerRoom) -> None:
    given_records = [
        facts.record(entity)
        for entity in (
            facts.node(),
            facts.lane(),
            facts.carrier_service(),
            facts.item(),
            facts.customer(),
            facts.contract_price(),
            facts.order(),
            facts.line(),
            facts.position(),
            facts.allocation(),
            facts.supply(),
            facts.pick(),
            facts.shipment(),
            facts.milestone(),
            facts.booking(),
            facts.invoice(),
            facts.pod(90, 10),
            facts.rma(),
        )
    ]
    with room.mirror.write() as transaction:
        outcome = transaction.apply_page(ERP, STREAM, page_of(*given_records), at=NOW)
    assert outcome.written == len(given_records)
    assert [room.mirror.get(each.ref) for each in given_records] == given_records


def test_the_lines_inside_a_record_are_replaced_as_a_whole(room: TowerRoom) -> None:
    room.sync(facts.pod(90, 10))
    room.sync(facts.pod(100))
    found = room.mirror.entities(EntityKind.PROOF_OF_DELIVERY)
    assert [each.entity for each in found] == [facts.pod(100)]


def test_an_equal_stamp_wins_only_with_other_facts_observed_no_earlier(room: TowerRoom) -> None:
    def put(on_hand: int, minutes: int) -> int:
        when = NOW + timedelta(minutes=minutes)
        record = facts.record(facts.position(on_hand=on_hand), stamp=5, observed_at=when)
        with room.mirror.write() as transaction:
            return transaction.apply_page(ERP, STREAM, page_of(record), at=NOW).written

    assert [put(10, 0), put(10, 1), put(20, 1), put(10, 0)] == [1, 0, 1, 0]


def test_the_first_source_to_give_a_record_owns_it(room: TowerRoom) -> None:
    room.sync(facts.item())
    wms = SourceName("wms")
    theirs = facts.record(facts.item(name="Another"), stamp=99, source=wms)
    with room.mirror.write() as transaction:
        outcome = transaction.apply_page(wms, STREAM, page_of(theirs), at=NOW)
    assert (outcome.written, outcome.foreign) == (0, 1)
    kept = room.mirror.entities(EntityKind.ITEM)[0]
    assert (kept.source, kept.entity) == (ERP, facts.item())


def test_a_deleted_record_is_gone_and_can_come_back(room: TowerRoom) -> None:
    room.sync(facts.item())
    room.source.drop(facts.item())
    room.sync()
    ref = EntityRef(kind=EntityKind.ITEM, entity_id="I1")
    assert room.mirror.get(ref) is None
    assert room.mirror.expected_version(ref) is None
    room.sync(facts.item())
    assert room.mirror.get(ref) is not None


def everything(room: TowerRoom) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with reading(room.mirror.engine).connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in MIRROR_METADATA.sorted_tables
        }


def test_rows_cases_and_cursor_are_written_together_or_not_at_all(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    before = everything(room)
    broken = facts.record(facts.position("MEM", 0), stamp=99)

    def write_and_fail() -> None:
        with room.mirror.write() as transaction:
            transaction.apply_page(ERP, STREAM, page_of(broken, cursor="999"), at=NOW)
            assert transaction.detect(now=NOW).opened
            raise RuntimeError("killed before the commit")

    with pytest.raises(RuntimeError, match="killed"):
        write_and_fail()
    assert everything(room) == before


def test_a_page_without_detection_is_detected_by_the_next_one(room: TowerRoom) -> None:
    """What a process killed between two pages leaves behind: rows and cursor, and what is dirty."""
    room.sync(*facts.quiet_world())
    short = facts.record(facts.position("MEM", 0), stamp=99)
    with room.mirror.write() as transaction:
        transaction.apply_page(ERP, STREAM, page_of(short, cursor="8"), at=NOW)
    assert room.codes() == []
    room.sync()
    assert room.codes() == ["AL-SHORT"]


def test_expected_version_names_what_the_decision_rests_on(room: TowerRoom) -> None:
    room.sync(facts.order())
    expected = room.mirror.expected_version(ref_of(facts.order()))
    assert expected is not None
    assert expected.version == "v1"
    assert expected.fields_sha256 == fields_sha256(facts.order())


def test_entities_are_narrowed_by_column(room: TowerRoom) -> None:
    room.sync(
        facts.line("SO-1/1"), facts.line("SO-1/2"), facts.line("SO-2/1"), facts.line("SO-2/2", node_id=None)
    )
    lines = room.mirror.entities(EntityKind.ORDER_LINE, order_id="SO-1")
    assert [each.ref.entity_id for each in lines] == ["SO-1/1", "SO-1/2"]
    several = room.mirror.entities_in(EntityKind.ORDER_LINE, "id", ["SO-2/1", "SO-1/1", "SO-7/1"])
    assert [each.ref.entity_id for each in several] == ["SO-1/1", "SO-2/1"]


def test_stock_of_an_item_tells_what_others_may_take(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(),
        facts.position("MEM", 130, safety=10),
        facts.allocation(quantity=30, status=AllocationStatus.RESERVED),
        facts.position("DFW", 50),
        facts.order("SO-2"),
        facts.line("SO-2/1", ordered_quantity=80, node_id=NodeId("DFW")),
    )
    stock = {each.node_id: each for each in room.mirror.stock_of(ItemId("I1"))}
    assert (stock[NodeId("MEM")].committed_quantity, stock[NodeId("MEM")].available_quantity) == (100, 20)
    assert (stock[NodeId("DFW")].committed_quantity, stock[NodeId("DFW")].available_quantity) == (80, 0)


def test_short_lines_of_an_item_are_told_with_their_case(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.position("MEM", 60), facts.allocation(quantity=100))
    short = room.mirror.short_lines(item_id=ItemId("I1"))
    assert len(short) == 1
    assert (short[0].line_id, short[0].node_id, short[0].short_quantity) == ("SO-1/1", "MEM", 40)
    assert short[0].case_id == room.only_case("AL-SHORT").case_id
    assert short[0].allocation_ids == (facts.allocation().allocation_id,)
    assert room.mirror.short_lines(line_id="SO-1/1") == short
    assert room.mirror.short_items() == [ItemId("I1")]


def test_shipments_leaving_a_node_on_a_day(room: TowerRoom) -> None:
    tomorrow = facts.shipment("SH-2", planned_pickup_at=NOW + DAY)
    room.sync(facts.shipment(), tomorrow, facts.shipment("SH-3", origin_node_id=NodeId("DFW")))
    found = room.mirror.shipments_leaving(NodeId("MEM"), start=NOW, end=NOW + DAY)
    assert [each.entity for each in found] == [facts.shipment()]


def test_the_timeline_of_an_order_spans_the_systems(room: TowerRoom) -> None:
    late = facts.supply(due_at=NOW + DAY, eta_at=NOW + 4 * DAY)
    room.sync(
        *facts.quiet_world(),
        facts.position("MEM", 0),
        late,
        facts.pick(),
        facts.shipment(),
        facts.milestone(),
        facts.booking(),
        facts.pod(),
        facts.invoice(),
        facts.rma(),
    )
    entries = room.mirror.order_timeline(OrderId("SO-1"), now=NOW)
    assert {entry.kind for entry in entries} == {
        EntityKind.SALES_ORDER,
        EntityKind.INBOUND_SUPPLY,
        EntityKind.PICK_TASK,
        EntityKind.SHIPMENT,
        EntityKind.MILESTONE,
        EntityKind.CARRIER_BOOKING,
        EntityKind.PROOF_OF_DELIVERY,
        EntityKind.INVOICE,
        EntityKind.RETURN_AUTHORISATION,
    }
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {entry.title for entry in entries if entry.planned} == {
        "Promised",
        "PO-7 expected",
        "SH-1 pickup",
        "SH-1 arrives",
    }


def test_figures_now_and_by_the_hour(room: TowerRoom) -> None:
    room.sync(
        *facts.quiet_world(), facts.position("MEM", 0), facts.shipment(), facts.pod(90), facts.invoice(90)
    )
    first = room.mirror.kpi_values(now=room.clock.now())
    assert (first["open_cases"], first["unowned_cases"], first["orders_affected"]) == (1, 1, 1)
    assert first["at_risk_cents"] == room.only_case("AL-SHORT").impact.loss_cents
    assert first["otif_bp"] == 0
    room.clock.advance(hours=1)
    room.sync(facts.position("MEM", 100), facts.pod(100))
    history = room.mirror.kpi_history(since=NOW)
    assert [sample.value for sample in history if sample.name == "open_cases"] == [1, 0]
    assert [sample.value for sample in history if sample.name == "otif_bp"] == [0, 10_000]


def test_time_to_decide_is_from_opening_to_proposal(room: TowerRoom) -> None:
    from domain.cases import CaseState

    room.sync(*facts.quiet_world(), facts.position("MEM", 0))
    case_id = room.only_case("AL-SHORT").case_id
    assert "decide_minutes" not in room.mirror.kpi_values(now=NOW)
    later = NOW + timedelta(minutes=17)
    room.mirror.save_case_state(case_id, CaseState.PROPOSED, reason="", at=later, actor="ana")
    assert room.mirror.kpi_values(now=later)["decide_minutes"] == 17


def test_an_unknown_column_is_one_clear_sentence(room: TowerRoom) -> None:
    from domain.errors import BadInputError

    with pytest.raises(BadInputError, match="has no column colour"):
        room.mirror.entities(EntityKind.ITEM, colour="red")
    assert replace(facts.item()) == facts.item()
