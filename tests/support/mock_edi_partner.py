"""A mock EDI trading partner as a process of its own, that trades over our own drop folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx

from connectors.edi.client import mailbox
from connectors.edi.connector import EdiConnector
from connectors.edi.documents import DocumentLine, Party, PurchaseOrder
from connectors.edi.partners import parse_partner
from connectors.edi.x12_writer import write_x12
from connectors.feed_journal import journal_in
from domain.clock import Clock
from domain.ids import SourceName
from tests.support.edi_partner_documents import write_850
from tests.support.living_world import SteppingClock
from tests.support.odata_sap import ServedProcess, free_port

PROFILE = """
name = "mock"
role = "supplier"
standard = "x12"
own_id = "TOWERWHSL"
partner_id = "MOCKEDI"
reads = ["855", "856", "810", "997"]
writes = ["850", "860"]
acknowledge = "997"
node_id = "dc-newark"
lead_days = 5
item_qualifiers = ["VP", "VN"]
"""
#: What it sells.
SOLD = ("BRKT-050", "BRKT-075")
ORDERED_AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
WANTED_AT = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)


@dataclass
class MockEdi:
    """The partner, which behaves as it is told, and the connector that trades with it."""

    folder: Path
    clock: Clock | None = None

    def __post_init__(self) -> None:
        self.drop, self.theirs = self.folder / "drop", self.folder / "theirs"
        for each in (self.drop / "in", self.theirs, self.folder / "partners"):
            each.mkdir(parents=True)
        (self.folder / "partners" / "mock.toml").write_text(PROFILE, encoding="utf-8")
        port = free_port()
        program = str(Path(sys.executable).with_name("mock-edi"))
        self.server = ServedProcess(
            [program, "-q", "--port", str(port), "--drop-dir", str(self.theirs), "--pickup-dir",
             str(self.drop / "in"), "--drop-settle-ms", "0", "--drop-interval-ms", "3600000", "--compact",
             "--start-at", "2026-11-22T14:00:00Z"],
            port,
        )  # fmt: skip
        self.direct = httpx.Client(base_url=self.server.url, trust_env=False)
        self.connector = EdiConnector(
            SourceName("edi"),
            mailbox(self.drop),
            partners=self.folder / "partners",
            journal=journal_in(self.folder / "state"),
            clock=self.clock or SteppingClock(),
        )
        self.control = 100

    def __enter__(self) -> Self:
        self.server.start()
        self._post("/_mock/partners", id="TOWERWHSL", name="Tower", qualifier="ZZ", dialect="X12",
                   version="004010", role="customer", test=False)  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self.direct.close()
        self.server.kill()

    def behave(self, behaviour: str) -> None:
        """Let it answer as its command line describes that behaviour; it forgets what was before."""
        self.direct.patch("/_mock/partners/TOWERWHSL", json={"behaviour": behaviour}).raise_for_status()

    def order(self, number: str, *quantities: int) -> None:
        """Send it an order of ours, as our own writer writes it, and let it answer everything."""
        profile = parse_partner(PROFILE, "mock")
        document = PurchaseOrder(
            number=number,
            ordered_at=ORDERED_AT,
            requested_at=WANTED_AT,
            currency="USD",
            ship_to=Party(code="0042", name="Newark", street="1 Main St", city="Newark", postcode="07105",
                          country="US", contact=""),
            lines=tuple(
                DocumentLine(position=n, item=SOLD[n - 1], quantity=quantity, unit_price_cents=415,
                             requested_at=WANTED_AT)
                for n, quantity in enumerate(quantities, start=1)
            ),
        )  # fmt: skip
        self.control += 1
        text = write_x12(
            [("850", write_850(document, profile))],
            sender=profile.own_address,
            receiver=profile.address,
            control=self.control,
            version=profile.version,
            at=ORDERED_AT,
            syntax=profile.syntax,
        )
        (self.theirs / f"{self.control}.edi").write_text(text, encoding="latin-1")
        self.trade()

    def trade(self) -> None:
        """Let it read what lies there for it and send what it owes."""
        self._post("/_mock/drop/scan")
        self._post("/_mock/advance?all")

    def hand_over(self) -> None:
        """Carry what we wrote to it, as a mailbox client does."""
        for path in sorted((self.drop / "out").iterdir()):
            path.rename(self.theirs / path.name)
        self.trade()

    def unacknowledged(self) -> list[str]:
        """The sets of its own that nobody has acknowledged."""
        found = self.direct.get("/_mock/unacknowledged").json()
        rows = found["results"] if isinstance(found, dict) else found
        return sorted(str(row.get("code") or row.get("doc_type")) for row in rows)

    def _post(self, path: str, **values: object) -> None:
        self.direct.post(path, json=values).raise_for_status()
