"""A real Tryton: rows a second; polls with nothing new, asking or reading every stream; change to case."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from app.services.sync import SyncOptions, SyncResult, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from benchmarks._cpu import cpu_seconds, family_of, started_with
from connectors.http import HttpClient
from connectors.protocol import Page
from connectors.tryton import cursor as positions
from connectors.tryton.client import TrytonClient
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.settings import settings_from
from connectors.tryton.streams import STREAMS
from connectors.tryton.values import microseconds
from tests.support.tryton_company import CLERK, INTEGRATION
from tests.support.tryton_rpc import PASSWORD, Row, TrytonRpc
from tests.support.tryton_scenarios import wrong_price
from tests.support.tryton_seed import PRODUCTS, Distributor, find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import SOURCE, tryton_options

PRICES = {code: Decimal(price) for code, (_, price, _) in PRODUCTS.items()}
LINES_AN_ORDER = 5
BATCH = 50
ORDERS_A_MINUTE = 10
PAGE = 500
#: What a line and its order need, asked for as one row a line: the way a report would do it.
DOTTED = (
    *("quantity", "unit_price", "unit", "product", "product.default_uom", "product.code"),
    *("sale", "sale.number", "sale.state", "sale.shipment_state", "sale.sale_date", "sale.shipping_date"),
    *("sale.create_date", "sale.warehouse", "sale.lines", "sale.party", "sale.party.name"),
    *("sale.shipment_address.street", "sale.shipment_address.postal_code", "sale.shipment_address.city"),
    *("sale.shipment_address.country.code", "sale.currency.code", "sale.total_amount", "moves"),
)
_MOVE = ("state", "internal_quantity", "from_location")


class RealClock:
    """The present instant."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def enter_orders(clerk: TrytonRpc, distributor: Distributor, orders: int) -> None:
    """Have the clerk enter and confirm orders of five lines each; Tryton makes their shipments and moves."""
    unit = clerk.one("product.uom", [["name", "=", "Unit"]])["id"]
    party = distributor.customers["C-DOGWD"]
    customer = clerk.read("party.party", party, "addresses", "customer_payment_term")
    codes = [code for code in PRODUCTS if code not in {"MOTOR-2", "GAUGE-1", "PUMP-25"}]
    warehouses = list(distributor.warehouses.values())
    rows: list[Row] = []
    for number in range(orders):
        lines = [
            {
                "product": distributor.products[codes[(number + each) % len(codes)]],
                "quantity": 1.0 + number % 3,
                "unit": unit,
                "unit_price": PRICES[codes[(number + each) % len(codes)]],
            }
            for each in range(LINES_AN_ORDER)
        ]
        rows.append(
            {
                "party": party,
                "invoice_address": customer["addresses"][0],
                "shipment_address": customer["addresses"][0],
                "payment_term": customer["customer_payment_term"],
                "warehouse": warehouses[number % len(warehouses)],
                "carrier": distributor.carriers["Coastal Parcel"],
                "lines": [["create", lines]],
            }
        )
    for start in range(0, orders, BATCH):
        made = clerk.create("sale.sale", *rows[start : start + BATCH])
        clerk.press("sale.sale", "quote", *made)
        clerk.press("sale.sale", "confirm", *made)


def age(server: TrytonServer) -> None:
    """Make everything two hours older: what is a minute young is read twice, in case a commit came late."""
    server.sql(
        """do $$ declare each record; begin
        for each in select table_name from information_schema.columns where table_schema = 'public'
            and column_name in ('create_date', 'write_date') group by table_name having count(*) = 2
        loop execute format(
            $words$update %I set create_date = create_date - interval '2 hours',
                write_date = write_date - interval '2 hours'$words$, each.table_name);
        end loop; end $$"""
    )


def read_by_dotted_fields(client: TrytonClient) -> int:
    """Read every line with its order in dotted fields, and the moves of the lines; how many rows came."""
    rows = last = 0
    while True:
        domain: list[object] = [["type", "=", "line"], ["product.type", "=", "goods"], ["id", ">", last]]
        page = client.search_read("sale.line", domain, DOTTED, limit=PAGE)
        if not page:
            return rows
        moves = [move for row in page for move in _ids(row["moves"])]
        client.read("stock.move", moves, _MOVE)
        rows += len(page) + len({row["sale"] for row in page})
        last = max(_whole(row["id"]) for row in page)


def read_streams(connector: TrytonConnector, *streams: str) -> int:
    """Read streams from their beginning to their end; how many records came."""
    rows = 0
    for stream in streams:
        cursor, more = None, True
        while more:
            page = connector.changes(stream, cursor, PAGE)
            rows += len(page.records)
            cursor, more = page.cursor, page.more
    return rows


def measure(orders: int, repeats: int, changes: int, folder: Path) -> dict[str, object]:
    """Fill a Tryton, read it, change it; the figures, each also told when it is there."""
    with TrytonServer() as server:
        clerk = server.rpc(CLERK)
        distributor = find_distributor(server.rpc())
        begun = time.perf_counter()
        enter_orders(clerk, distributor, orders)
        entered = time.perf_counter() - begun
        age(server)
        connector = _connector(server)
        mirror = Mirror(open_database(folder / "mirror.db", role="mirror"))
        figures: dict[str, object] = {"orders": orders, "entering_seconds": round(entered, 1)}
        parts: tuple[Callable[[], dict[str, object]], ...] = (
            lambda: _first_sync(connector, mirror),
            lambda: _idle(server, mirror, repeats, clerk, distributor),
            lambda: _change_to_case(server, mirror, clerk, distributor, changes),
            lambda: _against_dotted(connector, server, repeats),
        )
        try:
            for part in parts:
                found = part()
                print(json.dumps(found), file=sys.stderr, flush=True)
                figures |= found
        finally:
            mirror.close()
            connector.close()
    return figures | {"peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def _first_sync(connector: TrytonConnector, mirror: Mirror) -> dict[str, object]:
    begun = time.perf_counter()
    first = _poll(connector, mirror)
    seconds = time.perf_counter() - begun
    if first.why or first.rejected:
        raise SystemExit(f"the first read failed: {first.why or f'{first.rejected} rejected'}")
    return {
        "first_sync_rows": first.rows,
        "first_sync_seconds": round(seconds, 2),
        "first_sync_rows_per_second": round(first.rows / seconds),
    }


def _idle(
    server: TrytonServer, mirror: Mirror, repeats: int, clerk: TrytonRpc, distributor: Distributor
) -> dict[str, object]:
    """Polls with nothing new since the one before, after quiet hours and just after orders were entered."""
    ways = {"asking": _connector(server), "reading": _connector(server, ReadsAlways)}
    figures: dict[str, object] = {}
    for when, orders in (("quiet_hours", 0), ("busy_minute", ORDERS_A_MINUTE)):
        enter_orders(clerk, distributor, orders)
        for name, connector in ways.items():
            # The first poll of a process reads the small tables and may read the last minute again.
            for _ in range(2):
                _poll(connector, mirror)
            figures[f"{when}_{name}"] = _polls(server, connector, mirror, repeats)
    for connector in ways.values():
        connector.close()
    return figures


class Meter:
    """What time a piece of work takes, and what desk, Tryton and its PostgreSQL use of the processors."""

    def __init__(self, server: TrytonServer) -> None:
        """Find the processes of a server."""
        data = Path(server.sql("show data_directory")[0][0])
        self._database = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        self._tryton = started_with(f"{server.database}.conf")
        self._used: list[list[float]] = []
        self.seconds: list[float] = []

    def time(self, work: Callable[[], object]) -> None:
        """Do a piece of work and note it."""
        before, begun = self._now(), time.perf_counter()
        work()
        self.seconds.append(time.perf_counter() - begun)
        self._used.append([after - old for after, old in zip(self._now(), before, strict=True)])

    def cpu(self) -> dict[str, float]:
        """The mean of a piece of work, by who used the processors."""
        names = ("desk_cpu_seconds", "tryton_cpu_seconds", "postgresql_cpu_seconds")
        means = (round(statistics.fmean(each), 3) for each in zip(*self._used, strict=True))
        return dict(zip(names, means, strict=True))

    def _now(self) -> list[float]:
        database = sum(cpu_seconds(each) for each in family_of(self._database))
        return [time.process_time(), cpu_seconds(self._tryton), database]


def _polls(
    server: TrytonServer, connector: TrytonConnector, mirror: Mirror, repeats: int
) -> dict[str, float | int]:
    """The median of polls: wall time, and what desk and server used of the processors."""
    meter, rows = Meter(server), list[int]()
    for _ in range(repeats):
        meter.time(lambda: rows.append(_poll(connector, mirror).rows))
    return {
        "median_seconds": round(statistics.median(meter.seconds), 3),
        "fastest_seconds": round(min(meter.seconds), 3),
        **meter.cpu(),
        "rows": max(rows),
    }


def _poll(connector: TrytonConnector, mirror: Mirror) -> SyncResult:
    return sync_source(connector, mirror, clock=RealClock(), options=SyncOptions(force=True))


def _against_dotted(connector: TrytonConnector, server: TrytonServer, repeats: int) -> dict[str, object]:
    """Orders and lines, read by the connector and by dotted fields, taking turns.

    What was entered since the first sync is made old before: the connector reads what is young twice.
    """
    age(server)
    client = TrytonClient(
        HttpClient(server.url), database=server.database, user=INTEGRATION, password=PASSWORD
    )
    ours, dotted = [], []
    ours_rows = dotted_rows = 0
    for _ in range(repeats):
        begun = time.perf_counter()
        ours_rows = read_streams(connector, "orders", "lines")
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        dotted_rows = read_by_dotted_fields(client)
        dotted.append(time.perf_counter() - begun)
    client.close()
    if ours_rows != dotted_rows:
        raise SystemExit(f"{ours_rows} rows by the connector, {dotted_rows} by dotted fields")
    return {
        "order_and_line_rows": ours_rows,
        "connector_rows_per_second": round(ours_rows / statistics.median(ours)),
        "dotted_rows_per_second": round(dotted_rows / statistics.median(dotted)),
        "times_faster": round(statistics.median(dotted) / statistics.median(ours), 1),
    }


def _change_to_case(
    server: TrytonServer, mirror: Mirror, clerk: TrytonRpc, distributor: Distributor, changes: int
) -> dict[str, object]:
    """From the begin of the poll that sees a change (an order at a wrong price) to its case in the queue."""
    connector = _connector(server)
    # The first poll of a process reads the small tables.
    _poll(connector, mirror)
    meter = Meter(server)
    for _ in range(changes):
        order = wrong_price(clerk, distributor)
        found: set[str] = set()

        def until_case(found: set[str] = found) -> None:
            _poll(connector, mirror)
            found |= {case.entity.entity_id for case in mirror.cases()}

        meter.time(until_case)
        if f"line-{order.lines[0]}" not in found:
            raise SystemExit("the change gave no case at the next sync")
    connector.close()
    figures: dict[str, float | int] = {
        "changes": changes,
        "median_seconds": round(statistics.median(meter.seconds), 2),
        "slowest_seconds": round(max(meter.seconds), 2),
    }
    return {"change_to_case": figures | meter.cpu()}


class ReadsAlways(TrytonConnector):
    """Begins to read at every poll: how it would be without questions."""

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``, at most ``limit`` records."""
        if cursor:
            known = positions.decode(cursor, len(STREAMS[stream].drivers))
            now = microseconds(RealClock().now())
            if not known.open:
                cursor = positions.encode(positions.next_pull(known, now, asked=0, rests_on=""))
        return super().changes(stream, cursor, limit)


def _connector(server: TrytonServer, kind: type[TrytonConnector] = TrytonConnector) -> TrytonConnector:
    return kind(
        SOURCE,
        HttpClient(server.url),
        settings=settings_from(tryton_options(server)),
        password=PASSWORD,
        clock=RealClock(),
    )


def _ids(value: object) -> list[int]:
    return [_whole(each) for each in value] if isinstance(value, list) else []


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    raise SystemExit(f"Tryton gave {value!r} where an id was expected")


def main() -> None:
    """Run and print; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer orders and changes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        orders, repeats, changes = (40, 3, 10) if arguments.quick else (100, 5, 20)
        figures = measure(orders, repeats, changes, Path(folder))
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
