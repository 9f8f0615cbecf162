"""A statistical distributor written straight into a mirror: open order lines by the million.

Items are drawn by Zipf's law (exponent 0.8; the first item holds about 3 % of all lines). Every kind of
record is there, and a few percent of everything is wrong, so that every rule has work.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from app.store.schema import TABLES
from benchmarks._bulk_rows import DAY, HOUR, NOW, drop_indexes, write
from benchmarks._execution import Execution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

NODES = [f"DC{n:02}" for n in range(12)]
ZONES = [f"Z{n:02}" for n in range(20)]
SERVICES = [("UPSN", "UPSN-GND"), ("FDEG", "FDEG-GND"), ("ODFL", "ODFL-LTL"), ("SAIA", "SAIA-LTL")]
ZIPF = 0.8
LINES_PER_ORDER = 4
#: One item in so many has trouble with its supply, most of all at some nodes.
TROUBLED = 40


@dataclass(slots=True)
class Order:
    """An order as far as its execution needs it; ``lines`` are (id, item number, units, price)."""

    order_id: str
    customer: int
    node: str
    status: str
    ordered_at: int
    promised_at: int
    lines: list[tuple[str, int, int, int]]


class Distributor:
    """The company: sizes follow from the number of open lines, chances from the seed."""

    def __init__(self, lines: int, seed: int) -> None:
        """Plan for so many open lines."""
        self.chance = random.Random(seed)
        self.lines = lines
        self.items = max(200, lines // 50)
        self.customers = max(100, lines // 50)
        self.weights = list(accumulate(1 / (rank + 1) ** ZIPF for rank in range(self.items)))
        self.prices = [self.chance.randrange(300, 20_000) for _ in range(self.items)]
        self.wanted: dict[tuple[int, str], int] = {}
        self.reserved: dict[tuple[int, str], int] = {}

    def fill(self, connection: Connection) -> dict[str, int]:
        """Write everything; the rows by table."""
        indexes = drop_indexes(connection)
        counts = dict(self._masters(connection))
        count = self.lines // LINES_PER_ORDER
        orders = list(self._orders(count, "SO"))
        moving = list(self._orders(count // 10, "SM", status="shipped"))
        closed = list(self._orders(count // 4, "SH", status="invoiced"))
        counts.update(self._demand(connection, orders + moving + closed))
        counts.update(self._supply(connection))
        counts.update(Execution(self).write(connection, orders, moving, closed))
        for statement in indexes:
            connection.exec_driver_sql(statement)
        _register_feed(connection)
        return counts

    @staticmethod
    def item(number: int) -> str:
        """The id of an item by its rank."""
        return f"I{number:05}"

    def _masters(self, connection: Connection) -> Iterator[tuple[str, int]]:
        chance = self.chance
        nodes = [(node, f"Centre {node}", "distribution_centre", 1_080, 1_000_000) for node in NODES]
        columns = "id name kind cutoff_minute_of_day pick_capacity_units_per_day"
        yield "node", write(connection, "node", columns, nodes)
        lanes = [(f"{n}-{z}", n, z, chance.randint(1, 3), 1_500, 40) for n in NODES for z in ZONES]
        columns = "id origin_node_id zone_id transit_days fixed_cost_cents rate_cents_per_kg"
        yield "lane", write(connection, "lane", columns, lanes)
        services = [(service, scac, service, 3, 900, 35, 10_000) for scac, service in SERVICES]
        columns = "id scac name transit_days fixed_cost_cents rate_cents_per_kg pickups_per_day"
        yield "carrier_service", write(connection, "carrier_service", columns, services)
        items = [
            (self.item(n), f"KT-{n:05}", f"Part {n}", price, price * 6 // 10, f"C{n % 30}", self._life())
            for n, price in enumerate(self.prices)
        ]
        columns = "id sku name list_price_cents landed_cost_cents category lifecycle"
        yield "item", write(connection, "item", columns, items)
        customers = [
            (f"C{n:05}", f"Customer {n}", 1 + min(3, n * 7 % 10 // 2), ZONES[n % 20], self._limit())
            for n in range(self.customers)
        ]
        yield "customer", write(connection, "customer", "id name tier zone_id limit_cents", customers)
        yield "contract_price", self._contracts(connection)

    def _contracts(self, connection: Connection) -> int:
        contracts = {}
        for _ in range(self.lines // 10):
            item, customer = self.drawn(1)[0], self.chance.randrange(self.customers)
            price = self.prices[item] if self.chance.random() > 0.003 else self.prices[item] * 9 // 10
            contract = f"P{customer}-{item}"
            contracts[contract] = (contract, f"C{customer:05}", self.item(item), price, NOW - 200 * DAY)
        columns = "id customer_id item_id unit_price_cents valid_from"
        return write(connection, "contract_price", columns, contracts.values())

    def _life(self) -> str:
        return "discontinued" if self.chance.random() < 0.0005 else "active"

    def _limit(self) -> int | None:
        return 5_000_000 if self.chance.random() < 0.01 else None

    def drawn(self, count: int) -> list[int]:
        """So many item numbers, popular ones more often."""
        return self.chance.choices(range(self.items), cum_weights=self.weights, k=count)

    def _orders(self, count: int, prefix: str, *, status: str = "") -> Iterator[Order]:
        chance = self.chance
        items = iter(self.drawn(count * LINES_PER_ORDER))
        for number in range(count):
            order_id = f"{prefix}{number:07}"
            dice = chance.random()
            is_at = status or ("entered" if dice < 0.05 else "confirmed" if dice < 0.6 else "released")
            age = chance.randint(1, 3 if is_at == "entered" else 90) * HOUR
            promised = (
                NOW + (chance.randint(30, 96) if dice % 0.01 < 0.0002 else chance.randint(110, 340)) * HOUR
            )
            if status:
                age += 4 * DAY
                promised = NOW + chance.randint(10, 90) * HOUR if status == "shipped" else NOW - age + 3 * DAY
            lines = []
            for position in range(1, LINES_PER_ORDER + 1):
                item = next(items)
                price = self.prices[item] if chance.random() > 0.004 else self.prices[item] * 11 // 10
                lines.append((f"{order_id}/{position}", item, chance.randint(1, 40), price))
            customer, node = chance.randrange(self.customers), chance.choice(NODES)
            yield Order(order_id, customer, node, is_at, NOW - age, promised, lines)

    def _demand(self, connection: Connection, orders: list[Order]) -> Iterator[tuple[str, int]]:
        columns = """id number customer_id status credit_status ordered_at requested_at promised_at
                     ship_from_node_id total_cents customer_po status_at ship_to_postcode"""
        yield "sales_order", write(connection, "sales_order", columns, map(self._order_row, orders))
        columns = """id order_id position item_id ordered_quantity shipped_quantity unit_price_cents
                     requested_at promised_at node_id"""
        yield "order_line", write(connection, "order_line", columns, self._line_rows(orders))
        columns = "id line_id item_id node_id quantity status allocated_at"
        yield "allocation", write(connection, "allocation", columns, self._allocation_rows(orders))

    def _order_row(self, order: Order) -> tuple[Any, ...]:
        chance = self.chance
        total = sum(units * price for _, _, units, price in order.lines)
        early = order.status in {"entered", "confirmed"}
        held = early and chance.random() < 0.004
        stuck = order.status == "entered" and chance.random() < 0.02
        since = order.ordered_at - 5 * DAY if stuck else order.ordered_at
        head = (order.order_id, order.order_id, f"C{order.customer:05}", order.status)
        times = (since, order.promised_at, order.promised_at)
        number = f"PO-{order.order_id}" if chance.random() > 0.001 else f"PO-{order.customer}"
        postcode = "" if early and chance.random() < 0.002 else "80202"
        return (*head, "hold" if held else "clear", *times, order.node, total, number, since + HOUR, postcode)

    def _line_rows(self, orders: list[Order]) -> Iterator[tuple[Any, ...]]:
        for order in orders:
            gone = order.status in {"shipped", "invoiced"}
            for line_id, item, units, price in order.lines:
                node = order.node if self.chance.random() > 0.05 else None
                head = (
                    line_id,
                    order.order_id,
                    int(line_id[-1]),
                    self.item(item),
                    units,
                    units if gone else 0,
                )
                yield (*head, price, order.promised_at, order.promised_at, node)

    def _allocation_rows(self, orders: list[Order]) -> Iterator[tuple[Any, ...]]:
        for order in orders:
            if order.status in {"shipped", "invoiced"}:
                continue
            released = order.status == "released"
            planned = order.status == "confirmed" and self.chance.random() < 0.4
            for line_id, item, units, _ in order.lines:
                group = item, order.node
                self.wanted[group] = self.wanted.get(group, 0) + units
                if released:
                    self.reserved[group] = self.reserved.get(group, 0) + units
                if released or planned:
                    status = "reserved" if released else "planned"
                    yield f"A{line_id}", line_id, self.item(item), order.node, units, status, order.ordered_at

    def _supply(self, connection: Connection) -> Iterator[tuple[str, int]]:
        stock, coming, lots = [], [], []
        for number in range(self.items):
            item = self.item(number)
            for node in NODES:
                on_hand, inbound = self._cover(number, node)
                stock.append((f"{item}@{node}", item, node, on_hand, min(20, on_hand // 10), on_hand))
                if inbound:
                    coming.append(self._supply_row(item, node, inbound))
                if number % 10 == 0 and on_hand:
                    lots.append((f"L{item}@{node}", item, node, NOW + 300 * DAY, "ok"))
        columns = "id item_id node_id on_hand_quantity safety_stock_quantity pick_face_quantity"
        yield "inventory_position", write(connection, "inventory_position", columns, stock)
        columns = """id number item_id node_id ordered_quantity received_quantity due_at eta_at supplier_name
                     ordered_at confirmed_quantity shipped_quantity asn_at"""
        yield "inbound_supply", write(connection, "inbound_supply", columns, coming)
        yield "lot", write(connection, "lot", "id item_id node_id expires_at quality", lots)

    def _cover(self, number: int, node: str) -> tuple[int, int]:
        """Stock and inbound of a group: most have enough, some wait for inbound, troubled items lack."""
        wanted, reserved = self.wanted.get((number, node), 0), self.reserved.get((number, node), 0)
        dice = self.chance.random()
        if number % TROUBLED == 0 and dice < 0.5:
            lacking = max(reserved, wanted * 9 // 10)
            return lacking, max(1, wanted // 20) if dice < 0.3 else 0
        if number % (3 * TROUBLED) == 0:
            return wanted, 0
        if dice < 0.85:
            return wanted + wanted // 4 + self.chance.randint(0, 60), wanted if dice < 0.15 else 0
        return max(reserved, wanted * 9 // 10), max(1, wanted)

    def _supply_row(self, item: str, node: str, units: int) -> tuple[Any, ...]:
        chance = self.chance
        due = NOW + chance.randint(12, 60) * HOUR
        eta = due + 4 * DAY if chance.random() < 0.05 else due
        sent = units - units // 4 if chance.random() < 0.02 else units
        head = (f"PO-{item}-{node}", f"PO-{item}", item, node, units, 0, due, eta)
        return (*head, f"Supplier {int(item[1:]) % 50}", NOW - 30 * DAY, units, sent, NOW - 2 * DAY)


def _register_feed(connection: Connection) -> None:
    """One source that gives everything and was read a minute ago."""
    kinds = json.dumps(sorted(kind.value for kind in TABLES))
    connection.exec_driver_sql(
        "INSERT INTO source_state (source, title, kinds, interval_seconds, registered_at, last_success_at,"
        " failures_in_row, why, rows_read) VALUES ('erp', 'ERP', ?, 864000, ?, ?, 0, '', 1)",
        (kinds, NOW - DAY, NOW - 60_000),
    )
