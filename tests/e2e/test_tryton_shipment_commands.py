"""Transfers, other days, short picks, recovery, substitutes, returns and notes on a real Tryton."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import TypeVar

import pytest

from domain.commands import (
    Action,
    AddNote,
    ApproveReturn,
    Command,
    CommandResult,
    RecoverShipment,
    RescheduleShipment,
    ShipShort,
    SubstituteItem,
    TransferStock,
)
from domain.ids import ItemId, LineId, NodeId, OrderId, ServiceCaseId, ShipmentId
from domain.inventory import InboundSupply, SupplyKind
from tests.support import tryton_scenarios as scenarios
from tests.support.tryton_day import company_zone, today
from tests.support.tryton_rpc import Row, TrytonRpc
from tests.support.tryton_scenarios import Kind, Order, Shelf, Wanted
from tests.support.tryton_seed import Distributor
from tests.support.tryton_tower import TowerDesk

T = TypeVar("T")
numbers = count(1)
SOAK = bool(os.environ.get("TOWER_SOAK"))
PUMPS = Kind(product="PUMP-25", quantity=6, warehouse="NEW")
FILTERS = Kind(product="FILTER-A", quantity=2)
SEALS = Kind(product="SEAL-KIT", quantity=5)
CLAMPS = Kind(product="CLAMP-8", quantity=4)
HOSES = Kind(product="HOSE-20", quantity=3)
VALVES = Kind(product="VALVE-S", quantity=2)
#: As many as the tests take.
ORDERS = {PUMPS: 5, FILTERS: 11, SEALS: 5, CLAMPS: 4, HOSES: 4, VALVES: 5}


@pytest.fixture(scope="module")
def shelf(clerk: TrytonRpc, distributor: Distributor) -> Shelf:
    """The orders that the commands are tried on."""
    return Shelf(clerk, distributor, ORDERS)


def key() -> str:
    """A command key never used before."""
    return f"01MOREACTION{next(numbers):04d}-1"


def cut_everywhere(
    desk: TowerDesk, make: Callable[[], tuple[Action, T]], check: Callable[[Command, T], None]
) -> tuple[int, T]:
    """Cut commands off at their writes and finish them; how many writes they have, and what was made last.

    At the first, the middle and the last write; with ``TOWER_SOAK`` at every one. ``make`` gives an action on
    something new and that something, ``check`` looks whether it was done exactly once.
    """
    action, made = make()
    whole = desk.command(key(), action)
    desk.line.cut_at(None)
    assert desk.connector.submit(whole).result is CommandResult.SUCCEEDED
    writes = len(desk.line.writes)
    check(whole, made)
    for cut in range(writes) if SOAK else sorted({0, writes // 2, writes - 1}):
        action, made = make()
        command = desk.command(key(), action)
        # Losing the answer of a write leaves Tryton as losing the request of the next one does.
        desk.line.cut_at(cut, arrives=True)
        receipt = desk.connector.submit(command)
        desk.line.cut_at(None)
        assert receipt.result is CommandResult.UNKNOWN, (cut, receipt.message)
        finished = desk.connector.probe(command) or desk.connector.submit(command)
        assert finished.result is CommandResult.SUCCEEDED, (cut, finished.message)
        again = desk.connector.submit(command)
        assert again.result is CommandResult.SUCCEEDED, (cut, again.message)
        check(command, made)
    return writes, made


def refused(desk: TowerDesk, command: Command) -> str:
    """The words in which a command is rejected."""
    receipt = desk.connector.submit(command)
    assert receipt.result is CommandResult.REJECTED, receipt
    return receipt.message


def moves_in(clerk: TrytonRpc, shipments: Iterable[int], *fields: str) -> list[Row]:
    """The moves of customer shipments, incoming to the dock and outgoing from it."""
    targets = [f"stock.shipment.out,{each}" for each in shipments]
    return clerk.find("stock.move", [["shipment", "in", targets]], "origin", "quantity", *fields)


def of_lines(moves: list[Row]) -> list[tuple[str, float]]:
    """The order line and the units of each outgoing move."""
    return [(m["origin"], m["quantity"]) for m in moves if m["origin"].startswith("sale.line,")]


def transfer_of(distributor: Distributor, order: Order, product: str, units: int) -> TransferStock:
    """Units from Columbus to Newark, there in three days."""
    arrival = datetime.combine(today() + timedelta(days=3), time(12), tzinfo=company_zone())
    return TransferStock(
        line_id=LineId(f"line-{order.lines[0]}"),
        item_id=ItemId(f"item-{distributor.products[product]}"),
        from_node_id=NodeId(f"wh-{distributor.warehouses['COL']}"),
        to_node_id=NodeId(f"wh-{distributor.warehouses['NEW']}"),
        quantity=units,
        arrive_at=arrival.astimezone(UTC),
    )


def internal_of(clerk: TrytonRpc, command: Command) -> list[tuple[str, float]]:
    """State and units of the internal shipments that carry the command's key."""
    found = clerk.find(
        "stock.shipment.internal", [["reference", "=", f"CT:{command.key}"]], "state", "outgoing_moves"
    )
    return [
        (
            row["state"],
            sum(clerk.read("stock.move", m, "quantity")["quantity"] for m in row["outgoing_moves"]),
        )
        for row in found
    ]


def test_goods_are_brought_from_another_warehouse_once_wherever_it_is_cut(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, shelf: Shelf
) -> None:
    def make() -> tuple[Action, Order]:
        order = shelf.take(PUMPS)
        return transfer_of(distributor, order, "PUMP-25", 2), order

    def check(command: Command, _order: Order) -> None:
        assert internal_of(clerk, command) == [("assigned", 2.0)]

    writes, _ = cut_everywhere(desk, make, check)
    assert writes > 3
    found = [r.entity for r in desk.state("transfers").values() if isinstance(r.entity, InboundSupply)]
    coming = [each for each in found if not each.cancelled]
    assert {each.node_id for each in coming} == {NodeId(f"wh-{distributor.warehouses['NEW']}")}
    assert {each.origin_node_id for each in coming} == {NodeId(f"wh-{distributor.warehouses['COL']}")}
    assert {(each.open_quantity, each.kind) for each in coming} == {(2, SupplyKind.TRANSFER)}
    assert frozenset(desk.state("transfers")) == desk.connector.ids("transfers")


def test_a_transfer_of_what_is_not_free_leaves_nothing_planned(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, shelf: Shelf
) -> None:
    order = shelf.take(PUMPS)
    command = desk.command(key(), transfer_of(distributor, order, "PUMP-25", 900))
    assert "not free at Columbus DC" in refused(desk, command)
    assert [state for state, _ in internal_of(clerk, command)] == ["cancelled"]


def test_a_shipment_goes_on_another_day(clerk: TrytonRpc, desk: TowerDesk, shelf: Shelf) -> None:
    day = today() + timedelta(days=4)
    at = datetime.combine(day, time(12), tzinfo=company_zone()).astimezone(UTC)

    def make() -> tuple[Action, Order]:
        order = shelf.take(FILTERS)
        shipment = ShipmentId(f"out-{order.shipments[0]}")
        return RescheduleShipment(shipment_id=shipment, pickup_at=at), order

    def check(_command: Command, order: Order) -> None:
        row = clerk.read("stock.shipment.out", order.shipments[0], "planned_date", "state")
        assert (row["planned_date"], row["state"]) == (day, "assigned")

    writes, _ = cut_everywhere(desk, make, check)
    assert writes > 5


def short_of(order: Order, units: int) -> ShipShort:
    """Only so many units of the order's line are shipped."""
    return ShipShort(
        shipment_id=ShipmentId(f"out-{order.shipments[0]}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        quantity=units,
    )


def test_a_short_pick_ships_what_there_is_and_tryton_makes_the_backorder(
    clerk: TrytonRpc, desk: TowerDesk, shelf: Shelf
) -> None:
    def make() -> tuple[Action, Order]:
        order = shelf.take(SEALS)
        return short_of(order, 3), order

    def check(_command: Command, order: Order) -> None:
        assert clerk.read("stock.shipment.out", order.shipments[0], "state")["state"] == "picked"
        assert of_lines(moves_in(clerk, order.shipments)) == [(f"sale.line,{order.lines[0]}", 3.0)]

    writes, order = cut_everywhere(desk, make, check)
    assert writes > 4
    for button in ("pack", "ship", "do"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    rest = set(scenarios.read_order(clerk, order.sale).shipments) - set(order.shipments)
    assert of_lines(moves_in(clerk, rest)) == [(f"sale.line,{order.lines[0]}", 2.0)]


def test_a_pick_that_is_not_short_is_refused(desk: TowerDesk, shelf: Shelf) -> None:
    order = shelf.take(SEALS)
    assert "would not be short" in refused(desk, desk.command(key(), short_of(order, 5)))


def test_a_cancelled_shipment_s_goods_are_planned_anew_once(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, shelf: Shelf
) -> None:
    def make() -> tuple[Action, Order]:
        order = shelf.take(CLAMPS)
        return RecoverShipment(shipment_id=ShipmentId(f"out-{order.shipments[0]}")), order

    def check(_command: Command, order: Order) -> None:
        fields = ("quantity", "state", "shipment")
        moves = clerk.find("stock.move", [["origin", "=", f"sale.line,{order.lines[0]}"]], *fields)
        assert clerk.read("stock.shipment.out", order.shipments[0], "state")["state"] == "cancelled"
        alive = [move for move in moves if move["state"] != "cancelled"]
        assert [move["quantity"] for move in alive] == [4.0]
        assert alive[0]["shipment"] != f"stock.shipment.out,{order.shipments[0]}"

    writes, _ = cut_everywhere(desk, make, check)
    assert writes > 2


def substitute_of(distributor: Distributor, order: Order, units: int) -> SubstituteItem:
    """The short hose instead of the long one."""
    old, new = (ItemId(f"item-{distributor.products[code]}") for code in ("HOSE-20", "HOSE-05"))
    return SubstituteItem(
        order_id=OrderId(f"sale-{order.sale}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        item_id=old,
        substitute_item_id=new,
        quantity=units,
    )


@pytest.mark.parametrize("confirmed", [True, False])
def test_another_item_goes_on_the_line_at_its_price(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, confirmed: bool, shelf: Shelf
) -> None:
    new = distributor.products["HOSE-05"]

    def make() -> tuple[Action, Order]:
        hoses = Wanted(product="HOSE-20", quantity=3)
        order = (
            shelf.take(HOSES)
            if confirmed
            else scenarios.quote_sale(clerk, distributor, hoses, customer="C-ALDER", warehouse="COL")
        )
        return substitute_of(distributor, order, 3), order

    def check(_command: Command, order: Order) -> None:
        line = clerk.read("sale.line", order.lines[0], "product", "quantity", "unit_price")
        assert (line["product"], line["quantity"], str(line["unit_price"])) == (new, 3.0, "79.00")
        state = clerk.read("sale.sale", order.sale, "state")["state"]
        assert state == ("processing" if confirmed else "quotation")
        shipments = scenarios.read_order(clerk, order.sale).shipments
        states = [clerk.read("stock.shipment.out", each, "state")["state"] for each in shipments]
        assert states == (["assigned"] if confirmed else [])
        moved = {(move["product"], move["quantity"]) for move in moves_in(clerk, shipments, "product")}
        assert moved == ({(new, 3.0)} if confirmed else set())

    writes, _ = cut_everywhere(desk, make, check)
    assert writes > 2


def test_a_line_is_replaced_whole_or_not_at_all(
    distributor: Distributor, desk: TowerDesk, shelf: Shelf
) -> None:
    order = shelf.take(HOSES)
    command = desk.command(key(), substitute_of(distributor, order, 2))
    assert "all of a line or nothing" in refused(desk, command)


def test_an_approved_return_is_made_once(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, shelf: Shelf
) -> None:
    def make() -> tuple[Action, int]:
        order = shelf.take(VALVES)
        made = scenarios.complaint(clerk, distributor, order, quantity=1)
        return ApproveReturn(service_case_id=ServiceCaseId(f"complaint-{made}")), made

    def check(_command: Command, complaint: int) -> None:
        row = clerk.read("sale.complaint", complaint, "state", "actions")
        assert row["state"] == "done"
        results = [clerk.read("sale.complaint.action", each, "result")["result"] for each in row["actions"]]
        [made] = results
        assert made.startswith("sale.sale,")

    writes, _ = cut_everywhere(desk, make, check)
    assert writes > 1


def test_a_complaint_changed_since_the_decision_is_a_conflict(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, shelf: Shelf
) -> None:
    order = shelf.take(VALVES)
    made = scenarios.complaint(clerk, distributor, order, quantity=1)
    seen = desk.state("complaints")[f"complaint-{made}"]
    clerk.write("sale.complaint", [made], {"reference": "called again"})
    action = ApproveReturn(service_case_id=ServiceCaseId(f"complaint-{made}"))
    receipt = desk.connector.submit(desk.command(key(), action, seen))
    assert receipt.result is CommandResult.CONFLICT
    assert clerk.read("sale.complaint", made, "state")["state"] == "waiting"


def _commands_on(order: Order) -> tuple[Action, ...]:
    shipment = ShipmentId(f"out-{order.shipments[0]}")
    at = datetime.combine(today() + timedelta(days=2), time(12), tzinfo=company_zone()).astimezone(UTC)
    return (
        RescheduleShipment(shipment_id=shipment, pickup_at=at),
        short_of(order, 1),
        RecoverShipment(shipment_id=shipment),
    )


@pytest.mark.parametrize("which", range(3))
def test_a_shipment_changed_since_the_decision_is_a_conflict(
    clerk: TrytonRpc, desk: TowerDesk, which: int, shelf: Shelf
) -> None:
    order = shelf.take(FILTERS)
    seen = desk.state("shipments")[f"out-{order.shipments[0]}"]
    clerk.write("stock.shipment.out", [order.shipments[0]], {"reference": "by the dock"})
    command = desk.command(key(), _commands_on(order)[which], seen)
    assert desk.connector.submit(command).result is CommandResult.CONFLICT
    assert clerk.read("stock.shipment.out", order.shipments[0], "state")["state"] == "assigned"


@pytest.mark.parametrize("which", range(3))
def test_what_is_packed_stays_as_it_is(clerk: TrytonRpc, desk: TowerDesk, which: int, shelf: Shelf) -> None:
    order = shelf.take(FILTERS)
    for button in ("pick", "pack"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    assert "packed" in refused(desk, desk.command(key(), _commands_on(order)[which]))


def test_a_note_is_left_once(clerk: TrytonRpc, desk: TowerDesk, shelf: Shelf) -> None:
    order = shelf.take(FILTERS)
    action = AddNote(order_id=OrderId(f"sale-{order.sale}"), text="The customer was told by telephone.")
    command = desk.command(key(), action)
    desk.line.cut_at(0, arrives=True)
    assert desk.connector.submit(command).result is CommandResult.UNKNOWN
    desk.line.cut_at(None)
    probed = desk.connector.probe(command)
    assert probed is not None
    assert probed.result is CommandResult.SUCCEEDED
    assert desk.connector.submit(command).repeated
    found = clerk.find("ir.note", [["resource", "=", f"sale.sale,{order.sale}"]], "message")
    assert ["The customer was told by telephone." in note["message"] for note in found] == [True]
