"""Transfers, other days, short picks, recovery, substitutes, returns and notes on a real Tryton."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count

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
from tests.support.tryton_company import CLERK
from tests.support.tryton_day import company_zone, today
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_scenarios import Order, Wanted
from tests.support.tryton_seed import Distributor, find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import TowerDesk

numbers = count(1)
SOAK = bool(os.environ.get("TOWER_SOAK"))


@pytest.fixture(scope="module")
def server() -> Iterator[TrytonServer]:
    """One server for the module: each test makes its own orders."""
    with TrytonServer() as running:
        yield running


@pytest.fixture(scope="module")
def clerk(server: TrytonServer) -> TrytonRpc:
    """A session of the clerk: makes the orders, and looks."""
    return server.rpc(CLERK)


@pytest.fixture(scope="module")
def distributor(clerk: TrytonRpc) -> Distributor:
    """The ids of the seeded distributor."""
    return find_distributor(clerk)


@pytest.fixture
def desk(server: TrytonServer) -> Iterator[TowerDesk]:
    """The product's connector."""
    opened = TowerDesk(server)
    yield opened
    opened.close()


def key() -> str:
    """A command key never used before."""
    return f"01MOREACTION{next(numbers):04d}-1"


def cut_everywhere(desk: TowerDesk, make: Callable[[], Command], check: Callable[[Command], None]) -> int:
    """Do a command, then cut others off at their writes and finish them; says how many writes it has.

    At the first, the middle and the last write; with ``TOWER_SOAK`` at every one.
    """
    whole = make()
    desk.line.cut_at(None)
    assert desk.connector.submit(whole).result is CommandResult.SUCCEEDED
    writes = len(desk.line.writes)
    check(whole)
    for cut in range(writes) if SOAK else sorted({0, writes // 2, writes - 1}):
        command = make()
        # Losing the answer of a write leaves Tryton as losing the request of the next one does.
        desk.line.cut_at(cut, arrives=True)
        receipt = desk.connector.submit(command)
        desk.line.cut_at(None)
        assert receipt.result is CommandResult.UNKNOWN, (cut, receipt.message)
        finished = desk.connector.probe(command) or desk.connector.submit(command)
        assert finished.result is CommandResult.SUCCEEDED, (cut, finished.message)
        again = desk.connector.submit(command)
        assert again.result is CommandResult.SUCCEEDED, (cut, again.message)
        check(command)
    return writes


def refused(desk: TowerDesk, command: Command, words: str) -> None:
    receipt = desk.connector.submit(command)
    assert receipt.result is CommandResult.REJECTED, receipt
    assert words in receipt.message


def order_of(
    clerk: TrytonRpc, distributor: Distributor, product: str, units: int, site: str = "COL"
) -> Order:
    """A confirmed order of one line, assigned as far as stock goes."""
    wanted = Wanted(product=product, quantity=units)
    quoted = scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse=site)
    return scenarios.confirm_sale(clerk, quoted)


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
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    def make() -> Command:
        order = order_of(clerk, distributor, "PUMP-25", 6, site="NEW")
        return desk.command(key(), transfer_of(distributor, order, "PUMP-25", 2))

    def check(command: Command) -> None:
        assert internal_of(clerk, command) == [("assigned", 2.0)]

    assert cut_everywhere(desk, make, check) > 3
    found = [r.entity for r in desk.state("transfers").values() if isinstance(r.entity, InboundSupply)]
    coming = [each for each in found if not each.cancelled]
    assert {each.node_id for each in coming} == {NodeId(f"wh-{distributor.warehouses['NEW']}")}
    assert {each.origin_node_id for each in coming} == {NodeId(f"wh-{distributor.warehouses['COL']}")}
    assert {(each.open_quantity, each.kind) for each in coming} == {(2, SupplyKind.TRANSFER)}
    assert frozenset(desk.state("transfers")) == desk.connector.ids("transfers")


def test_a_transfer_of_what_is_not_free_leaves_nothing_planned(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = order_of(clerk, distributor, "PUMP-25", 6, site="NEW")
    command = desk.command(key(), transfer_of(distributor, order, "PUMP-25", 900))
    refused(desk, command, "not free at Columbus DC")
    assert [state for state, _ in internal_of(clerk, command)] == ["cancelled"]


def test_a_shipment_goes_on_another_day(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    day = today() + timedelta(days=4)
    at = datetime.combine(day, time(12), tzinfo=company_zone()).astimezone(UTC)

    def make() -> Command:
        order = order_of(clerk, distributor, "FILTER-A", 2)
        return desk.command(
            key(), RescheduleShipment(shipment_id=ShipmentId(f"out-{order.shipments[0]}"), pickup_at=at)
        )

    def check(command: Command) -> None:
        row = _shipment(clerk, command)
        assert (row["planned_date"], row["state"]) == (day, "assigned")

    assert cut_everywhere(desk, make, check) > 5


def _shipment(clerk: TrytonRpc, command: Command) -> dict[str, object]:
    action = command.action
    assert isinstance(action, RescheduleShipment | ShipShort | RecoverShipment)
    shipment = int(action.shipment_id.removeprefix("out-"))
    return clerk.read("stock.shipment.out", shipment, "planned_date", "state", "moves")


def test_a_short_pick_ships_what_there_is_and_tryton_makes_the_backorder(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    orders: dict[str, Order] = {}

    def make() -> Command:
        order = order_of(clerk, distributor, "SEAL-KIT", 5)
        action = ShipShort(
            shipment_id=ShipmentId(f"out-{order.shipments[0]}"),
            line_id=LineId(f"line-{order.lines[0]}"),
            quantity=3,
        )
        command = desk.command(key(), action)
        orders[command.key] = order
        return command

    def check(command: Command) -> None:
        order = orders[command.key]
        assert _shipment(clerk, command)["state"] == "picked"
        moves = clerk.find(
            "stock.move",
            [["shipment", "=", f"stock.shipment.out,{order.shipments[0]}"]],
            "origin",
            "quantity",
        )
        assert [m["quantity"] for m in moves if m["origin"] == f"sale.line,{order.lines[0]}"] == [3.0]

    assert cut_everywhere(desk, make, check) > 4
    order = orders[max(orders)]
    for button in ("pack", "ship", "do"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    rest = [each for each in scenarios.read_order(clerk, order.sale).shipments if each not in order.shipments]
    moves = clerk.find(
        "stock.move",
        [
            ["shipment", "in", [f"stock.shipment.out,{each}" for each in rest]],
            ["origin", "like", "sale.line,%"],
        ],
        "quantity",
    )
    assert [move["quantity"] for move in moves] == [2.0]


def test_a_pick_that_is_not_short_is_refused(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = order_of(clerk, distributor, "SEAL-KIT", 5)
    action = ShipShort(
        shipment_id=ShipmentId(f"out-{order.shipments[0]}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        quantity=5,
    )
    refused(desk, desk.command(key(), action), "would not be short")


def test_a_cancelled_shipment_s_goods_are_planned_anew_once(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    orders: dict[str, Order] = {}

    def make() -> Command:
        order = order_of(clerk, distributor, "CLAMP-8", 4)
        command = desk.command(key(), RecoverShipment(shipment_id=ShipmentId(f"out-{order.shipments[0]}")))
        orders[command.key] = order
        return command

    def check(command: Command) -> None:
        order = orders[command.key]
        moves = clerk.find(
            "stock.move",
            [["origin", "=", f"sale.line,{order.lines[0]}"]],
            "quantity", "state", "shipment",
        )  # fmt: skip
        assert _shipment(clerk, command)["state"] == "cancelled"
        alive = [move for move in moves if move["state"] != "cancelled"]
        assert [move["quantity"] for move in alive] == [4.0]
        assert alive[0]["shipment"] != f"stock.shipment.out,{order.shipments[0]}"

    assert cut_everywhere(desk, make, check) > 2


@pytest.mark.parametrize("confirmed", [True, False])
def test_another_item_goes_on_the_line_at_its_price(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, confirmed: bool
) -> None:
    orders: dict[str, Order] = {}
    old, new = (distributor.products[code] for code in ("HOSE-20", "HOSE-05"))

    def make() -> Command:
        wanted = Wanted(product="HOSE-20", quantity=3)
        order = scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse="COL")
        order = scenarios.confirm_sale(clerk, order) if confirmed else order
        action = SubstituteItem(
            order_id=OrderId(f"sale-{order.sale}"),
            line_id=LineId(f"line-{order.lines[0]}"),
            item_id=ItemId(f"item-{old}"),
            substitute_item_id=ItemId(f"item-{new}"),
            quantity=3,
        )
        command = desk.command(key(), action)
        orders[command.key] = order
        return command

    def check(command: Command) -> None:
        order = orders[command.key]
        line = clerk.read("sale.line", order.lines[0], "product", "quantity", "unit_price")
        assert (line["product"], line["quantity"], str(line["unit_price"])) == (new, 3.0, "79.00")
        state = clerk.read("sale.sale", order.sale, "state")["state"]
        assert state == ("processing" if confirmed else "quotation")
        shipments = scenarios.read_order(clerk, order.sale).shipments
        states = [clerk.read("stock.shipment.out", each, "state")["state"] for each in shipments]
        assert states == (["assigned"] if confirmed else [])
        targets = [f"stock.shipment.out,{each}" for each in shipments]
        moves = clerk.find("stock.move", [["shipment", "in", targets]], "product", "quantity")
        assert {(move["product"], move["quantity"]) for move in moves} == (
            {(new, 3.0)} if confirmed else set()
        )

    assert cut_everywhere(desk, make, check) > 2


def test_a_line_is_replaced_whole_or_not_at_all(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = order_of(clerk, distributor, "HOSE-20", 3)
    action = SubstituteItem(
        order_id=OrderId(f"sale-{order.sale}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        item_id=ItemId(f"item-{distributor.products['HOSE-20']}"),
        substitute_item_id=ItemId(f"item-{distributor.products['HOSE-05']}"),
        quantity=2,
    )
    refused(desk, desk.command(key(), action), "all of a line or nothing")


def test_an_approved_return_is_made_once(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    complaints: dict[str, int] = {}

    def make() -> Command:
        order = order_of(clerk, distributor, "VALVE-S", 2)
        made = scenarios.complaint(clerk, distributor, order, quantity=1)
        command = desk.command(key(), ApproveReturn(service_case_id=ServiceCaseId(f"complaint-{made}")))
        complaints[command.key] = made
        return command

    def check(command: Command) -> None:
        row = clerk.read("sale.complaint", complaints[command.key], "state", "actions")
        assert row["state"] == "done"
        results = [clerk.read("sale.complaint.action", each, "result")["result"] for each in row["actions"]]
        [made] = results
        assert made.startswith("sale.sale,")

    assert cut_everywhere(desk, make, check) > 1


def test_a_complaint_changed_since_the_decision_is_a_conflict(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = order_of(clerk, distributor, "VALVE-S", 2)
    made = scenarios.complaint(clerk, distributor, order, quantity=1)
    seen = desk.state("complaints")[f"complaint-{made}"]
    clerk.write("sale.complaint", [made], {"reference": "called again"})
    action = ApproveReturn(service_case_id=ServiceCaseId(f"complaint-{made}"))
    receipt = desk.connector.submit(desk.command(key(), action, seen))
    assert receipt.result is CommandResult.CONFLICT
    assert clerk.read("sale.complaint", made, "state")["state"] == "waiting"


def _commands_on(distributor: Distributor, order: Order) -> tuple[Action, ...]:
    shipment, line = ShipmentId(f"out-{order.shipments[0]}"), LineId(f"line-{order.lines[0]}")
    at = datetime.combine(today() + timedelta(days=2), time(12), tzinfo=company_zone()).astimezone(UTC)
    return (
        RescheduleShipment(shipment_id=shipment, pickup_at=at),
        ShipShort(shipment_id=shipment, line_id=line, quantity=1),
        RecoverShipment(shipment_id=shipment),
    )


@pytest.mark.parametrize("which", range(3))
def test_a_shipment_changed_since_the_decision_is_a_conflict(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, which: int
) -> None:
    order = order_of(clerk, distributor, "FILTER-B", 2)
    seen = desk.state("shipments")[f"out-{order.shipments[0]}"]
    clerk.write("stock.shipment.out", [order.shipments[0]], {"reference": "by the dock"})
    command = desk.command(key(), _commands_on(distributor, order)[which], seen)
    assert desk.connector.submit(command).result is CommandResult.CONFLICT
    assert clerk.read("stock.shipment.out", order.shipments[0], "state")["state"] == "assigned"


@pytest.mark.parametrize("which", range(3))
def test_what_is_packed_stays_as_it_is(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, which: int
) -> None:
    order = order_of(clerk, distributor, "FILTER-B", 2)
    for button in ("pick", "pack"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    refused(desk, desk.command(key(), _commands_on(distributor, order)[which]), "packed")


def test_a_note_is_left_once(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    order = order_of(clerk, distributor, "FILTER-B", 2)
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
