"""Remedies that follow from the facts without search."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.billing import Invoice, InvoiceStatus
from domain.cases import ExceptionCase, Fact
from domain.commands import (
    CreditInvoiceLine,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    ReleaseCreditHold,
    RepickTask,
    SetLinePrice,
    SetOrderField,
)
from domain.ids import EntityKind, EntityRef, InvoiceId, LineId
from domain.orders import OrderStatus, ShipTo
from domain.recommendations import Remedy
from tests.support.distributor import (
    DFW,
    INVOICE,
    LINE,
    MEM,
    NOW,
    ORDER,
    SUPPLY,
    TASK,
    FakeFacts,
    make_case,
    outlook,
    with_ship_to,
)
from tests.support.recommended import recommend


def scattered(here: int, there: int) -> FakeFacts:
    """An order of two lines: 60 units at Memphis, and 50 of 70 allocated at Dallas, the rest wanted there."""
    facts = FakeFacts(stock=(outlook(MEM, here), outlook(DFW, there)))
    other = replace(LINE, line_id=LineId("L2"), position=2, ordered_quantity=70, node_id=DFW)
    facts.entities.append(other)
    facts.allocations = {LINE.line_id: {MEM: 60}, other.line_id: {DFW: 50}}
    return facts


@pytest.mark.parametrize(
    ("here", "there", "moves"),
    [
        (500, 500, [("L1", MEM, DFW, 60)]),
        (70, 59, [("L2", DFW, MEM, 70)]),
        (69, 59, []),
    ],
    ids=["the fewest units move", "only one has it all", "nobody has it all"],
)
def test_an_order_of_several_nodes_ships_from_the_one_that_has_it_all(
    here: int, there: int, moves: list[tuple[object, ...]]
) -> None:
    case = make_case("AL-SPLIT", EntityKind.SALES_ORDER, ORDER.order_id)
    found = recommend(case, scattered(here, there)).options
    actions = [action for option in found for action in option.actions]
    assert moves == [
        (a.line_id, a.from_node_id, a.to_node_id, a.quantity)
        for a in actions
        if isinstance(a, ReallocateLine)
    ]
    assert len(actions) == len(moves)


def test_what_the_warehouses_are_at_already_stays_in_parts() -> None:
    facts = scattered(500, 500)
    released = replace(ORDER, status=OrderStatus.RELEASED)
    facts.entities = [released if e is ORDER else e for e in facts.entities]
    (only,) = recommend(make_case("AL-SPLIT", EntityKind.SALES_ORDER, ORDER.order_id), facts).options
    assert only.remedy is Remedy.DO_NOTHING


@pytest.mark.parametrize(
    ("case", "action"),
    [
        (make_case("OE-CREDIT", EntityKind.SALES_ORDER, "O1"), ReleaseCreditHold(order_id=ORDER.order_id)),
        (
            make_case("OE-PRICE", EntityKind.ORDER_LINE, "L1", [("agreed_price", "4500")]),
            SetLinePrice(order_id=ORDER.order_id, line_id=LINE.line_id, unit_price_cents=4_500),
        ),
        (
            make_case("WH-PICK-SHORT", EntityKind.PICK_TASK, "T1"),
            RepickTask(task_id=TASK.task_id, bin_code="RESERVE", quantity=18),
        ),
        (
            make_case("IN-POD-MISMATCH", EntityKind.INVOICE, "INV1"),
            CreditInvoiceLine(invoice_id=INVOICE.invoice_id, line_id=LINE.line_id, quantity=6),
        ),
        (
            make_case("AL-PO-LATE", EntityKind.INBOUND_SUPPLY, "PO1"),
            ExpediteSupply(supply_id=SUPPLY.supply_id, eta_at=SUPPLY.due_at, cost_cents=23_000),
        ),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_remedies_by_rule(case: ExceptionCase, action: object) -> None:
    first, nothing = recommend(case, FakeFacts()).options
    assert first.actions == (action,)
    assert nothing.remedy is Remedy.DO_NOTHING
    assert nothing.actions == ()


def promise_case(feasible_at: datetime) -> ExceptionCase:
    told = feasible_at.strftime("%Y-%m-%dT%H:%MZ")
    return make_case("OE-PROMISE", EntityKind.SALES_ORDER, "O1", [("feasible_at", told)])


@pytest.mark.parametrize(("days", "promised"), [(3, 4), (4, 5), (4.5, 6), (9, 10)])
def test_the_first_day_that_can_be_kept_is_promised_with_a_day_to_decide(days: float, promised: int) -> None:
    first = recommend(promise_case(NOW + timedelta(days=days)), FakeFacts()).options[0]
    assert first.actions == (
        PromiseDate(
            order_id=ORDER.order_id,
            line_ids=(LINE.line_id,),
            promised_at=NOW + timedelta(days=promised),
            replaces_promised_at=ORDER.promised_at,
        ),
    )
    assert first.remedy is Remedy.PROMISE_DATE


def test_a_line_with_a_day_of_its_own_keeps_it_and_one_that_is_too_early_needs_a_person() -> None:
    def remedies(own_day: int) -> list[tuple[object, ...]]:
        own = replace(LINE, line_id=LineId("L2"), promised_at=ORDER.promised_at + timedelta(days=own_day))
        facts = FakeFacts()
        facts.entities.append(own)
        options = recommend(promise_case(NOW + timedelta(days=4)), facts).options
        return [
            action.line_ids for each in options for action in each.actions if isinstance(action, PromiseDate)
        ]

    assert remedies(0) == [(LINE.line_id, "L2")]
    assert remedies(2) == [(LINE.line_id,)]
    assert remedies(1) == []


def test_a_promise_that_can_be_kept_by_now_is_left_alone() -> None:
    (only,) = recommend(promise_case(NOW + timedelta(days=2)), FakeFacts()).options
    assert only.remedy is Remedy.DO_NOTHING


def credited(code: str, facts: FakeFacts, *evidence: Fact) -> list[tuple[str, int]]:
    case = replace(make_case(code, EntityKind.INVOICE, "INV1"), evidence=evidence)
    actions = [action for option in recommend(case, facts).options for action in option.actions]
    return [(a.line_id, a.quantity) for a in actions if isinstance(a, CreditInvoiceLine)]


def billing(*invoices: Invoice) -> FakeFacts:
    """These invoices, of the shipment with 60 units of line L1."""
    facts = FakeFacts()
    facts.entities = [*(e for e in facts.entities if e is not INVOICE), *invoices]
    return facts


def test_what_was_billed_beyond_the_shipment_is_credited_once_it_is_posted() -> None:
    (line,) = INVOICE.lines
    parts = (replace(line, quantity=50), replace(line, quantity=17, credited_quantity=0))
    over = replace(INVOICE, lines=parts)
    assert credited("IN-QTY", billing(over)) == [("L1", 3)]
    assert credited("IN-QTY", billing(INVOICE)) == [], "60 were shipped, 4 are credited already"
    draft = replace(over, status=InvoiceStatus.DRAFT)
    assert credited("IN-QTY", billing(draft)) == [], "it can still be corrected"


def test_what_another_invoice_bills_too_is_credited_and_nothing_else() -> None:
    (line,) = INVOICE.lines
    own = replace(line, line_id=LineId("L2"), quantity=9)
    second = replace(INVOICE, lines=(line, own))
    first = replace(INVOICE, invoice_id=InvoiceId("INV0"), number="INV-0")
    told = Fact(
        name="first_invoice",
        value="INV-0",
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id="INV0"),
    )
    assert credited("IN-DUP", billing(first, second), told) == [("L1", 56)]
    assert credited("IN-DUP", billing(first, second)) == []


def test_a_blank_address_is_filled_from_earlier_orders_and_only_then() -> None:
    case = make_case("OE-INCOMPLETE", EntityKind.SALES_ORDER, "O1", [("missing_fields", "postcode, city")])
    facts = FakeFacts(addresses=(ShipTo(city="Denver"), ShipTo(city="Boulder", postcode="80201")))
    facts.entities = [with_ship_to(ORDER, postcode="", city="") if e is ORDER else e for e in facts.entities]
    first = recommend(case, facts).options[0]
    assert first.actions == (
        SetOrderField(order_id=ORDER.order_id, field="postcode", value="80201"),
        SetOrderField(order_id=ORDER.order_id, field="city", value="Denver"),
    )
    facts.addresses = (ShipTo(city="Denver"),)
    (only,) = recommend(case, facts).options
    assert only.remedy is Remedy.DO_NOTHING


def test_a_source_that_is_silent_has_no_remedy_in_the_tower() -> None:
    (only,) = recommend(make_case("DQ-STALE", EntityKind.FEED, "supplier"), FakeFacts()).options
    assert only.remedy is Remedy.DO_NOTHING
