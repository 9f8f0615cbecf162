"""Incidents: which cases are grouped, under which root, for how long, and what they are worth together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.detection.lifecycle.stored import LIFE_INDEXES
from app.services.rank import distinct_total_cents
from domain.catalogue.types import CASE_TYPES
from domain.decision_tables.suppression import Suppression, SuppressOn
from domain.ids import CaseId, EntityKind, ItemId, NodeId, ZoneId
from domain.transport import ShipmentStatus
from tests.support.case_book import BookPolicy, CaseBook, case_books, refs
from tests.support.facts import cycle_count, line, order, pick, position, rma, route_event, shipment, supply

#: What a tick may read from end to end: what people said, and parts of the statement itself.
SMALL = frozenset({"silence", "CONSTANT", "("})
LINE, SUPPLY, SHIPMENT = EntityKind.ORDER_LINE, EntityKind.INBOUND_SUPPLY, EntityKind.SHIPMENT
ON_THE_ROAD = ShipmentStatus.IN_TRANSIT


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseBook]:
    with case_books(tmp_path, "one") as books:
        yield books[0]


def waiting(book: CaseBook, supply_id: str, **units: int) -> None:
    """Have lines wait for a late supply; ``L1=40`` is line SO-1/1 with 40 units."""
    book.run("DELETE FROM peg_late WHERE supply_id = :supply", supply=supply_id)
    for name, quantity in units.items():
        book.run(
            "INSERT INTO peg_late VALUES (:supply, :line, :units)",
            supply=supply_id,
            line=f"SO-{name[1:]}/1",
            units=quantity,
        )


def late(book: CaseBook, supply_id: str = "PO-7/1") -> CaseId:
    book.put(supply(supply_id, number=supply_id.split("/", maxsplit=1)[0]))
    return book.open(
        "AL-PO-LATE", SUPPLY, supply_id, title=f"{supply_id} comes late", correlation_key="po:PO-7"
    )


def short(book: CaseBook, number: int, **changes: object) -> CaseId:
    line_id = f"SO-{number}/1"
    book.put(order(f"SO-{number}"), line(line_id))
    key = changes.pop("correlation_key", f"short:{number}")
    orders = json.dumps([f"SO-{number}"])
    return book.open("AL-SHORT", LINE, line_id, correlation_key=key, order_ids=orders, **changes)


def test_lines_that_wait_for_a_late_supply_are_in_its_incident_with_the_reason(book: CaseBook) -> None:
    root, first, other = late(book), short(book, 1), short(book, 2)
    waiting(book, "PO-7/1", L1=40)
    book.correlate()
    assert book.together(root, first)
    assert not book.together(root, other)
    assert book.incident_of(first)["basis"] == "pegging"
    assert book.incident_of(first)["root_case_id"] == root
    assert book.why(first) == "PO-7 is late and line 1 of SO-1 waits for 40 ea of it."
    assert book.case(first)["parent_case_id"] == root


def test_a_root_that_opens_later_takes_its_members_over_and_says_so_in_their_history(book: CaseBook) -> None:
    first = short(book, 1)
    book.correlate(first)
    alone = book.incident_of(first)["incident_id"]
    book.later(minutes=10)
    root = late(book)
    waiting(book, "PO-7/1", L1=40)
    changed = book.correlate(root)
    assert first in changed
    assert book.together(root, first)
    kinds = book.rows("SELECT kind, reason FROM case_event")
    assert [kind for kind, _ in kinds] == ["grouped"]
    assert alone in kinds[0][1]
    ended = dict(book.rows("SELECT incident_id, closed_at FROM incident"))
    assert ended[alone] == book.now_ms


def test_a_second_root_is_an_also_affected_and_money_counts_once(book: CaseBook) -> None:
    root, second, member = late(book), late(book, "PO-8/1"), short(book, 1, losses={"SO-1/1": 50_000})
    book.change(second, correlation_key="po:PO-8")
    waiting(book, "PO-7/1", L1=40)
    waiting(book, "PO-8/1", L1=10)
    book.correlate()
    assert book.together(root, member)
    also = book.rows("SELECT case_id, incident_id, why FROM also_affected")
    assert also == [
        (
            member,
            book.incident_of(second)["incident_id"],
            "PO-8 is late and line 1 of SO-1 waits for 10 ea of it.",
        )
    ]
    assert book.incident_of(second)["loss_cents"] == 10_000


def test_the_incident_stays_when_its_root_closes_until_its_members_close(book: CaseBook) -> None:
    root, first, second = late(book), short(book, 1), short(book, 2)
    waiting(book, "PO-7/1", L1=40, L2=5)
    book.correlate()
    incident = book.incident_of(root)["incident_id"]
    book.later(hours=1)
    book.close(root)
    waiting(book, "PO-7/1")
    book.correlate(root)
    assert book.incident_of(first)["incident_id"] == incident == book.incident_of(second)["incident_id"]
    assert book.incident_of(first)["closed_at"] is None
    assert book.case(first)["parent_case_id"] is None
    book.later(hours=1)
    book.close(first, second)
    book.correlate(first, second)
    assert book.incident_of(first)["closed_at"] == book.now_ms
    book.later(hours=1)
    short(book, 1)
    book.correlate(first)
    assert book.incident_of(first)["incident_id"] != incident


def test_a_link_that_ends_while_the_root_is_open_lets_the_member_go(book: CaseBook) -> None:
    root, member, other = late(book), short(book, 1), short(book, 2)
    waiting(book, "PO-7/1", L1=40, L2=5)
    book.correlate()
    waiting(book, "PO-7/1", L2=45)
    book.correlate(root, member)
    assert book.together(root, other)
    assert not book.together(root, member)
    assert book.case(member)["parent_case_id"] is None


def dear(book: CaseBook, number: int, key: str, **changes: object) -> CaseId:
    """A wrong price under a key."""
    return book.open("OE-PRICE", LINE, f"SO-{number}/1", correlation_key=key, **changes)


def test_cases_of_one_key_are_together_and_a_new_version_does_not_regroup_them(book: CaseBook) -> None:
    first, second = (dear(book, n, "price:C1:I1") for n in (1, 2))
    book.correlate()
    assert book.together(first, second)
    incident = book.incident_of(first)["incident_id"]
    book.later(minutes=5)
    for case_id in (first, second):
        book.change(case_id, correlation_version=2, correlation_key="price:C1")
    third = dear(book, 3, "price:C1", correlation_version=2)
    book.correlate(first, second, third)
    assert book.incident_of(first)["incident_id"] == incident == book.incident_of(second)["incident_id"]
    assert book.incident_of(third)["incident_id"] != incident


def test_a_case_whose_key_itself_changed_goes_to_the_incident_of_the_new_key(book: CaseBook) -> None:
    first, second = (dear(book, n, "price:C1:I1") for n in (1, 2))
    book.correlate()
    book.change(second, correlation_key="price:C2:I1")
    book.correlate(second)
    assert not book.together(first, second)


def test_what_is_short_of_one_item_at_one_node_is_together_whatever_its_type(book: CaseBook) -> None:
    here = short(book, 1)
    elsewhere = book.open("AL-IMBALANCE", LINE, "SO-1/1", correlation_key="imbalance:I1")
    book.put(order("SO-2"), line("SO-2/1", item_id=ItemId("I2")))
    other = book.open("AL-SHORT", LINE, "SO-2/1", correlation_key="short:I2:MEM")
    book.correlate()
    assert book.together(here, elsewhere)
    assert not book.together(here, other)
    assert book.why(here) == "Not enough of I1 at MEM: all that is short of it there belongs together."


def test_a_carrier_in_trouble_at_two_nodes_is_one_trouble(book: CaseBook) -> None:
    one, two = (
        book.open("TR-CARRIER", EntityKind.CARRIER, f"ACME|{node}", correlation_key=f"carrier:ACME:{node}")
        for node in ("MEM", "DEN")
    )
    book.correlate()
    assert book.together(one, two)


def unbilled(book: CaseBook, number: int, **changes: object) -> CaseId:
    book.put(shipment(f"SH-{number}"))
    return book.open("IN-UNBILLED", SHIPMENT, f"SH-{number}", sources=json.dumps(["tms"]), **changes)


def silent(book: CaseBook) -> CaseId:
    return book.open("DQ-STALE", EntityKind.FEED, "tms", title="TMS is silent", sources=json.dumps(["tms"]))


def test_silence_of_a_feed_explains_and_mutes_what_came_up_with_it_but_not_older_cases(
    book: CaseBook,
) -> None:
    old = unbilled(book, 1)
    book.later(hours=5)
    root, young = silent(book), unbilled(book, 2)
    book.correlate()
    assert book.together(root, young)
    assert not book.together(root, old)
    assert book.case(young)["suppressed_by"] == root == book.case(old)["suppressed_by"]
    assert "tms" in book.why(young)
    book.later(hours=1)
    book.close(root)
    book.correlate(root)
    assert book.case(young)["suppressed_by"] == ""


def test_what_a_policy_keeps_quiet_joins_the_incident_of_what_keeps_it_so(book: CaseBook) -> None:
    book.policy = BookPolicy((Suppression(code="OE-PRICE", while_code="OE-CREDIT", on=SuppressOn.ORDER),))
    orders = json.dumps(["SO-1"])
    book.put(order("SO-1"), line("SO-1/1"))
    credit = book.open("OE-CREDIT", EntityKind.SALES_ORDER, "SO-1", order_ids=orders, title="SO-1 is on hold")
    price = book.open("OE-PRICE", LINE, "SO-1/1", order_ids=orders)
    other = book.open("OE-PRICE", LINE, "SO-9/1", order_ids=json.dumps(["SO-9"]))
    book.correlate()
    assert book.case(price)["suppressed_by"] == credit
    assert book.incident_of(price)["basis"] == "pegging"
    assert book.why(price) == "It is about sales order SO-1, where there is: SO-1 is on hold."
    assert book.together(price, credit)
    assert book.case(other)["suppressed_by"] == ""
    book.close(credit)
    book.correlate(credit)
    assert book.case(price)["suppressed_by"] == ""
    assert book.together(price, credit)


def test_what_a_policy_keeps_quiet_at_a_node_joins_it_only_where_nothing_else_explains_it(
    book: CaseBook,
) -> None:
    book.policy = BookPolicy((Suppression(code="OE-PRICE", while_code="WH-OUTAGE", on=SuppressOn.NODE),))
    lone, pair = dear(book, 1, "price:C1", node_id="MEM"), [dear(book, n, "price:C2") for n in (2, 3)]
    book.correlate()
    for case_id in pair:
        book.change(case_id, node_id="MEM")
    root = book.open("WH-OUTAGE", EntityKind.NODE, "MEM", node_id="MEM", title="Memphis stands still")
    book.correlate(root, *pair)
    assert book.together(root, lone)
    assert book.incident_of(lone)["basis"] == "inhibition"
    assert book.why(lone) == "It is at MEM, and “Memphis stands still” keeps price mismatch quiet there."
    assert not book.together(root, *pair)
    assert {book.case(case_id)["suppressed_by"] for case_id in (lone, *pair)} == {root}


def test_returns_of_an_item_whose_rate_is_too_high_have_it_as_their_root(book: CaseBook) -> None:
    book.put(rma("R1"))
    overdue = book.open("RT-OVERDUE", EntityKind.RETURN_AUTHORISATION, "R1")
    root = book.open("RT-RATE", EntityKind.ITEM, "I1", title="I1 comes back too often")
    book.correlate()
    assert book.together(root, overdue)
    assert book.why(overdue) == "It is about item I1, where there is: I1 comes back too often."


def test_a_supply_that_nothing_is_pegged_to_explains_what_is_short_of_its_item_there(book: CaseBook) -> None:
    member = short(book, 1)
    book.put(supply("PO-7/1"), position())
    root = book.open("AL-PO-SHORT", SUPPLY, "PO-7/1", title="PO-7 brings less")
    book.correlate()
    assert book.together(root, member)
    assert "I1 at MEM" in book.why(member)


def test_a_bin_whose_stock_is_wrong_explains_short_picks_there_and_shortages_of_what_it_holds(
    book: CaseBook,
) -> None:
    book.put(order("SO-1"), line("SO-1/1"), pick("T1"), pick("T2", bin_code="Z-9"), cycle_count("CC1", 60))
    root = book.open("WH-LOC", EntityKind.BIN, "MEM|A-01-03", title="A-01-03 does not hold what it should")
    here, there = (book.open("WH-PICK-SHORT", EntityKind.PICK_TASK, task) for task in ("T1", "T2"))
    lacking = short(book, 1)
    book.correlate()
    assert book.together(root, here, lacking)
    assert not book.together(root, there)
    assert book.why(here) == (
        "It is picked from bin A-01-03 at MEM, where there is: A-01-03 does not hold what it should."
    )


def test_a_carrier_in_trouble_explains_and_mutes_its_late_shipments_from_there(book: CaseBook) -> None:
    book.put(
        shipment("SH-1", scac="ACME", status=ON_THE_ROAD),
        shipment("SH-2", scac="ACME", status=ON_THE_ROAD, origin_node_id=NodeId("DEN")),
        shipment("SH-3", scac="UPSN", status=ON_THE_ROAD),
    )
    root = book.open(
        "TR-CARRIER",
        EntityKind.CARRIER,
        "ACME|MEM",
        title="ACME in trouble from Memphis",
        about=refs((EntityKind.CARRIER, "ACME"), (EntityKind.NODE, "MEM")),
    )
    here, elsewhere, other = (book.open("TR-ETA-LATE", SHIPMENT, f"SH-{n}") for n in (1, 2, 3))
    book.correlate()
    assert book.together(root, here)
    assert [book.case(c)["suppressed_by"] for c in (here, elsewhere, other)] == [root, "", ""]
    assert book.why(here) == "It goes with ACME from MEM, where there is: ACME in trouble from Memphis."


def test_an_event_on_the_road_comes_before_the_carrier_and_takes_it_along(book: CaseBook) -> None:
    book.put(
        shipment("SH-1", scac="ACME", status=ON_THE_ROAD, zone_id=ZoneId("Z1")),
        route_event("E1", zone_ids=(ZoneId("Z1"),)),
    )
    late_one = book.open("TR-ETA-LATE", SHIPMENT, "SH-1")
    lanes = refs((EntityKind.LANE, "MEM|Z1"))
    carrier = book.open("TR-CARRIER", EntityKind.CARRIER, "ACME|MEM", about=lanes)
    book.correlate()
    assert book.together(carrier, late_one)
    book.later(minutes=5)
    event = book.open("TR-ROUTE", EntityKind.ROUTE_EVENT, "E1", title="Snow on the pass", about=lanes)
    book.correlate(event)
    assert book.together(event, carrier, late_one)
    assert book.case(carrier)["parent_case_id"] == event
    assert book.incident_of(late_one)["root_case_id"] == event


def test_no_type_is_its_own_cause_through_others() -> None:
    parents = {case_type.code: set(case_type.parents) for case_type in CASE_TYPES}
    for code, direct in parents.items():
        above: set[str] = set()
        fresh = set(direct)
        while fresh:
            above |= fresh
            fresh = {p for known in fresh for p in parents.get(known, set())} - above
        assert code not in above


def test_the_value_counts_every_line_once_with_its_largest_loss(book: CaseBook) -> None:
    root = late(book)
    book.open(
        "AL-PO-LATE",
        SUPPLY,
        "PO-7/1",
        correlation_key="po:PO-7",
        losses={"SO-1/1": 30_000, "SO-2/1": 5_000},
        avoidable_cents=7_000,
        effort_minutes=20,
        order_ids=json.dumps(["SO-1", "SO-2"]),
    )
    one = short(book, 1, losses={"SO-1/1": 20_000})
    two = short(book, 2, losses={"SO-2/1": 9_000})
    waiting(book, "PO-7/1", L1=40, L2=5)
    book.correlate()
    incident = book.incident_of(root)
    assert (incident["orders"], incident["lines"]) == (2, 2)
    losses = book.mirror.losses([root, one, two])
    assert incident["loss_cents"] == distinct_total_cents(losses) == 39_000
    # Of each line the most that any of its cases can save: 6,000 + 10,000 of one, 4,500 of two.
    assert incident["avoidable_cents"] == 10_000 + 4_500
    assert incident["effort_minutes"] == 20
    assert incident["action_label"] == "Expedite the inbound"


def test_without_a_root_the_effort_is_that_of_all_members(book: CaseBook) -> None:
    first, _ = (short(book, n, correlation_key="short:I1:MEM") for n in (1, 2))
    book.correlate()
    assert book.incident_of(first)["effort_minutes"] == 20


def test_correlating_twice_changes_nothing(book: CaseBook) -> None:
    late(book)
    short(book, 1)
    unbilled(book, 2)
    silent(book)
    waiting(book, "PO-7/1", L1=40)
    book.correlate()
    before = book.grouping()
    assert book.correlate() == frozenset()
    assert book.grouping() == before


def test_a_tick_searches_by_index_and_scans_no_table_of_records_or_cases(book: CaseBook) -> None:
    root, member = late(book), short(book, 1)
    unbilled(book, 2)
    waiting(book, "PO-7/1", L1=40)
    book.correlate()
    with book.mirror.engine.begin() as connection:
        for index in LIFE_INDEXES:
            connection.exec_driver_sql(index)
    run: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, _x: object, many: bool) -> None:
        run.append((statement, values[0] if many and isinstance(values, list) else values))

    event.listen(book.mirror.engine, "before_cursor_execute", note)
    try:
        book.correlate(root, member)
    finally:
        event.remove(book.mirror.engine, "before_cursor_execute", note)
    with book.mirror.engine.begin() as connection:
        plans = [
            (row.detail, statement)
            for statement, values in run
            if statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(plans) > 50
    scanned = {_table(detail.split()[1], statement) for detail, statement in plans if "SCAN" in detail}
    assert {
        name for name in scanned if name not in SMALL and not name.startswith(("temp.", "corr_"))
    } == set()
    assert not [detail for detail, _ in plans if "BLOOM" in detail]


def _table(alias: str, statement: str) -> str:
    """The table that a plan calls by its alias; ``(`` for a part of the statement or of a JSON text."""
    if alias.startswith("(") or f") {alias}" in statement:
        return "("
    found = re.search(rf"([a-z_.]+) (?:AS )?{re.escape(alias)}\b", statement)
    return alias if found is None else found.group(1)
