"""Carriers and answers: IFTMIN, IFTSTA, CONTRL."""

from __future__ import annotations

from connectors.edi.codes import reason_code, status_code
from connectors.edi.documents import (
    Acknowledgement,
    CarrierStatus,
    SetAnswer,
    StatusEvent,
    Tender,
)
from connectors.edi.edifact_sets.parties import dated, need_date, party, reference
from connectors.edi.reading import SetReading

_ACCEPTED = frozenset({"7", "8"})
_REJECTED = "4"
_WITHDRAWN = "1"


def read_iftmin(reading: SetReading) -> Tender:
    """A carrier is told to move a load."""
    begin = reading.need("BGM")
    segments = reading.segments
    carrier = party(segments, "CA").code or reading.partner.scac
    if not carrier:
        raise reading.missing("NAD", "CA")
    return Tender(
        shipment_number=reference(segments, "SRN", "CU", "BN") or begin.need(2, 1),
        scac=carrier,
        at=need_date(reading, segments, "200", "234", "137"),
        respond_by=None,
        withdrawn=begin.get(3) == _WITHDRAWN,
        charge_cents=0,
    )


def read_iftsta(reading: SetReading) -> CarrierStatus:
    """What happened to a consignment, with status and reason as they came."""
    head = reading.header("CNI")
    consignments = reading.need_loops("CNI")
    if len(consignments) > 1:
        raise consignments[1][0].fail(0, "more than one consignment in one message")
    inside = consignments[0]
    number = reference(inside, "SRN", "CU", "BN") or inside[0].need(2, 1)
    carrier = party(head, "CA", "CR").code or reading.partner.scac
    if not carrier:
        raise reading.missing("NAD", "CA")
    events: list[StatusEvent] = []
    for loop in reading.need_loops("STS", "CNI"):
        first = loop[0]
        at = dated(reading, loop, "334", "7", "78", "186")
        if at is None:
            raise first.fail(0, "the status has no time (DTM 334)", "3")
        place = reading.find(loop, "LOC")
        events.append(
            StatusEvent(
                status=status_code(first.need(2, 1), reading.partner.statuses, element="9011"),
                reason=reason_code(first.part(3, 1) or "NS"),
                at=at,
                place="" if place is None else place.part(2, 4) or place.part(2, 1),
            )
        )
    return CarrierStatus(shipment_number=number, scac=carrier, events=tuple(events))


def read_contrl(reading: SetReading) -> Acknowledgement:
    """What a partner says of an interchange we sent."""
    whole = reading.need("UCI")
    control = whole.text(1)
    verdict = whole.one_of(4, (_REJECTED, *sorted(_ACCEPTED)))
    answers = []
    for loop in reading.loops("UCM"):
        head = loop[0]
        accepted = head.one_of(3, (_REJECTED, *sorted(_ACCEPTED))) in _ACCEPTED
        place = reading.find(loop, "UCS")
        answers.append(
            SetAnswer(
                set_id=head.part(2, 1),
                group_control=control,
                set_control=head.text(1),
                accepted=accepted,
                segment="" if accepted or place is None else place.get(1),
                code="" if accepted else (head.get(4) if place is None else place.get(2)),
            )
        )
    if not answers:
        accepted = verdict in _ACCEPTED
        answers.append(
            SetAnswer(
                set_id="",
                group_control=control,
                set_control="",
                accepted=accepted,
                code="" if accepted else whole.get(5) or verdict,
            )
        )
    return Acknowledgement(answers=tuple(answers))
