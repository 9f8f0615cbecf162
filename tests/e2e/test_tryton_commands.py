"""Every command of the product on a real Tryton, seen changed by other eyes; cut off anywhere, done once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count

import pytest

from domain.commands import (
    Action,
    CommandResult,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    RebookCarrier,
    ReleaseCreditHold,
    RepickTask,
    SetLinePrice,
    SetOrderField,
    SplitLine,
    SplitPart,
)
from domain.compensation import undone_by
from domain.errors import UnavailableError
from domain.ids import LineId, NodeId, OrderId, ServiceId, ShipmentId, TaskId
from domain.inventory import Allocation, AllocationStatus
from domain.orders import OrderLine, SalesOrder
from tests.support import tryton_scenarios as scenarios
from tests.support.tryton_day import company_zone, today
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_scenarios import Kind, Order, Shelf, Wanted
from tests.support.tryton_seed import Distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import TowerDesk

numbers = count(1)
#: A split has fewer.
MOST_WRITES = 20


def key() -> str:
    """A command key never used before."""
    return f"01TESTACTION{next(numbers):04d}-1"


def node(distributor: Distributor, code: str) -> NodeId:
    """The node of a warehouse."""
    return NodeId(f"wh-{distributor.warehouses[code]}")


def reallocate(distributor: Distributor, order: Order, start: str, end: str, units: int) -> ReallocateLine:
    """Move units of the first line of an order."""
    return ReallocateLine(
        order_id=OrderId(f"sale-{order.sale}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        from_node_id=node(distributor, start),
        to_node_id=node(distributor, end),
        quantity=units,
    )


def shipping(rpc: TrytonRpc, order: Order) -> dict[tuple[str, str], int]:
    """Units of the first line by (warehouse, state of the shipment)."""
    rows = rpc.find("stock.move", [["origin", "=", f"sale.line,{order.lines[0]}"]], "shipment", "quantity")
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        shipment = rpc.read(
            "stock.shipment.out", int(row["shipment"].partition(",")[2]), "warehouse", "state"
        )
        code = rpc.read("stock.location", shipment["warehouse"], "code")["code"]
        place = (code, shipment["state"])
        found[place] = found.get(place, 0) + int(row["quantity"])
    return found


def picked(rpc: TrytonRpc, order: Order) -> int:
    """Units of an order in picking moves, whatever their state: none may be left behind."""
    shipments = scenarios.read_order(rpc, order.sale).shipments
    targets = [f"stock.shipment.out,{each}" for each in shipments]
    rows = rpc.find("stock.move", [["shipment", "in", targets]], "origin", "quantity")
    return sum(int(row["quantity"]) for row in rows if row["origin"].startswith("stock.move,"))


def notes_on(rpc: TrytonRpc, model: str, row: int) -> list[str]:
    """What the notes on a record say."""
    return [note["message"] for note in rpc.find("ir.note", [["resource", "=", f"{model},{row}"]], "message")]


def test_credit_hold_is_released_once(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    order = scenarios.credit_hold(clerk, distributor)
    held = desk.state("orders")[f"sale-{order.sale}"]
    action = ReleaseCreditHold(order_id=OrderId(f"sale-{order.sale}"))
    command = desk.command(key(), action, held, reason="Paid by phone.")
    assert desk.connector.probe(command) is None
    receipt = desk.connector.submit(command)
    assert (receipt.result, receipt.repeated) == (CommandResult.SUCCEEDED, False)
    assert clerk.read("sale.sale", order.sale, "state")["state"] == "processing"
    again = desk.connector.submit(command)
    assert (again.result, again.repeated) == (CommandResult.SUCCEEDED, True)
    [note] = notes_on(clerk, "sale.sale", order.sale)
    assert command.key in note
    assert "Paid by phone." in note


def test_record_changed_since_the_decision_is_a_conflict(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.credit_hold(clerk, distributor)
    held = desk.state("orders")[f"sale-{order.sale}"]
    clerk.write("sale.sale", [order.sale], {"comment": "call back"})
    action = ReleaseCreditHold(order_id=OrderId(f"sale-{order.sale}"))
    assert desk.connector.submit(desk.command(key(), action, held)).result is CommandResult.CONFLICT
    assert clerk.read("sale.sale", order.sale, "state")["state"] == "quotation"


def test_line_is_reallocated_to_the_warehouse_that_has_it(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.shortage(clerk, distributor)
    line = desk.state("lines")[f"line-{order.lines[0]}"]
    action = reallocate(distributor, order, "NEW", "COL", 10)
    receipt = desk.connector.submit(desk.command(key(), action, line))
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    assert "10 from Columbus DC" in receipt.message
    assert shipping(clerk, order) == {("COL", "assigned"): 10}
    assert picked(clerk, order) == 10
    seen = [r.entity for r in desk.state("allocations").values() if isinstance(r.entity, Allocation)]
    assert [(a.node_id, a.quantity, a.status) for a in seen if a.line_id == action.line_id] == [
        (node(distributor, "COL"), 10, AllocationStatus.RESERVED)
    ]


def test_one_line_of_many_is_reallocated_in_part(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    wanted = (Wanted(product="VALVE-L", quantity=20), Wanted(product="FILTER-B", quantity=5))
    quoted = scenarios.quote_sale(clerk, distributor, *wanted, customer="C-ALDER", warehouse="NEW")
    order = scenarios.confirm_sale(clerk, quoted)
    receipt = desk.connector.submit(desk.command(key(), reallocate(distributor, order, "NEW", "REN", 8)))
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    assert shipping(clerk, order) == {("REN", "assigned"): 8, ("NEW", "assigned"): 12}
    assert picked(clerk, order) == 25


def test_a_second_command_may_follow_on_the_same_line(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    wanted = Wanted(product="VALVE-S", quantity=9)
    quoted = scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse="NEW")
    order = scenarios.confirm_sale(clerk, quoted)
    line = desk.state("lines")[f"line-{order.lines[0]}"]
    first = desk.command("01TESTPAIR-1", reallocate(distributor, order, "NEW", "REN", 2), line)
    second = desk.command("01TESTPAIR-2", reallocate(distributor, order, "NEW", "COL", 3), line)
    assert desk.connector.submit(first).result is CommandResult.SUCCEEDED
    assert desk.connector.submit(second).result is CommandResult.SUCCEEDED
    assert shipping(clerk, order) == {
        ("REN", "assigned"): 2,
        ("COL", "assigned"): 3,
        ("NEW", "assigned"): 4,
    }


def split_of(distributor: Distributor, order: Order, units: int) -> SplitLine:
    """As many units from each of Newark and Columbus."""
    parts = tuple(SplitPart(node_id=node(distributor, code), quantity=units) for code in ("NEW", "COL"))
    return SplitLine(
        order_id=OrderId(f"sale-{order.sale}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        from_node_id=node(distributor, "NEW"),
        parts=parts,
    )


def test_line_is_split_over_two_warehouses(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.split_needed(clerk, distributor)
    line = desk.state("lines")[f"line-{order.lines[0]}"]
    receipt = desk.connector.submit(desk.command(key(), split_of(distributor, order, 15), line))
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    assert shipping(clerk, order) == {("NEW", "assigned"): 15, ("COL", "assigned"): 15}
    assert picked(clerk, order) == 30


def test_split_cut_off_at_every_write_is_finished_once(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    seals = Kind(product="SEAL-KIT", quantity=4, customer="C-DOGWD", warehouse="NEW")
    shelf = Shelf(clerk, distributor, {seals: MOST_WRITES})
    for cut in range(MOST_WRITES):
        order = shelf.take(seals)
        command = desk.command(key(), split_of(distributor, order, 2))
        # Losing the answer of a write leaves Tryton as losing the request of the next one does.
        desk.line.cut_at(cut, arrives=True)
        receipt = desk.connector.submit(command)
        desk.line.cut_at(None)
        if receipt.result is CommandResult.SUCCEEDED:
            break
        assert receipt.result is CommandResult.UNKNOWN
        probed = desk.connector.probe(command)
        finished = probed or desk.connector.submit(command)
        assert finished.result is CommandResult.SUCCEEDED, (cut, finished.message)
        assert shipping(clerk, order) == {("NEW", "assigned"): 2, ("COL", "assigned"): 2}, cut
        assert picked(clerk, order) == 4
    assert cut > 8, "the split was cut at each of its writes"


def test_more_than_there_is_is_refused(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    order = scenarios.routine(clerk, distributor)
    before = shipping(clerk, order)
    receipt = desk.connector.submit(desk.command(key(), reallocate(distributor, order, "REN", "COL", 99)))
    assert receipt.result is CommandResult.REJECTED
    assert "Only 6 units" in receipt.message
    assert shipping(clerk, order) == before


def rebook(distributor: Distributor, order: Order, pickup_at: datetime | None = None) -> RebookCarrier:
    """Meridian Express for the order's shipment."""
    return RebookCarrier(
        shipment_id=ShipmentId(f"out-{order.shipments[0]}"),
        service_id=ServiceId(f"carrier-{distributor.carriers['Meridian Express']}"),
        scac="MRDX",
        pickup_at=pickup_at,
    )


@pytest.mark.parametrize("days_later", [None, 2])
def test_carrier_and_day_are_changed(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, days_later: int | None
) -> None:
    order = scenarios.carrier_to_change(clerk, distributor)
    shipment = desk.state("shipments")[f"out-{order.shipments[0]}"]
    day = today() + timedelta(days=days_later or 0)
    at = datetime.combine(day, time(18), tzinfo=company_zone()).astimezone(UTC) if days_later else None
    receipt = desk.connector.submit(desk.command(key(), rebook(distributor, order, at), shipment))
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    row = clerk.read("stock.shipment.out", order.shipments[0], "carrier", "planned_date", "state")
    assert row["carrier"] == distributor.carriers["Meridian Express"]
    assert (row["planned_date"], row["state"]) == (day, "assigned")
    assert picked(clerk, order) == 24


def test_packed_shipment_keeps_its_carrier(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.carrier_to_change(clerk, distributor)
    for button in ("pick", "pack"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    receipt = desk.connector.submit(desk.command(key(), rebook(distributor, order)))
    assert receipt.result is CommandResult.REJECTED
    assert "packed" in receipt.message


@pytest.mark.parametrize("cut", [None, 1, 2, 3, 4])
def test_price_is_corrected_and_the_quotation_stays_one(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, cut: int | None
) -> None:
    order = scenarios.wrong_price(clerk, distributor)
    line = desk.state("lines")[f"line-{order.lines[0]}"]
    action = SetLinePrice(
        order_id=OrderId(f"sale-{order.sale}"),
        line_id=LineId(f"line-{order.lines[0]}"),
        unit_price_cents=3_800,
    )
    command = desk.command(key(), action, line)
    desk.line.cut_at(cut)
    receipt = desk.connector.submit(command)
    desk.line.cut_at(None)
    if cut is not None:
        assert receipt.result is CommandResult.UNKNOWN
        receipt = desk.connector.submit(command)
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    assert clerk.read("sale.line", order.lines[0], "unit_price")["unit_price"] == Decimal("38.00")
    sale = clerk.read("sale.sale", order.sale, "state", "number")
    assert (sale["state"], sale["number"]) == ("quotation", order.number)


@pytest.mark.parametrize("cut", [None, 0, 1])
def test_another_day_is_promised_and_the_old_one_again(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk, cut: int | None
) -> None:
    order = scenarios.wrong_price(clerk, distributor)
    sale_id = f"sale-{order.sale}"

    def promised() -> set[datetime]:
        seen = desk.state("orders", "lines")
        found = [seen[name].entity for name in (sale_id, f"line-{order.lines[0]}")]
        return {each.promised_at for each in found if isinstance(each, SalesOrder | OrderLine)}

    (before,) = promised()
    action = PromiseDate(
        order_id=OrderId(sale_id),
        # Tryton puts a line for the freight below the goods.
        line_ids=(LineId(f"line-{order.lines[0]}"),),
        promised_at=before + timedelta(days=8),
        replaces_promised_at=before,
    )
    command = desk.command(key(), action, desk.state("orders")[sale_id])
    desk.line.cut_at(cut, arrives=True)
    receipt = desk.connector.submit(command)
    desk.line.cut_at(None)
    if cut is not None:
        assert receipt.result is CommandResult.UNKNOWN
        receipt = desk.connector.submit(command)
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    # The promise is the transit of three days after the shipping date.
    day = action.promised_at.astimezone(company_zone()).date() - timedelta(days=3)
    sale = clerk.read("sale.sale", order.sale, "shipping_date", "state", "number")
    assert (sale["shipping_date"], sale["state"], sale["number"]) == (day, "quotation", order.number)
    assert promised() == {action.promised_at}

    (back,) = undone_by(action, None) or ()
    held = desk.state("orders")[sale_id]
    assert desk.connector.submit(desk.command(key(), back, held)).result is CommandResult.SUCCEEDED
    assert promised() == {before}
    late = desk.connector.submit(desk.command(key(), back))
    assert (late.result, "already" in late.message) == (CommandResult.SUCCEEDED, True)


def test_a_promise_of_other_lines_or_another_day_is_not_made(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order, gone = scenarios.wrong_price(clerk, distributor), scenarios.routine(clerk, distributor)
    seen = desk.state("orders")

    def answer(each: Order, line: int, days_off: int = 0) -> tuple[CommandResult, str]:
        held = seen[f"sale-{each.sale}"]
        assert isinstance(held.entity, SalesOrder)
        action = PromiseDate(
            order_id=held.entity.order_id,
            line_ids=(LineId(f"line-{line}"),),
            promised_at=held.entity.promised_at + timedelta(days=8),
            replaces_promised_at=held.entity.promised_at + timedelta(days=days_off),
        )
        receipt = desk.connector.submit(desk.command(key(), action, held))
        return receipt.result, receipt.message

    result, why = answer(order, gone.lines[0])
    assert (result, "other lines" in why) == (CommandResult.REJECTED, True)
    assert answer(order, order.lines[0], days_off=1)[0] is CommandResult.CONFLICT
    result, why = answer(gone, gone.lines[0])
    assert (result, "processing" in why) == (CommandResult.REJECTED, True)
    assert clerk.read("sale.sale", order.sale, "shipping_date")["shipping_date"] is None


def test_late_receipt_is_expedited(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    late = scenarios.late_inbound(clerk, distributor)
    supply = desk.state("supply")[f"in-{late.moves[0]}"]
    day = today() + timedelta(days=1)
    eta_at = datetime.combine(day, time(18), tzinfo=company_zone()).astimezone(UTC)
    action = ExpediteSupply(supply_id=f"in-{late.moves[0]}", eta_at=eta_at, cost_cents=45_000)
    receipt = desk.connector.submit(desk.command(key(), action, supply))
    assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    assert clerk.read("stock.move", late.moves[0], "planned_date")["planned_date"] == day
    assert any("450.00" in note for note in notes_on(clerk, "purchase.purchase", late.purchase))


def test_missing_postcode_is_filled_in(clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk) -> None:
    order = scenarios.routine(clerk, distributor)
    address = clerk.read("sale.sale", order.sale, "shipment_address")["shipment_address"]
    clerk.write("party.address", [address], {"postal_code": None})
    action = SetOrderField(order_id=OrderId(f"sale-{order.sale}"), field="postcode", value="12207")
    assert desk.connector.submit(desk.command(key(), action)).result is CommandResult.SUCCEEDED
    assert clerk.read("party.address", address, "postal_code")["postal_code"] == "12207"


def test_verbs_tryton_lacks_are_rejected(desk: TowerDesk) -> None:
    action: Action = RepickTask(task_id=TaskId("task-1"), bin_code="A", quantity=1)
    receipt = desk.connector.submit(desk.command(key(), action))
    assert receipt.result is CommandResult.REJECTED
    assert "repick_task" in receipt.message


def test_command_to_a_stopped_server_was_not_sent_and_can_be_repeated(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.carrier_to_change(clerk, distributor)
    command = desk.command(key(), rebook(distributor, order))
    server.stop()
    with pytest.raises(UnavailableError):
        desk.connector.submit(command)
    with pytest.raises(UnavailableError):
        desk.connector.probe(command)
    server.start()
    assert desk.connector.probe(command) is None
    assert desk.connector.submit(command).result is CommandResult.SUCCEEDED
    assert (
        clerk.read("stock.shipment.out", order.shipments[0], "carrier")["carrier"]
        == (distributor.carriers["Meridian Express"])
    )
