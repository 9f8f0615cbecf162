"""Documents we write unasked: changes of orders (860, ORDCHG), tenders and their end (204, IFTMIN)."""

from __future__ import annotations

from datetime import datetime

from connectors.edi import documents as said
from connectors.edi.edifact_writer import released
from connectors.edi.partners import Partner

Body = list[list[str]]
#: The supplier's number of an item, in X12 and in EDIFACT.
_ITEM, _ARTICLE = "VN", "SA"


def write_860(
    number: str, line: said.DocumentLine, partner: Partner, *, at: datetime, reference: str
) -> Body:
    """Ask a supplier for a line of our order by another day (``reference`` is our command)."""
    body: Body = [
        ["BCH", "04", "SA", number, "", "", _day(at, partner)],
        ["REF", "CR", reference],
        ["POC", str(line.position), "RS", str(line.quantity), "0", "EA", "", "", _ITEM, line.item],
    ]
    if line.requested_at is not None:
        body.append(["DTM", "002", _day(line.requested_at, partner)])
    return [*body, ["CTT", "1"]]


def write_ordchg(
    number: str, line: said.DocumentLine, partner: Partner, *, at: datetime, reference: str
) -> Body:
    """Ask a supplier for a line of our order by another day, as :func:`write_860` does."""
    body: Body = [
        ["BGM", "230", released(reference), "4"],
        ["DTM", f"137:{_day(at, partner)}:102"],
        ["RFF", f"ON:{released(number)}"],
        ["LIN", str(line.position), "3", f"{released(line.item)}:{_ARTICLE}"],
        ["QTY", f"21:{line.quantity}:PCE"],
    ]
    if line.requested_at is not None:
        body.append(["DTM", f"2:{_day(line.requested_at, partner)}:102"])
    return [*body, ["UNS", "S"], ["CNT", "2:1"]]


def write_204(document: said.Tender, partner: Partner, *, reference: str) -> Body:
    """Offer a load to a carrier, or take it back."""
    body: Body = [
        ["B2", "", document.scac, "", document.shipment_number, "", "PP"],
        ["B2A", "01" if document.withdrawn else "00", "LT"],
        ["L11", reference, "CR"],
    ]
    if document.respond_by is not None:
        local = document.respond_by.astimezone(partner.zone)
        body.append(["G62", "64", f"{local:%Y%m%d}", "1", f"{local:%H%M}"])
    local = document.at.astimezone(partner.zone)
    return [*body, ["S5", "1", "LD"], ["G62", "10", f"{local:%Y%m%d}", "Y", f"{local:%H%M}"]]


def write_iftmin(document: said.Tender, partner: Partner, *, reference: str) -> Body:
    """Instruct a carrier to move a load, or not to."""
    number = released(document.shipment_number)
    pickup = document.at.astimezone(partner.zone)
    return [
        ["BGM", "610", number, "1" if document.withdrawn else "9"],
        ["DTM", f"200:{pickup:%Y%m%d%H%M}:203"],
        ["RFF", f"SRN:{number}"],
        ["RFF", f"CR:{released(reference)}"],
        ["NAD", "CA", f"{released(document.scac)}:172:182"],
    ]


def _day(at: datetime, partner: Partner) -> str:
    return f"{at.astimezone(partner.zone):%Y%m%d}"
