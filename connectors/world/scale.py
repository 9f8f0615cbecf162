"""A million open order lines: records drawn by shares, without a simulation, for measuring how things grow.

What is there is consistent (every reference leads somewhere, stock is bound once), and one item in great
demand holds three lines in a hundred. There is no truth to it beyond its records.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from connectors.world import names
from connectors.world.assortment import ordered_quantity, supplier_of
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.master import MasterData, build_master
from connectors.world.nature import QUIET
from connectors.world.partners import city_of, contact_of, street_of
from connectors.world.sizes import WorldSize
from domain.customers import Customer
from domain.ids import ItemId, NodeId, OrderId, PositionId
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition, SupplyKind
from domain.items import Item
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo
from domain.records import Entity

FULL_LINES = 1_000_000
HOT_SHARE = 0.03
MOST_LINES = 7
ANOTHER_LINE_SHARE = 0.6
HOLD_SHARE = 0.01
WRONG_PRICE_SHARE = 0.005
RESERVED_SHARE = 0.3
SHORT_SHARE = 0.01
LATE_SHARE = 0.03
SUPPLY_SHARE = 0.3
AGES_DAYS = (0.0, 9.0)
PROMISE_DAYS = (1, 9)
WRONG_PRICE_FACTOR = 1.2

SCALE = WorldSize(
    name="scale",
    items=20_000,
    customers=5_000,
    nodes=12,
    orders_per_day=100_000,
    history_days=0,
    span_days=0,
    disruptions=0,
    nodes_per_item=7,
    contracts_per_customer=4,
    nature=QUIET,
)


def scale_records(
    seed: int, lines: int = FULL_LINES, *, size: WorldSize = SCALE, now: datetime = HISTORY_BEGINS_AT
) -> Iterator[Entity]:
    """Master data, then orders with their lines and allocations, then stock and what is on its way in."""
    master = build_master(seed, size, now)
    yield from master.nodes
    yield from master.lanes
    yield from master.services
    yield from master.items
    yield from master.customers
    yield from master.contracts
    claimed: dict[tuple[ItemId, NodeId], int] = {}
    yield from _orders(Random(f"{seed}/scale/orders"), master, lines, now, claimed)
    yield from _stock(Random(f"{seed}/scale/stock"), master, now, claimed)


def _orders(
    rng: Random,
    master: MasterData,
    lines: int,
    now: datetime,
    claimed: dict[tuple[ItemId, NodeId], int],
) -> Iterator[Entity]:
    customer_weights = master.customer_weights
    made = serial = 0
    while made < lines:
        serial += 1
        customer = rng.choices(master.customers, cum_weights=customer_weights)[0]
        count = 1
        while count < min(MOST_LINES, lines - made) and rng.random() < ANOTHER_LINE_SHARE:
            count += 1
        wanted: dict[ItemId, Item] = {}
        while len(wanted) < count:
            is_hot = rng.random() < HOT_SHARE
            item = master.items[0] if is_hot else rng.choice(master.items)
            wanted.setdefault(item.item_id, item)
        made += count
        yield from _order(rng, master, names.order_id(serial), customer, list(wanted.values()), now, claimed)


def _order(
    rng: Random,
    master: MasterData,
    order_id: OrderId,
    customer: Customer,
    wanted: list[Item],
    now: datetime,
    claimed: dict[tuple[ItemId, NodeId], int],
) -> Iterator[Entity]:
    ordered_at = now - timedelta(days=rng.uniform(*AGES_DAYS))
    promised_at = (now + timedelta(days=rng.randint(*PROMISE_DAYS))).replace(hour=20, minute=0, second=0)
    is_held = rng.random() < HOLD_SHARE
    nearest = master.nearest_nodes[customer.customer_id]
    lines: list[OrderLine] = []
    parts: list[Allocation] = []
    for position, item in enumerate(wanted, start=1):
        quantity = ordered_quantity(rng, item)
        node_id = next(node for node in nearest if node in master.stocked_at[item.item_id])
        agreed = master.price_cents(customer, item)
        is_wrong = rng.random() < WRONG_PRICE_SHARE
        line_id = names.line_id(order_id, position)
        is_reserved = not is_held and rng.random() < RESERVED_SHARE
        claimed[item.item_id, node_id] = claimed.get((item.item_id, node_id), 0) + quantity
        lines.append(
            OrderLine(
                line_id=line_id,
                order_id=order_id,
                position=position,
                item_id=item.item_id,
                ordered_quantity=quantity,
                shipped_quantity=0,
                unit_price_cents=round(agreed * WRONG_PRICE_FACTOR) if is_wrong else agreed,
                requested_at=promised_at,
                promised_at=promised_at,
                node_id=node_id,
            )
        )
        parts.append(
            Allocation(
                allocation_id=names.allocation_id(line_id, node_id, 1),
                line_id=line_id,
                item_id=item.item_id,
                node_id=node_id,
                quantity=quantity,
                status=AllocationStatus.RESERVED if is_reserved else AllocationStatus.PLANNED,
                allocated_at=now if is_reserved else None,
            )
        )
    yield _header(master, order_id, customer, lines, ordered_at, is_held=is_held)
    yield from lines
    yield from parts


def _header(
    master: MasterData,
    order_id: OrderId,
    customer: Customer,
    lines: list[OrderLine],
    ordered_at: datetime,
    *,
    is_held: bool,
) -> SalesOrder:
    number = master.customer_number[customer.customer_id]
    city = city_of(number)
    return SalesOrder(
        order_id=order_id,
        number=order_id,
        customer_id=customer.customer_id,
        status=OrderStatus.ENTERED if is_held else OrderStatus.CONFIRMED,
        credit_status=CreditStatus.HOLD if is_held else CreditStatus.CLEAR,
        ordered_at=ordered_at,
        requested_at=lines[0].requested_at,
        promised_at=lines[0].promised_at,
        ship_to=ShipTo(
            name=customer.name,
            street=street_of(number),
            postcode=f"{city.postcode}{number % 90 + 10}",
            city=city.name,
            country="US",
            contact=contact_of(number),
        ),
        ship_from_node_id=lines[0].node_id,
        total_cents=sum(line.value_cents for line in lines),
        customer_po=f"45{order_id[3:]}",
        status_at=ordered_at,
    )


def _stock(
    rng: Random, master: MasterData, now: datetime, claimed: dict[tuple[ItemId, NodeId], int]
) -> Iterator[Entity]:
    """Stock for what is claimed, a little less of it here and there; and goods on their way in."""
    for item in master.items:
        for node_id in master.stocked_at[item.item_id]:
            needed = claimed.get((item.item_id, node_id), 0)
            is_short = rng.random() < SHORT_SHARE
            on_hand = needed * 9 // 10 if is_short else needed + rng.randint(10, 200)
            yield InventoryPosition(
                position_id=PositionId(f"{item.item_id}@{node_id}"),
                item_id=item.item_id,
                node_id=node_id,
                on_hand_quantity=on_hand,
                safety_stock_quantity=0,
                pick_face_quantity=on_hand,
            )
            if rng.random() < SUPPLY_SHARE:
                due_at = (now + timedelta(days=rng.randint(1, 9))).replace(hour=14, minute=0, second=0)
                late = timedelta(days=rng.randint(2, 6)) if rng.random() < LATE_SHARE else timedelta()
                supply_id = names.supply_id(item.item_id, node_id, 1)
                yield InboundSupply(
                    supply_id=supply_id,
                    number=supply_id.rsplit("-", 1)[0],
                    kind=SupplyKind.PURCHASE,
                    item_id=item.item_id,
                    node_id=node_id,
                    ordered_quantity=needed // 5 + 40,
                    received_quantity=0,
                    due_at=due_at,
                    eta_at=due_at + late,
                    supplier_name=supplier_of(master.item_number[item.item_id]),
                    ordered_at=now - timedelta(days=3),
                )
