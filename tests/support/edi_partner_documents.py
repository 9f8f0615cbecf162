"""Documents as our partners write them: orders (850) and answers to tenders (990)."""

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


def write_990(document: said.TenderAnswer, partner: Partner) -> Body:
    """A carrier's answer to a tender."""
    day = _day(document.at, partner)
    return [["B1", document.scac, document.shipment_number, day, document.code.raw]]


def _day(at: datetime, partner: Partner) -> str:
    return f"{at.astimezone(partner.zone):%Y%m%d}"
