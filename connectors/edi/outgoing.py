"""Documents we write: orders and answers, changes, tenders and answers to them (850, 855, 860, 204, 990)."""

from __future__ import annotations

from datetime import datetime

from connectors.edi import documents as said
from connectors.edi.partners import Partner

Body = list[list[str]]
_ITEM = "VN"


def write_850(document: said.PurchaseOrder, partner: Partner) -> Body:
    """An order, as customers send it to us and we to suppliers."""
    place = document.ship_to
    body: Body = [
        ["BEG", "00", "SA", document.number, "", _day(document.ordered_at, partner)],
        ["CUR", "BY", document.currency],
        ["DTM", "002", _day(document.requested_at, partner)],
        ["N1", "ST", place.name, "92", place.code],
        ["N3", place.street],
        ["N4", place.city, "", place.postcode, place.country],
    ]
    if place.contact:
        body.append(["PER", "DC", place.contact])
    for line in document.lines:
        price = f"{line.unit_price_cents // 100}.{line.unit_price_cents % 100:02d}"
        body.append(["PO1", str(line.position), str(line.quantity), "EA", price, "", _ITEM, line.item])
        if line.requested_at is not None and line.requested_at != document.requested_at:
            body.append(["DTM", "002", _day(line.requested_at, partner)])
    return [*body, ["CTT", str(len(document.lines))]]


def write_855(document: said.OrderAnswer, partner: Partner) -> Body:
    """An answer to an order, each line with its codes (668)."""
    body: Body = [["BAK", "00", "AC", document.number, _day(document.at, partner)]]
    if document.due_at is not None:
        body.append(["DTM", "002", _day(document.due_at, partner)])
    if document.ship_to_code:
        body.append(["N1", "ST", "", "92", document.ship_to_code])
    for line in document.lines:
        body.append(["PO1", str(line.position), str(line.quantity), "EA", "", "", _ITEM, line.item])
        for answer in line.answers:
            at = ["067", _day(answer.at, partner)] if answer.at is not None else []
            body.append(["ACK", answer.code.raw, str(answer.quantity), "EA", *at])
    return [*body, ["CTT", str(len(document.lines))]]


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


def write_990(document: said.TenderAnswer, partner: Partner) -> Body:
    """A carrier's answer to a tender."""
    day = _day(document.at, partner)
    return [["B1", document.scac, document.shipment_number, day, document.code.raw]]


def _day(at: datetime, partner: Partner) -> str:
    return f"{at.astimezone(partner.zone):%Y%m%d}"
