"""Rows a second from a connector service into the mirror, cases included: ``python -m benchmarks.sync``.

The service is a process of its own, as at a site: on two cores it works beside the desk, so the slower of the
two, the desk, sets the pace. ``rows_per_second`` is by the clock, from the first request to the last case
(requests, checks, rows, digests, quarantine, cursors, detection); the processor times are of each process by
itself, the desk's with all its threads. Of several turns the best counts: what else runs only takes away.

The baseline of the same run asks for the same pages and
puts every record as text into one table: what it leaves out is all that makes rows facts (checks, versions,
digests, cases). With a Tryton environment the share of what Tryton itself can deliver is measured too: the
requests of a first sync, sent again bare with nobody reading the answers.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from app.bootstrap import system_clock
from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from app.store.quick import run, run_many
from benchmarks._cpu import cpu_seconds
from benchmarks.tryton import age, enter_orders
from connectors.http import HttpClient, HttpReply
from connectors.service_client.connector import ServiceConnector
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.settings import settings_from
from domain.ids import SourceName
from tests.support.tryton_company import CLERK
from tests.support.tryton_rpc import PASSWORD
from tests.support.tryton_seed import find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import SOURCE, tryton_options

BAR_ROWS_PER_SECOND = 20_000
BAR_SHARE_OF_TRYTON = 0.9
BAR_IDLE_POLL_SECONDS = 0.2
PAGE = 1000
_POLLS = 5
TOKEN_FILE = "token"  # noqa: S105 - the name of a file, not a token

Figures = dict[str, float | int | str]


@contextmanager
def service(size: str, folder: Path) -> Iterator[tuple[list[str], str, int]]:
    """A connector service of a world, in a process of its own: its addresses, its token, its process."""
    state = folder / "service"
    options = ["--connector", "world", "--option", f"size={size}", "--folder", str(state), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "connector-service", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        words = process.stdout.readline().split() if process.stdout is not None else []
        addresses = [word for word in words if word.startswith("http")]
        if not addresses:
            raise SystemExit("the connector service did not start")
        yield addresses, (state / TOKEN_FILE).read_text(encoding="utf-8").strip(), process.pid
    finally:
        process.terminate()
        process.wait()


def synced(connectors: list[ServiceConnector], mirror: Mirror) -> tuple[int, int]:
    """Read everything into an empty mirror; the last source's transaction brings the cases in line."""
    clock, rows, opened = system_clock(), 0, 0
    for number, connector in enumerate(connectors, start=1):
        options = SyncOptions(force=True, detects=number == len(connectors))
        result = sync_source(connector, mirror, clock=clock, options=options)
        if result.why:
            raise SystemExit(f"{connector.source} was not read: {result.why}")
        rows += result.rows
        opened += len(result.opened)
    return rows, opened


def copied(connectors: list[ServiceConnector], clients: list[HttpClient], engine: Engine) -> int:
    """The same pages as text into one table; how many records."""
    rows = 0
    with engine.begin() as connection:
        run(connection, "CREATE TABLE copy (kind TEXT, id INTEGER, body TEXT)")
    for connector, client in zip(connectors, clients, strict=True):
        for stream in connector.manifest.streams:
            rows += _copied_stream(engine, client, stream.name)
    return rows


def _copied_stream(engine: Engine, client: HttpClient, stream: str) -> int:
    rows, query, more = 0, {"limit": str(PAGE)}, True
    while more:
        page = json.loads(client.send("GET", f"/v1/streams/{stream}/changes", query=query).body)
        with engine.begin() as connection:
            records = page["records"]
            run_many(
                connection,
                "INSERT INTO copy VALUES (?, ?, ?)",
                [(each["kind"], each["stamp"], json.dumps(each)) for each in records],
            )
        rows += len(records)
        query, more = {"limit": str(PAGE), "cursor": page["cursor"]}, page["more"]
    return rows


def service_figures(size: str, repeats: int, folder: Path) -> Figures:
    """Rows a second of a first sync through the service, by the clock and by processor time."""
    rates, own, other, bare = [], [], [], []
    rows = opened = 0
    with service(size, folder) as (addresses, token, pid):
        headers = {"Authorization": f"Bearer {token}"}
        clients = [HttpClient(address, headers=headers) for address in addresses]
        names = [address.rsplit("/", 1)[1] for address in addresses]
        connectors = [
            ServiceConnector(SourceName(n), client) for n, client in zip(names, clients, strict=True)
        ]
        for turn in range(repeats):
            mirror = Mirror(open_database(folder / f"mirror-{turn}.db", role="mirror"))
            engine = open_database(folder / f"copy-{turn}.db", role="mirror")
            begun, used, theirs = time.perf_counter(), time.process_time(), cpu_seconds(pid)
            rows, opened = synced(connectors, mirror)
            rates.append(rows / (time.perf_counter() - begun))
            own.append(rows / (time.process_time() - used))
            other.append(rows / max(cpu_seconds(pid) - theirs, 0.01))
            used = time.process_time()
            bare.append(copied(connectors, clients, engine) / (time.process_time() - used))
            mirror.close()
            engine.dispose()
        for client in clients:
            client.close()
    return {
        "world": size,
        "rows": rows,
        "cases_opened": opened,
        "rows_per_second": round(max(rates)),
        "rows_per_cpu_second_of_the_desk": round(max(own)),
        "rows_per_cpu_second_of_the_service": round(max(other)),
        "bar_rows_per_second": BAR_ROWS_PER_SECOND,
        "bare_copy_rows_per_cpu_second": round(max(bare)),
        "share_of_bare_copy": round(max(own) / max(bare), 2),
    }


class RecordingClient(HttpClient):
    """Remembers every request, so that it can be sent again."""

    def __init__(self, base_url: str) -> None:
        """Start with nothing remembered."""
        super().__init__(base_url)
        self.sent: list[tuple[str, str, Mapping[str, str] | None, bytes | None]] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        attempts: int | None = None,
    ) -> HttpReply:
        """Send it, and remember it."""
        self.sent.append((method, path, headers, body))
        return super().send(
            method,
            path,
            headers=headers,
            body=body,
            query=query,
            timeout_seconds=timeout_seconds,
            attempts=attempts,
        )


def tryton_figures(orders: int, repeats: int, folder: Path) -> Figures:
    """The share of a first sync of Tryton in which Tryton is what is waited for."""
    shares, rates, polls = [], [], []
    with TrytonServer() as server:
        enter_orders(server.rpc(CLERK), find_distributor(server.rpc()), orders)
        age(server)
        for turn in range(repeats):
            client = RecordingClient(server.url)
            connector = TrytonConnector(
                SOURCE,
                client,
                settings=settings_from(tryton_options(server)),
                password=PASSWORD,
                clock=system_clock(),
            )
            mirror = Mirror(open_database(folder / f"tryton-{turn}.db", role="mirror"))
            begun = time.perf_counter()
            result = sync_source(
                connector, mirror, clock=system_clock(), options=SyncOptions(force=True, detects=False)
            )
            taken = time.perf_counter() - begun
            requests = list(client.sent)
            polls.append(_idle_poll_seconds(connector, mirror))
            begun = time.perf_counter()
            for method, path, headers, body in requests:
                client.send(method, path, headers=headers, body=body)
            shares.append((time.perf_counter() - begun) / taken)
            rates.append(result.rows / taken)
            mirror.close()
            connector.close()
    return {
        "tryton_rows_per_second": round(statistics.median(rates)),
        "share_of_what_tryton_delivers": round(statistics.median(shares), 2),
        "bar_share_of_what_tryton_delivers": BAR_SHARE_OF_TRYTON,
        "tryton_idle_poll_seconds": round(statistics.median(polls), 3),
        "bar_tryton_idle_poll_seconds": BAR_IDLE_POLL_SECONDS,
    }


def _idle_poll_seconds(connector: TrytonConnector, mirror: Mirror) -> float:
    """What a poll of all streams takes when nothing is new, at best of a few."""
    taken = []
    for _ in range(_POLLS):
        begun = time.perf_counter()
        sync_source(connector, mirror, clock=system_clock(), options=SyncOptions(force=True, detects=False))
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main(arguments: list[str] | None = None) -> int:
    """Run and print; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small world, once, without Tryton")
    parser.add_argument("--only-tryton", action="store_true", help="leave the connector service out")
    parser.add_argument("--no-tryton", action="store_true", help="leave Tryton out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        size, repeats = ("ci", 1) if chosen.quick else ("demo", 5)
        figures = {} if chosen.only_tryton else service_figures(size, repeats, Path(folder))
        if not (chosen.quick or chosen.no_tryton):
            figures |= tryton_figures(200, 2, Path(folder))
    figures["peak_memory_mebibytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    for name, value in figures.items():
        print(f"{name:<40} {value:>12,}" if isinstance(value, int | float) else f"{name:<40} {value:>12}")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
