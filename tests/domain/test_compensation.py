"""What takes a command back follows from its kind and from the record as it was; the rest has no way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals import PlannedCommand
from domain.commands import (
    ACTION_BY_VERB,
    Action,
    AddNote,
    CreditInvoiceLine,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    RebookCarrier,
    ReleaseCreditHold,
    RepickTask,
    RescheduleShipment,
    SetLinePrice,
    SetOrderField,
    SplitLine,
    SplitPart,
    SubstituteItem,
    TransferStock,
)
from domain.compensation import steps_of, to_take_back, undo_key, undone_by, undone_key
from domain.ids import (
    CustomerId,
    InvoiceId,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    ServiceId,
    ShipmentId,
    TaskId,
)
from domain.transport import Shipment, ShipmentStatus
from tests.support.approval_desk import ERP, START, order_line, reallocation

ORDER, LINE = OrderId("SO-1"), LineId("L1")
SHIPMENT = Shipment(
    shipment_id=ShipmentId("S-1"),
    number="S-1",
    order_id=ORDER,
    customer_id=CustomerId("C-1"),
    origin_node_id=NodeId("DC-1"),
    status=ShipmentStatus.PLANNED,
    planned_pickup_at=START,
    window_end_at=START + timedelta(days=2),
    eta_at=None,
    lines=(),
    service_id=ServiceId("OVLF-5"),
    scac="OVLF",
)
REBOOK = RebookCarrier(shipment_id=ShipmentId("S-1"), service_id=ServiceId("MRDX-1"), scac="MRDX")
SUBSTITUTE = SubstituteItem(
    order_id=ORDER,
    line_id=LINE,
    item_id=ItemId("A"),
    substitute_item_id=ItemId("B"),
    quantity=10,
)
PRICE = SetLinePrice(order_id=ORDER, line_id=LINE, unit_price_cents=900)
NO_WAY_BACK: tuple[Action, ...] = (
    ReleaseCreditHold(order_id=ORDER),
    RepickTask(task_id=TaskId("T-1"), bin_code="A-1", quantity=1),
    CreditInvoiceLine(invoice_id=InvoiceId("I-1"), line_id=LINE, quantity=1),
    ExpediteSupply(supply_id="P-1", eta_at=START, cost_cents=100),
    TransferStock(
        line_id=LINE,
        item_id=ItemId("A"),
        from_node_id=NodeId("DC-1"),
        to_node_id=NodeId("DC-2"),
        quantity=1,
        arrive_at=START,
    ),
)


def test_units_go_back_where_they_came_from() -> None:
    back = undone_by(reallocation(), order_line())
    assert back == (replace(reallocation(), from_node_id=NodeId("DC-2"), to_node_id=NodeId("DC-1")),)


def test_a_split_goes_back_part_by_part() -> None:
    parts = tuple(SplitPart(node_id=NodeId(f"DC-{n}"), quantity=n) for n in (1, 2, 3))
    split = SplitLine(order_id=ORDER, line_id=LINE, from_node_id=NodeId("DC-1"), parts=parts)
    back = undone_by(split, order_line())
    assert back is not None
    moves = [(m.from_node_id, m.to_node_id, m.quantity) for m in back if isinstance(m, ReallocateLine)]
    assert moves == [("DC-2", "DC-1", 2), ("DC-3", "DC-1", 3)]


@pytest.mark.parametrize("at", [None, START + timedelta(days=1)])
def test_the_carrier_of_before_comes_again(at: object) -> None:
    action = replace(REBOOK, pickup_at=at)  # type: ignore[arg-type] # a time or none
    wanted = replace(REBOOK, service_id=ServiceId("OVLF-5"), scac="OVLF", pickup_at=at and START)  # type: ignore[arg-type]
    assert undone_by(action, SHIPMENT) == (wanted,)
    assert undone_by(action, replace(SHIPMENT, service_id=None)) is None, "nobody had booked a carrier"


def test_price_and_item_of_before_come_again() -> None:
    assert undone_by(PRICE, order_line(price=1000)) == (replace(PRICE, unit_price_cents=1000),)
    assert undone_by(SUBSTITUTE, order_line()) == (
        replace(SUBSTITUTE, item_id=ItemId("B"), substitute_item_id=ItemId("A")),
    )


def test_a_shipment_goes_on_its_day_of_before_and_a_note_stays() -> None:
    later = RescheduleShipment(shipment_id=ShipmentId("S-1"), pickup_at=START + timedelta(days=1))
    assert undone_by(later, SHIPMENT) == (replace(later, pickup_at=START),)
    assert undone_by(AddNote(order_id=ORDER, text="Called the customer."), None) == ()


def test_the_day_of_before_is_promised_again() -> None:
    later = START + timedelta(days=6)
    promise = PromiseDate(order_id=ORDER, line_ids=(LINE,), promised_at=later, replaces_promised_at=START)
    assert undone_by(promise, None) == (replace(promise, promised_at=START, replaces_promised_at=later),)


def test_what_was_empty_cannot_be_emptied_again() -> None:
    fill = SetOrderField(order_id=ORDER, field="city", value="Reno")
    assert undone_by(fill, None) is None


@pytest.mark.parametrize("action", NO_WAY_BACK, ids=lambda action: action.verb)
def test_for_these_there_is_no_way_back(action: Action) -> None:
    assert undone_by(action, order_line()) is None
    assert action.verb in ACTION_BY_VERB


def planned(number: int, *, back: bool) -> PlannedCommand:
    return PlannedCommand(
        key=f"A-{number}",
        source=ERP,
        action=PRICE,
        payload_sha256="0" * 64,
        undone_by=(PRICE, PRICE) if back else None,
    )


@given(ways=st.lists(st.booleans(), min_size=1, max_size=6), done=st.integers(0, 6))
def test_the_last_one_goes_first_and_nothing_before_the_point_of_no_return(
    ways: list[bool], done: int
) -> None:
    commands = [planned(number, back=way) for number, way in enumerate(ways, 1)]
    keys = [each.key for each in commands[:done]]
    back = to_take_back(commands, keys)
    assert [each.key for each in back] == keys[::-1][: len(back)]
    assert all(each.undone_by is not None for each in back)
    rest = commands[: min(done, len(commands)) - len(back)]
    assert not rest or rest[-1].undone_by is None


def test_keys_of_steps_name_their_command() -> None:
    command = planned(1, back=True)
    assert [key for key, _ in steps_of(command)] == ["A-1-undo-1", "A-1-undo-2"]
    assert (undone_key(undo_key("A-1", 2)), undone_key("A-1")) == ("A-1", "")
    assert steps_of(planned(2, back=False)) == ()
