"""What is wrong in a world, told from its records by plain arithmetic, independent of the detectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from connectors.protocol import Connector
from domain.billing import Invoice, PodCondition, ProofOfDelivery
from domain.customers import Customer
from domain.ids import EntityRef, ItemId, LineId, NodeId
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition
from domain.items import ContractPrice, Item
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder
from domain.records import Entity, RejectedRecord
from domain.transport import Shipment, ShipmentStatus
from domain.warehouse import PickStatus, PickTask
from tests.support.connector_contract import read_all, state_of

PRICE_TOLERANCE_PERCENT = 2
PRICE_TOLERANCE_CENTS = 500
BEFORE_RELEASE = {OrderStatus.ENTERED, OrderStatus.CONFIRMED}
GOING_ON = {OrderStatus.CONFIRMED, OrderStatus.RELEASED}
UNSHIPPED = BEFORE_RELEASE | {OrderStatus.RELEASED}
Place = tuple[ItemId, NodeId]


class Snapshot:
    """Everything the faces of a world show now."""

    def __init__(self, connectors: Iterable[Connector]) -> None:
        self.entities: dict[EntityRef, Entity] = {}
        self.versions: dict[EntityRef, str] = {}
        self.rejected: list[RejectedRecord] = []
        for connector in connectors:
            for stream in connector.manifest.streams:
                pages, _ = read_all(connector, stream.name, limit=1000)
                for ref, record in state_of(pages).items():
                    self.entities[ref] = record.entity
                    self.versions[ref] = record.version
                self.rejected += [bad for page in pages for bad in page.rejected]
        self.orders = {e.order_id: e for e in self.entities.values() if isinstance(e, SalesOrder)}
        self.lines = {e.line_id: e for e in self.entities.values() if isinstance(e, OrderLine)}
        self.customers = {e.customer_id: e for e in self.entities.values() if isinstance(e, Customer)}
        self.items = {e.item_id: e for e in self.entities.values() if isinstance(e, Item)}
        self.positions = {
            (e.item_id, e.node_id): e for e in self.entities.values() if isinstance(e, InventoryPosition)
        }
        self.allocations = [e for e in self.entities.values() if isinstance(e, Allocation)]
        self.supplies = [e for e in self.entities.values() if isinstance(e, InboundSupply)]
        self._agreed = {
            (e.customer_id, e.item_id): e.unit_price_cents
            for e in self.entities.values()
            if isinstance(e, ContractPrice)
        }
        self.receipts = {e.shipment_id: e for e in self.entities.values() if isinstance(e, ProofOfDelivery)}
        self._claimed: dict[Place, int] = defaultdict(int)
        for place, claims in self.claims().items():
            self._claimed[place] = sum(claim.quantity for claim in claims)
        self.shortages = self._shortages()

    def claims(self) -> dict[Place, list[Allocation]]:
        """Firm claims by item and node, those bound to stock first, then by tier and promise."""
        found: dict[Place, list[Allocation]] = defaultdict(list)
        for allocation in self.allocations:
            if self._is_firm(allocation):
                found[allocation.item_id, allocation.node_id].append(allocation)
        for claims in found.values():
            claims.sort(key=self._rank)
        return found

    def spare(self, place: Place) -> int:
        """Units at a place that neither safety nor a firm claim needs."""
        position = self.positions[place]
        return position.on_hand_quantity - position.safety_stock_quantity - self._claimed[place]

    def agreed_price_cents(self, line: OrderLine) -> int:
        """The price the line should have: by contract, else by list."""
        customer_id = self.orders[line.order_id].customer_id
        contract = self._agreed.get((customer_id, line.item_id))
        return self.items[line.item_id].list_price_cents if contract is None else contract

    def signed_in_good_condition(self, invoice: Invoice) -> dict[LineId, int]:
        """Units signed for without damage, by line, of a delivered invoice."""
        assert invoice.shipment_id is not None
        receipt = self.receipts[invoice.shipment_id]
        return {
            line.line_id: line.delivered_quantity if line.condition is PodCondition.GOOD else 0
            for line in receipt.lines
        }

    def _is_firm(self, allocation: Allocation) -> bool:
        order = self.orders[self.lines[allocation.line_id].order_id]
        going_on = order.status in GOING_ON and order.credit_status is not CreditStatus.HOLD
        return going_on or allocation.status is AllocationStatus.RESERVED

    def _rank(self, allocation: Allocation) -> tuple[object, ...]:
        line = self.lines[allocation.line_id]
        tier = self.customers[self.orders[line.order_id].customer_id].tier
        is_bound = allocation.status is AllocationStatus.RESERVED
        return (not is_bound, tier, line.promised_at, allocation.allocation_id)

    def _shortages(self) -> dict[LineId, int]:
        """Units each line lacks at its promise date, by stock and inbound of its nodes."""
        short: dict[LineId, int] = defaultdict(int)
        for place, claims in self.claims().items():
            position = self.positions[place]
            used = 0
            for claim in claims:
                promise = self.lines[claim.line_id].promised_at
                arrived = sum(
                    supply.open_quantity
                    for supply in self.supplies
                    if (supply.item_id, supply.node_id) == place and supply.eta_at <= promise
                )
                left = position.on_hand_quantity + arrived - used
                if left < claim.quantity:
                    short[claim.line_id] += claim.quantity - max(0, left)
                used += claim.quantity
        return dict(short)


def situations(world: Snapshot) -> dict[str, set[str]]:
    """The ids of the records in each of the ten situations of the catalogue."""
    elsewhere: set[str] = {line_id for line_id in world.shortages if _helped_elsewhere(world, line_id)}
    return {
        "OE-CREDIT": _credit(world),
        "OE-PRICE": _price(world),
        "OE-INCOMPLETE": _incomplete(world),
        "AL-SHORT": {line_id for line_id in world.shortages if line_id not in elsewhere},
        "AL-IMBALANCE": elsewhere,
        "AL-PO-LATE": _late_supply(world),
        "WH-PICK-SHORT": {
            e.task_id
            for e in world.entities.values()
            if isinstance(e, PickTask) and e.status is PickStatus.SHORT
        },
        "TR-ETA-LATE": _late_shipments(world),
        "IN-POD-MISMATCH": _pod(world),
        "DQ-STALE": {bad.source for bad in world.rejected},
    }


def _credit(world: Snapshot) -> set[str]:
    return {
        o.order_id
        for o in world.orders.values()
        if o.status in UNSHIPPED and o.credit_status is CreditStatus.HOLD
    }


def _price(world: Snapshot) -> set[str]:
    found: set[str] = set()
    for line in world.lines.values():
        price = world.agreed_price_cents(line)
        gap = abs(line.unit_price_cents - price)
        if (
            not line.shipped_quantity
            and gap * 100 > PRICE_TOLERANCE_PERCENT * price
            and gap * line.ordered_quantity > PRICE_TOLERANCE_CENTS
        ):
            found.add(line.line_id)
    return found


def _incomplete(world: Snapshot) -> set[str]:
    return {
        o.order_id
        for o in world.orders.values()
        if o.status in BEFORE_RELEASE and o.ship_to.missing(world.customers[o.customer_id].required_fields)
    }


def _helped_elsewhere(world: Snapshot, line_id: LineId) -> bool:
    line = world.lines[line_id]
    own = {a.node_id for a in world.allocations if a.line_id == line_id}
    free = sum(
        max(0, world.spare((item_id, node_id)))
        for item_id, node_id in world.positions
        if item_id == line.item_id and node_id not in own
    )
    return free >= world.shortages[line_id]


def _late_supply(world: Snapshot) -> set[str]:
    waiting = {
        (a.item_id, a.node_id, world.lines[a.line_id].promised_at)
        for a in world.allocations
        if a.line_id in world.shortages
    }
    return {
        s.supply_id
        for s in world.supplies
        if s.open_quantity
        and s.eta_at - s.due_at >= timedelta(days=1)
        and any(
            (item_id, node_id) == (s.item_id, s.node_id) and s.due_at <= promise < s.eta_at
            for item_id, node_id, promise in waiting
        )
    }


def _late_shipments(world: Snapshot) -> set[str]:
    done = {ShipmentStatus.DELIVERED, ShipmentStatus.CANCELLED}
    return {
        e.shipment_id
        for e in world.entities.values()
        if isinstance(e, Shipment) and e.status not in done and e.eta_at and e.eta_at > e.window_end_at
    }


def _pod(world: Snapshot) -> set[str]:
    found: set[str] = set()
    for invoice in world.entities.values():
        if not isinstance(invoice, Invoice) or invoice.shipment_id not in world.receipts:
            continue
        good = world.signed_in_good_condition(invoice)
        if any(line.quantity - line.credited_quantity > good[line.line_id] for line in invoice.lines):
            found.add(invoice.invoice_id)
    return found
