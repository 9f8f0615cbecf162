"""Detection and ingestion on a made-up mirror: how long a full pass, an idle one and a page take.

``python -m benchmarks.detection [--quick] [--json FILE]``; figures of one run are to be compared as ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.protocol import Page
from domain.customers import CreditTerms, Customer, SlaTerms, SplitPolicy
from domain.ids import (
    CustomerId,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    PositionId,
    SourceName,
    SupplyId,
    ZoneId,
)
from domain.inventory import InboundSupply, InventoryPosition, SupplyKind
from domain.items import Item
from domain.network import Node, Place
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo
from domain.records import SourceRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.records import Entity

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
ERP = SourceName("erp")
SHIP_TO = ShipTo(street="1 Main St", postcode="80202", city="Denver")
PAGE = 500
LINES_PER_ORDER = 3


def made_up_entities(lines: int, chance: random.Random) -> Iterator[Entity]:
    """A distributor with so many order lines, a hot item among them; about one line in twelve is short."""
    nodes = [NodeId(f"DC{n:02}") for n in range(12)]
    items = [ItemId(f"I{n}") for n in range(max(50, lines // 20))]
    customers = [CustomerId(f"C{n}") for n in range(max(20, lines // 50))]
    weights = [1 / (rank + 1) ** 0.8 for rank in range(len(items))]
    place = Place(name="Here", latitude_micro=0, longitude_micro=0)
    for node in nodes:
        yield Node(node_id=node, name=node, place=place)
    for item in items:
        yield Item(
            item_id=item, sku=item, name=item, weight_grams=900, list_price_cents=1_000, landed_cost_cents=600
        )
    for number, customer in enumerate(customers):
        yield Customer(
            customer_id=customer,
            name=customer,
            tier=1 + number % 4,
            zone_id=ZoneId("Z1"),
            place=place,
            credit=CreditTerms(),
            sla=SlaTerms(),
            split=SplitPolicy(),
        )
    wanted: dict[tuple[ItemId, NodeId], int] = {}
    chosen = iter(chance.choices(items, weights, k=lines))
    for number in range(lines // LINES_PER_ORDER):
        yield from made_up_order(number, chosen, nodes, customers, chance, wanted)
    for (item, node), units in wanted.items():
        there = int(units * chance.choice([1.0, 1.1, 1.4, 0.9]))
        yield InventoryPosition(
            position_id=PositionId(f"{item}@{node}"), item_id=item, node_id=node, on_hand_quantity=there
        )
        if chance.random() < 0.2:
            due = NOW + timedelta(days=chance.randint(0, 4))
            yield InboundSupply(
                supply_id=SupplyId(f"PO:{item}@{node}"),
                number=f"PO-{item}",
                kind=SupplyKind.PURCHASE,
                item_id=item,
                node_id=node,
                ordered_quantity=max(1, units // 4),
                received_quantity=0,
                due_at=due,
                eta_at=due + timedelta(days=chance.choice([0, 0, 0, 3])),
            )


def made_up_order(
    number: int,
    chosen: Iterator[ItemId],
    nodes: Sequence[NodeId],
    customers: Sequence[CustomerId],
    chance: random.Random,
    wanted: dict[tuple[ItemId, NodeId], int],
) -> Iterator[Entity]:
    """An order with its lines; what it wants is added to ``wanted`` by item and node."""
    order_id = OrderId(f"SO-{number}")
    promised = NOW + timedelta(days=chance.randint(1, 10), minutes=chance.randint(0, 600))
    node = chance.choice(nodes)
    yield SalesOrder(
        order_id=order_id,
        number=order_id,
        customer_id=chance.choice(customers),
        status=OrderStatus.CONFIRMED,
        credit_status=CreditStatus.HOLD if chance.random() < 0.01 else CreditStatus.CLEAR,
        ordered_at=NOW,
        requested_at=promised,
        promised_at=promised,
        ship_to=SHIP_TO if chance.random() > 0.005 else ShipTo(),
        total_cents=50_000,
    )
    for place in range(1, LINES_PER_ORDER + 1):
        item = next(chosen)
        units = chance.randint(1, 40)
        wanted[item, node] = wanted.get((item, node), 0) + units
        yield OrderLine(
            line_id=LineId(f"{order_id}/{place}"),
            order_id=order_id,
            position=place,
            item_id=item,
            ordered_quantity=units,
            shipped_quantity=0,
            unit_price_cents=1_000 if chance.random() > 0.01 else 900,
            requested_at=promised,
            promised_at=promised,
            node_id=node,
        )


def pages_of(entities: Sequence[Entity], stamp: int) -> list[Page]:
    """The entities as a source would give them."""
    records = [
        SourceRecord(source=ERP, entity=entity, version=str(stamp), stamp=stamp, observed_at=NOW)
        for entity in entities
    ]
    return [
        Page(
            records=tuple(records[start : start + PAGE]),
            rejected=(),
            deleted=(),
            cursor=str(start + PAGE),
            more=start + PAGE < len(records),
        )
        for start in range(0, len(records), PAGE)
    ]


def ingest(mirror: Mirror, pages: Sequence[Page]) -> float:
    """Seconds to write the pages, one transaction each."""
    begun = time.perf_counter()
    for page in pages:
        with mirror.write() as transaction:
            transaction.apply_page(ERP, "all", page, at=NOW)
    return time.perf_counter() - begun


def detect(mirror: Mirror, *, full: bool, now: datetime = NOW) -> tuple[float, int]:
    """Seconds of a detection, and the cases it changed."""
    begun = time.perf_counter()
    with mirror.write() as transaction:
        changed = len(transaction.detect(now=now, full=full).changed)
    return time.perf_counter() - begun, changed


def naive_rows_per_second(folder: Path, pages: Sequence[Page]) -> float:
    """The baseline: every row a transaction of its own, looked up and written one by one."""
    mirror = Mirror(open_database(folder / "naive.db", role="mirror"))
    rows = 0
    begun = time.perf_counter()
    for page in pages:
        for record in page.records:
            with mirror.write() as transaction:
                transaction.apply_page(ERP, "all", replace(page, records=(record,)), at=NOW)
            rows += 1
    spent = time.perf_counter() - begun
    mirror.close()
    return rows / spent


def measure(lines: int) -> dict[str, float]:
    """All figures for a mirror with so many order lines."""
    chance = random.Random(lines)
    entities = list(made_up_entities(lines, chance))
    pages = pages_of(entities, stamp=1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        mirror = Mirror(open_database(folder / "mirror.db", role="mirror"))
        written = ingest(mirror, pages)
        first, opened = detect(mirror, full=True)
        again, changed = detect(mirror, full=True)
        idle, _ = detect(mirror, full=False)
        some = [entity for entity in entities if isinstance(entity, OrderLine)][:100]
        touched = [replace(line, ordered_quantity=line.ordered_quantity + 1) for line in some]
        tick = ingest(mirror, pages_of(touched, stamp=2))
        after, _ = detect(mirror, full=False)
        with mirror.engine.connect() as connection:
            size = connection.execute(text("PRAGMA page_count")).scalar_one() * 4096
        mirror.close()
        naive = naive_rows_per_second(folder, pages[:2])
    return {
        "lines": lines,
        "rows": len(entities),
        "ingest_seconds": round(written, 3),
        "rows_per_second": round(len(entities) / written),
        "naive_rows_per_second": round(naive),
        "first_full_pass_seconds": round(first, 3),
        "cases_opened": opened,
        "full_pass_seconds": round(again, 3),
        "cases_changed_by_it": changed,
        "idle_pass_seconds": round(idle, 4),
        "tick_of_100_lines_seconds": round(tick + after, 3),
        "database_megabytes": round(size / 1e6, 1),
        "peak_memory_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main(arguments: Sequence[str]) -> int:
    """Print the figures for 10,000 and (unless quick) 100,000 lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 lines only")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args(arguments)
    results = [measure(lines) for lines in ([10_000] if chosen.quick else [10_000, 100_000])]
    for result in results:
        print("\n".join(f"{name:>28}: {value:,}" for name, value in result.items()), end="\n\n")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
