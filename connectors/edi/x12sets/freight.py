"""Carriers: 204, 990, 214, 210."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.edi.codes import CodedFact, reason_code, status_code
from connectors.edi.documents import CarrierStatus, FreightBill, StatusEvent, Tender, TenderAnswer
from connectors.edi.reading import SetReading
from connectors.edi.segments import Segment
from connectors.edi.x12sets.parties import dated

_RESPOND_BY = "64"
_WITHDRAWN = "01"
_ANSWERS = {"A": "accepted", "D": "declined", "E": "declined", "R": "declined"}


def read_204(reading: SetReading) -> Tender:
    """A load offered to a carrier."""
    begin = reading.need("B2")
    purpose = reading.need("B2A").one_of(1, ("00", "01", "04", "05"))
    respond = dated(reading, reading.segments, _RESPOND_BY, tag="G62")
    at = dated(reading, reading.segments, "10", "11", tag="G62") or respond
    if at is None:
        raise reading.missing("G62", "10")
    charge = reading.find(reading.segments, "L3")
    return Tender(
        shipment_number=begin.text(4),
        scac=begin.text(2),
        at=at,
        respond_by=respond,
        withdrawn=purpose == _WITHDRAWN,
        charge_cents=charge.implied_cents(5) if charge is not None and charge.get(5) else 0,
    )


def read_990(reading: SetReading) -> TenderAnswer:
    """A carrier takes a load, or does not."""
    begin = reading.need("B1")
    raw = begin.one_of(4, tuple(_ANSWERS))
    return TenderAnswer(
        shipment_number=begin.text(2),
        scac=begin.text(1),
        at=reading.instant(begin, 3),
        code=CodedFact(element="558", raw=raw, meaning=_ANSWERS[raw], responsible="carrier"),
    )


def read_214(reading: SetReading) -> CarrierStatus:
    """What happened to a shipment: each AT7 with its place, status (1650) and reason (1651)."""
    begin = reading.need("B10")
    events: list[StatusEvent] = []
    inside = list(reading.segments)
    for place, segment in enumerate(inside):
        if segment.tag == "AT7":
            events.append(_event(reading, segment, inside[place + 1 :]))
    if not events:
        raise reading.missing("AT7")
    return CarrierStatus(shipment_number=begin.text(2), scac=begin.text(3), events=tuple(events))


def _event(reading: SetReading, segment: Segment, after: Sequence[Segment]) -> StatusEvent:
    by_appointment = not segment.get(1)
    status = segment.text(3 if by_appointment else 1)
    reason = segment.get(4 if by_appointment else 2).strip() or "NS"
    next_event = next((n for n, each in enumerate(after) if each.tag in {"AT7", "LX"}), len(after))
    stop = reading.find(after[:next_event], "MS1")
    return StatusEvent(
        status=status_code(status, reading.partner.statuses),
        reason=reason_code(reason),
        at=reading.instant(segment, 5, 6, zone=segment.get(7)),
        place="" if stop is None else ", ".join(filter(None, (stop.get(n).strip() for n in (1, 2, 3)))),
    )


def read_210(reading: SetReading) -> FreightBill:
    """What a carrier charges for a shipment."""
    begin = reading.need("B3")
    charge = begin.implied_cents(7)
    total = reading.find(reading.segments, "L3")
    if total is not None and total.get(5) and total.implied_cents(5) != charge:
        raise total.fail(5, "its total is not the amount of the B3")
    if charge < 0:
        raise begin.fail(7, "a freight bill below zero")
    return FreightBill(
        number=begin.text(2),
        shipment_number=begin.text(3),
        scac=begin.text(11),
        at=reading.instant(begin, 6),
        charge_cents=charge,
    )
