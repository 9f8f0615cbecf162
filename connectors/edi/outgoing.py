"""Documents we write unasked: changes of orders (860, ORDCHG), tenders and their end (204, IFTMIN).

And what customers are told of their orders (855, ORDRSP).
"""

from __future__ import annotations

from datetime import datetime

from connectors.edi import documents as said
from connectors.edi.edifact_writer import released
from connectors.edi.partners import Partner

Body = list[list[str]]
#: The number of an item at who sells it, in X12 and in EDIFACT.
_ITEM, _ARTICLE = "VN", "SA"


def write_860(
    number: str, line: said.DocumentLine, partner: Partner, *, at: datetime, reference: str
) -> Body:
    """Ask a supplier for a line of our order by another day (``reference`` is our command)."""
    body: Body = [
        ["BCH", "04", "SA", number, "", "", _day(at, partner)],
        ["REF", "CR", reference],
        ["POC", str(line.position), "RS", str(line.quantity), "0", "EA", "", "", *_called(line, partner)],
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
        ["LIN", str(line.position), "3", _called_in_edifact(line, partner)],
        ["QTY", f"21:{line.quantity}:PCE"],
    ]
    if line.requested_at is not None:
        body.append(["DTM", f"2:{_day(line.requested_at, partner)}:102"])
    return [*body, ["UNS", "S"], ["CNT", "2:1"]]


def write_855(document: said.OrderAnswer, partner: Partner, *, again: bool = False) -> Body:
    """Answer an order, each line with its codes (668); ``again`` when it was answered before."""
    day = _day(document.at, partner)
    body: Body = [["BAK", "04" if again else "00", "AC", document.number, day]]
    if document.ordered_at is not None:
        body[0][4:] = [_day(document.ordered_at, partner), "", "", "", "", day]
    if document.due_at is not None:
        body.append(["DTM", "002", _day(document.due_at, partner)])
    if document.ship_to_code:
        body.append(["N1", "ST", "", "92", document.ship_to_code])
    for line in document.lines:
        called = _called(line, partner)
        body.append(["PO1", str(line.position), str(line.quantity), "EA", "", "", *called])
        for answer in line.answers:
            at = ["067", _day(answer.at, partner)] if answer.at is not None else []
            body.append(["ACK", answer.code.raw, str(answer.quantity), "EA", *at])
    return [*body, ["CTT", str(len(document.lines))]]


def write_ordrsp(document: said.OrderAnswer, partner: Partner, *, reference: str, again: bool) -> Body:
    """Answer an order, each line with its action (1229), as :func:`write_855` does."""
    body: Body = [
        ["BGM", "231", released(reference), "4" if again else "9"],
        ["DTM", f"137:{_day(document.at, partner)}:102"],
        ["RFF", f"ON:{released(document.number)}"],
    ]
    if document.ordered_at is not None:
        body.append(["DTM", f"171:{_day(document.ordered_at, partner)}:102"])
    for line in document.lines:
        for answer in line.answers:
            called = _called_in_edifact(line, partner)
            body.append(["LIN", str(line.position), answer.code.raw, called])
            body.append(["QTY", f"21:{line.quantity}:PCE"])
            body.append(["QTY", f"113:{answer.quantity}:PCE"])
            if answer.at is not None:
                body.append(["DTM", f"67:{_day(answer.at, partner)}:102"])
    return [*body, ["UNS", "S"], ["CNT", f"2:{len(document.lines)}"]]


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


def _called(line: said.DocumentLine, partner: Partner) -> list[str]:
    """How the partner calls the item of a line, and whose number that is."""
    whose = _ITEM if _ITEM in partner.item_qualifiers else partner.item_qualifiers[0]
    return [whose, line.item]


def _called_in_edifact(line: said.DocumentLine, partner: Partner) -> str:
    whose = _ARTICLE if _ARTICLE in partner.item_qualifiers else partner.item_qualifiers[0]
    return f"{released(line.item)}:{whose}"


def _day(at: datetime, partner: Partner) -> str:
    return f"{at.astimezone(partner.zone):%Y%m%d}"
