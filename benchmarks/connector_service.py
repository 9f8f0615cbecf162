"""Rows a second through a connector service on loopback, against the same connector in this process."""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from connectors.http import HttpClient
from connectors.protocol import Connector
from connectors.service.server import serve_connectors
from connectors.service_client.connector import ServiceConnector
from connectors.world.sizes import SizeName
from connectors.world.world import World
from domain.ids import SourceName

SEED = 20261122
TOKEN = "token-of-the-benchmark"  # noqa: S105 - a throw-away server on loopback
PAGE = 1000


class FixedClock:
    """Stands still, so that both readers see the same rows."""

    def now(self) -> datetime:
        """The same instant always."""
        return datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def read_everything(connectors: list[Connector]) -> int:
    """Read every stream to its end; the number of rows."""
    rows = 0
    for connector in connectors:
        for stream in connector.manifest.streams:
            cursor: str | None = None
            more = True
            while more:
                page = connector.changes(stream.name, cursor, PAGE)
                rows += len(page.records) + len(page.rejected) + len(page.deleted)
                cursor, more = page.cursor, page.more
    return rows


def measure(size: SizeName, folder: Path) -> dict[str, float | int | str]:
    """Start a world, read it twice, and tell the figures."""
    clock = FixedClock()
    started = time.perf_counter()
    world = World(SEED, clock, folder, size)
    start_seconds = time.perf_counter() - started
    faces: dict[str, Connector] = {name: world.connector(name) for name in world.source_names}
    service = serve_connectors(faces, token=TOKEN, clock=clock)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    clients = [HttpClient(service.url_of(name), headers=headers) for name in faces]
    remote: list[Connector] = [
        ServiceConnector(SourceName(name), client) for name, client in zip(faces, clients, strict=True)
    ]
    begun = time.perf_counter()
    rows = read_everything(list(faces.values()))
    in_process_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    rows_over_http = read_everything(remote)
    over_http_seconds = time.perf_counter() - begun
    for client in clients:
        client.close()
    service.close()
    world.close()
    if rows != rows_over_http:
        raise SystemExit(f"{rows} rows in this process, {rows_over_http} over HTTP")
    return {
        "size": size,
        "rows": rows,
        "world_start_seconds": round(start_seconds, 3),
        "in_process_rows_per_second": round(rows / in_process_seconds),
        "service_rows_per_second": round(rows / over_http_seconds),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Run and print; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small world")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure("ci" if arguments.quick else "demo", Path(folder))
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
