"""Small worlds for tests: a clock that stands still until told, and commands that are possible now."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.world.sizes import SizeName
from connectors.world.truth.observer import observe
from connectors.world.world import World
from domain.billing import Invoice
from domain.commands import (
    Action,
    Command,
    CreditInvoiceLine,
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
    SubstituteItem,
    TransferStock,
)
from domain.ids import (
    EntityKind,
    EntityRef,
    InvoiceId,
    LineId,
    NodeId,
    OrderId,
    ServiceId,
    ShipmentId,
    SourceName,
    TaskId,
)
from domain.transport import Shipment, ShipmentStatus
from domain.warehouse import PickTask
from tests.support.world_situations import Snapshot, situations

FIRST_OPENED = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SEED = 7


class SteppingClock:
    """Stands still until it is moved."""

    def __init__(self, start: datetime = FIRST_OPENED) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move(self, **delta: float) -> None:
        self._now += timedelta(**delta)


def open_world(
    state_dir: Path, clock: SteppingClock | None = None, *, seed: int = SEED, size: SizeName = "tiny"
) -> World:
    """A world in ``state_dir``."""
    return World(seed, clock or SteppingClock(), state_dir, size)


def snapshot_of(world: World) -> Snapshot:
    """Everything the world shows now."""
    return Snapshot(world.connector(name) for name in world.source_names)


def executions(state_dir: Path, key: str) -> int:
    """How often the world carried out the command of that key, by its log on disk."""
    lines = (state_dir / "commands.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return sum(entry["key"] == key and entry["result"] == "succeeded" for entry in entries)


def possible_actions(world: World) -> dict[str, Action]:
    """One action of each verb that the world can carry out now, on a record in trouble."""
    seen = snapshot_of(world)
    found = {code: sorted(ids) for code, ids in situations(seen).items()}
    order_id = OrderId(found["OE-CREDIT"][0])
    priced = seen.lines[LineId(found["OE-PRICE"][0])]
    incomplete = seen.orders[OrderId(found["OE-INCOMPLETE"][0])]
    missing = incomplete.ship_to.missing(seen.customers[incomplete.customer_id].required_fields)
    actions: tuple[Action, ...] = (
        ReleaseCreditHold(order_id=order_id),
        SetLinePrice(
            order_id=priced.order_id,
            line_id=priced.line_id,
            unit_price_cents=seen.agreed_price_cents(priced),
        ),
        SetOrderField(order_id=incomplete.order_id, field=missing[0], value="Dock 4"),
        _reallocation(seen, found["AL-IMBALANCE"]),
        _split(seen, found["AL-IMBALANCE"]),
        _rebooking(seen, found["TR-ETA-LATE"]),
        _repick(seen, found["WH-PICK-SHORT"][0]),
        _credit(seen, found["IN-POD-MISMATCH"][0]),
        _expedition(world, seen, found["AL-PO-LATE"]),
        _transfer(world, seen, found["AL-IMBALANCE"]),
        _substitution(seen, [*found["AL-IMBALANCE"], *found["AL-SHORT"]]),
        _promise(world, seen),
    )
    return {action.verb: action for action in actions}


def command_for(world: World, verb: str, *, key: str = "act-1", source: str = "erp") -> Command:
    """A command of that verb the world can carry out now."""
    return Command(key=key, source=SourceName(source), action=possible_actions(world)[verb])


def _promise(world: World, seen: Snapshot) -> PromiseDate:
    for order_id in sorted(ref.entity_id for code, ref in observe(world.state) if code == "OE-PROMISE"):
        order = seen.orders[OrderId(order_id)]
        lines = [line for line in seen.lines.values() if line.order_id == order_id and line.open_quantity]
        return PromiseDate(
            order_id=order.order_id,
            line_ids=tuple(line.line_id for line in lines),
            promised_at=order.promised_at + timedelta(days=9),
            replaces_promised_at=order.promised_at,
        )
    raise AssertionError("no order is promised too early")


def _reallocation(seen: Snapshot, line_ids: list[str]) -> ReallocateLine:
    for line_id, short, node_id, other_node in _nodes_to_spare(seen, line_ids):
        line = seen.lines[line_id]
        if seen.spare((line.item_id, other_node)) >= short:
            return ReallocateLine(
                order_id=line.order_id,
                line_id=line_id,
                from_node_id=node_id,
                to_node_id=other_node,
                quantity=short,
            )
    raise AssertionError("no short line has a single node that can help")


def _transfer(world: World, seen: Snapshot, line_ids: list[str]) -> TransferStock:
    arrive_at = world.now() + timedelta(hours=13)
    for line_id, short, node_id, other_node in _nodes_to_spare(seen, line_ids):
        line = seen.lines[line_id]
        if seen.spare((line.item_id, other_node)) >= short and line.promised_at > arrive_at:
            return TransferStock(
                line_id=line_id,
                item_id=line.item_id,
                from_node_id=other_node,
                to_node_id=node_id,
                quantity=short,
                arrive_at=arrive_at,
            )
    raise AssertionError("no short line can wait for goods of another node")


def _substitution(seen: Snapshot, line_ids: list[str]) -> SubstituteItem:
    for text in line_ids:
        line = seen.lines[LineId(text)]
        own = [a for a in seen.allocations if a.line_id == line.line_id]
        whole = len(own) == 1 and own[0].quantity == line.ordered_quantity and not line.shipped_quantity
        for other in seen.items[line.item_id].substitutes if whole else ():
            place = (other.item_id, own[0].node_id)
            if place in seen.positions and seen.spare(place) >= line.ordered_quantity:
                return SubstituteItem(
                    order_id=line.order_id,
                    line_id=line.line_id,
                    item_id=line.item_id,
                    substitute_item_id=other.item_id,
                    quantity=line.ordered_quantity,
                )
    raise AssertionError("no short line has a substitute at its node")


def _split(seen: Snapshot, line_ids: list[str]) -> SplitLine:
    for line_id, short, node_id, other_node in _nodes_to_spare(seen, line_ids):
        line = seen.lines[line_id]
        held = sum(a.quantity for a in seen.allocations if a.line_id == line_id and a.node_id == node_id)
        if 0 < short < held and seen.spare((line.item_id, other_node)) >= short:
            return SplitLine(
                order_id=line.order_id,
                line_id=line_id,
                from_node_id=node_id,
                parts=(
                    SplitPart(node_id=node_id, quantity=held - short),
                    SplitPart(node_id=other_node, quantity=short),
                ),
            )
    raise AssertionError("no short line can be split")


def _nodes_to_spare(seen: Snapshot, line_ids: list[str]) -> list[tuple[LineId, int, NodeId, NodeId]]:
    """Short lines with the node they are short at and each other node that stocks the item."""
    found: list[tuple[LineId, int, NodeId, NodeId]] = []
    for text in line_ids:
        line_id = LineId(text)
        own = [a for a in seen.allocations if a.line_id == line_id]
        others = [
            node_id
            for item_id, node_id in sorted(seen.positions)
            if item_id == own[0].item_id and node_id != own[0].node_id
        ]
        found += [(line_id, seen.shortages[line_id], own[0].node_id, other) for other in others]
    return found


def _rebooking(seen: Snapshot, shipment_ids: list[str]) -> RebookCarrier:
    for shipment_id in shipment_ids:
        shipment = seen.entities[EntityRef(kind=EntityKind.SHIPMENT, entity_id=shipment_id)]
        assert isinstance(shipment, Shipment)
        if shipment.status in {ShipmentStatus.BOOKED, ShipmentStatus.PACKED}:
            return RebookCarrier(
                shipment_id=ShipmentId(shipment_id), service_id=ServiceId("HWKX-NEXT"), scac="HWKX"
            )
    raise AssertionError("no late shipment can still be rebooked")


def _repick(seen: Snapshot, task_id: str) -> RepickTask:
    task = seen.entities[EntityRef(kind=EntityKind.PICK_TASK, entity_id=task_id)]
    assert isinstance(task, PickTask)
    missing = task.requested_quantity - task.picked_quantity
    return RepickTask(task_id=TaskId(task_id), bin_code="Z-01-01", quantity=missing)


def _credit(seen: Snapshot, invoice_id: str) -> CreditInvoiceLine:
    invoice = seen.entities[EntityRef(kind=EntityKind.INVOICE, entity_id=invoice_id)]
    assert isinstance(invoice, Invoice)
    good = seen.signed_in_good_condition(invoice)
    line = next(kept for kept in invoice.lines if kept.quantity > good[kept.line_id])
    return CreditInvoiceLine(
        invoice_id=InvoiceId(invoice_id), line_id=line.line_id, quantity=line.quantity - good[line.line_id]
    )


def _expedition(world: World, seen: Snapshot, supply_ids: list[str]) -> ExpediteSupply:
    for supply in seen.supplies:
        if supply.supply_id in supply_ids:
            return ExpediteSupply(
                supply_id=supply.supply_id, eta_at=world.now() + timedelta(hours=14), cost_cents=25_000
            )
    raise AssertionError("no late inbound goods")
