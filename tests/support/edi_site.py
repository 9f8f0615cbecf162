"""A drop folder with four partners, and documents as these partners send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors.edi.client import mailbox
from connectors.edi.connector import EdiConnector
from connectors.edi.edifact_writer import write_edifact
from connectors.edi.envelopes import Address
from connectors.edi.partners import Partner, parse_partner
from connectors.edi.x12_writer import write_x12
from connectors.feed_journal import FeedJournal, journal_in
from domain.clock import Clock
from domain.ids import SourceName
from tests.support.living_world import SteppingClock

ARRIVAL = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)

PARTNERS = {
    "acme": """
        name = "acme"
        role = "customer"
        standard = "x12"
        own_id = "TOWERWHSL"
        partner_id = "ACMERETAIL"
        reads = ["850", "860", "810", "180", "997"]
        writes = ["855", "997"]
        acknowledge = "997"
        timezone = "America/New_York"
        customer_id = "c-acme"
        node_id = "dc-newark"
        [units]
        EA = 1
        CA = 12
        [items]
        ACM-77 = "sku-77"
        """,
    "bolt": """
        name = "bolt"
        role = "supplier"
        standard = "x12"
        own_id = "TOWERWHSL"
        partner_id = "BOLTWORKS"
        version = "005010"
        reads = ["855", "856", "943", "944", "999"]
        writes = ["850", "860", "999"]
        acknowledge = "999"
        node_id = "dc-newark"
        [nodes]
        0042 = "dc-columbus"
        """,
    "depot": """
        name = "depot"
        role = "warehouse"
        standard = "x12"
        own_id = "TOWERWHSL"
        partner_id = "DEPOT3PL"
        reads = ["846", "947", "940", "945", "943", "944"]
        acknowledge = "997"
        node_id = "dc-depot"
        [ids]
        order = "{number}"
        """,
    "ovlf": """
        name = "ovlf"
        role = "carrier"
        standard = "x12"
        own_id = "TOWERWHSL"
        partner_id = "OVERLAND"
        reads = ["204", "990", "214", "210", "997"]
        writes = ["204"]
        acknowledge = "997"
        scac = "OVLF"
        service_id = "ovlf-ground"
        [ids]
        shipment = "out-{number}"
        [statuses]
        ZZ = "at_pickup"
        """,
    "nord": """
        name = "nord"
        role = "customer"
        standard = "edifact"
        own_id = "4012345000009"
        own_qualifier = "14"
        partner_id = "5798000000001"
        partner_qualifier = "14"
        reads = ["ORDERS", "ORDRSP", "DESADV", "INVOIC", "INVRPT", "RECADV", "IFTMIN", "IFTSTA", "CONTRL"]
        acknowledge = "CONTRL"
        currency = "EUR"
        customer_id = "c-nord"
        node_id = "dc-newark"
        timezone = "Europe/Copenhagen"
        """,
}

PURCHASE_ORDER: Sequence[Sequence[str]] = (
    ("BEG", "00", "SA", "4500012345", "", "20261120"),
    ("CUR", "BY", "USD"),
    ("DTM", "002", "20261130"),
    ("N1", "ST", "Acme Store 12", "92", "0012"),
    ("N3", "1 Main St"),
    ("N4", "Newark", "NJ", "07105", "US"),
    ("PER", "DC", "Dana Cole"),
    ("PO1", "1", "10", "EA", "12.50", "", "VN", "ACM-77"),
    ("PO1", "2", "2", "CA", "24.00", "", "VN", "ACM-78"),
    ("CTT", "2"),
)


def partner(name: str) -> Partner:
    """One of the partners."""
    return parse_partner(PARTNERS[name], name)


def interchange(sender: str, sets: Sequence[tuple[str, Sequence[Sequence[str]]]], *, control: int = 1) -> str:
    """An interchange as a partner sends it to us."""
    profile = partner(sender)
    return write_x12(
        sets,
        sender=Address(qualifier=profile.partner_qualifier, identifier=profile.partner_id),
        receiver=profile.own_address,
        control=control,
        version=profile.version,
        at=ARRIVAL,
        syntax=profile.syntax,
    )


def edifact_interchange(sender: str, kind: str, body: Sequence[Sequence[str]], *, control: int = 1) -> str:
    """An EDIFACT interchange of one message as a partner sends it to us."""
    profile = partner(sender)
    return write_edifact(
        [(f"{kind}:D:96A:UN", body)],
        sender=profile.address,
        receiver=profile.own_address,
        control=control,
        at=ARRIVAL,
    )


@dataclass
class EdiSite:
    """A drop folder in a temporary folder, its connector and its clock."""

    folder: Path
    clock: SteppingClock = field(default_factory=SteppingClock)
    foreign_clock: Clock | None = None

    def __post_init__(self) -> None:
        self.drop = self.folder / "drop"
        self.partners = self.folder / "partners"
        (self.drop / "in").mkdir(parents=True)
        self.partners.mkdir()
        for name, text in PARTNERS.items():
            (self.partners / f"{name}.toml").write_text(text, encoding="utf-8")
        self.connector = self.reopened()

    def reopened(self, journal: FeedJournal | None = None) -> EdiConnector:
        """The connector as a new process would make it, perhaps with a journal that others share."""
        return EdiConnector(
            SourceName("edi"),
            mailbox(self.drop),
            partners=self.partners,
            journal=journal or journal_in(self.folder / "state"),
            clock=self.foreign_clock or self.clock,
        )

    def receive(self, name: str, text: str) -> None:
        """Let a partner put a file into the folder."""
        (self.drop / "in" / name).write_bytes(text.encode("latin-1"))

    def names(self, folder: str) -> list[str]:
        """What lies in one of the four folders."""
        return sorted(path.name for path in (self.drop / folder).iterdir())

    def out(self) -> str:
        """The one file that was written."""
        (name,) = self.names("out")
        return (self.drop / "out" / name).read_text("latin-1")

    def move_away(self) -> None:
        """Take the folder away, as when a share is lost."""
        self.drop.rename(self.folder / "elsewhere")

    def bring_back(self) -> None:
        """Have it again."""
        (self.folder / "elsewhere").rename(self.drop)
