"""EPCIS events to milestones of shipments and back; pure.

An event belongs to a shipment by its despatch advice or bill of lading (``bizTransactionList``); one without
is none of ours. An error declaration takes the milestone of the event it speaks of back, and the corrective
event says by ``corrects_id`` what it corrects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.epcis.document import (
    AggregationEvent,
    BusinessTransaction,
    ErrorDeclaration,
    Event,
    ObjectEvent,
    Place,
)
from domain.checks import as_utc
from domain.errors import BadInputError
from domain.ids import MilestoneId, ShipmentId
from domain.transport import Milestone

ID_PREFIX = "epcis-"
SHIPMENT_PAPERS = ("desadv", "bol")
#: Business steps (CBV 2.0) and the milestone each is; the others happen inside a building.
CODE_OF_STEP = {
    "picking": "picking",
    "packing": "packed",
    "loading": "loaded",
    "shipping": "picked_up",
    "departing": "departed",
    "transporting": "in_transit",
    "unloading": "arrived",
    "arriving": "arrived",
    "receiving": "delivered",
    "accepting": "delivered",
    "returning": "returned",
    "holding": "delayed",
}
_STEP_OF_CODE = {"arrived": "arriving", "delivered": "receiving"} | {
    code: step for step, code in CODE_OF_STEP.items() if code not in {"arrived", "delivered"}
}
_BARE_STEP = "urn:epcglobal:cbv:bizstep:"
_WEB_STEP = "https://ref.gs1.org/cbv/BizStep-"
_PAPER = "urn:epcglobal:cbv:bt:control-tower:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a document brings: milestones, those that count no more, how many events are none of ours."""

    milestones: tuple[Milestone, ...]
    withdrawn: tuple[MilestoneId, ...]
    others: int


def read_milestones(events: Sequence[Event], *, received_at: datetime | None = None) -> Reading:
    """The milestones of events.

    Raises:
        BadInputError: an event of a shipment, or an error declaration, has no ``eventID`` to know it by.
    """
    corrected = {
        corrective: _id(event)
        for event in events
        if event.error_declaration is not None
        for corrective in event.error_declaration.corrective_event_ids
    }
    milestones: list[Milestone] = []
    withdrawn: list[MilestoneId] = []
    others = 0
    for event in events:
        shipment, step = _shipment(event), _step(event.biz_step)
        if event.error_declaration is not None:
            withdrawn.append(_id(event))
        elif shipment is None or step not in CODE_OF_STEP:
            others += 1
        else:
            milestones.append(
                Milestone(
                    milestone_id=_id(event),
                    shipment_id=shipment,
                    code=CODE_OF_STEP[step],
                    raw_code=step,
                    reason_code="",
                    happened_at=as_utc(event.event_time),
                    place_name=_last(event.biz_location or event.read_point),
                    corrects_id=corrected.get(event.event_id, ""),
                    received_at=received_at,
                )
            )
    gone = set(withdrawn)
    kept = tuple(each for each in milestones if each.milestone_id not in gone)
    return Reading(milestones=kept, withdrawn=tuple(withdrawn), others=others)


def events_of(milestones: Sequence[Milestone], *, corrected_at: datetime) -> list[Event]:
    """Milestones as events; one that another of them corrects is declared an error in favour of that one."""
    corrections = {each.corrects_id: each for each in milestones if each.corrects_id}
    events: list[Event] = []
    for milestone in milestones:
        event = _event(milestone)
        correction = corrections.get(milestone.milestone_id)
        if correction is not None:
            event.error_declaration = ErrorDeclaration(
                declaration_time=corrected_at,
                reason="incorrect_data",
                corrective_event_ids=[_event_id(correction.milestone_id)],
            )
        events.append(event)
    return events


def has_business_step(milestone: Milestone) -> bool:
    """Whether the standard has a step for what happened; an appointment, say, is none."""
    return milestone.raw_code in CODE_OF_STEP or milestone.code in _STEP_OF_CODE


def _event(milestone: Milestone) -> ObjectEvent | AggregationEvent:
    kind = AggregationEvent if milestone.code in {"packed", "loaded"} else ObjectEvent
    step = milestone.raw_code if milestone.raw_code in CODE_OF_STEP else _STEP_OF_CODE.get(milestone.code)
    if step is None:
        raise BadInputError(
            what=f"The milestone {milestone.code} is no business step of EPCIS.", remedy="Leave it out."
        )
    place = Place(id=milestone.place_name) if milestone.place_name else None
    return kind(
        action="ADD" if kind is AggregationEvent else "OBSERVE",
        event_time=milestone.happened_at,
        event_time_zone_offset="+00:00",
        event_id=_event_id(milestone.milestone_id),
        biz_step=step,
        biz_location=place,
        biz_transaction_list=[
            BusinessTransaction(type="desadv", biz_transaction=f"{_PAPER}{milestone.shipment_id}")
        ],
    )


def _shipment(event: Event) -> ShipmentId | None:
    papers = {
        paper.type.rpartition("-")[2].rpartition(":")[2]: paper.biz_transaction
        for paper in event.biz_transaction_list
    }
    found = next((papers[kind] for kind in SHIPMENT_PAPERS if kind in papers), None)
    return None if found is None else ShipmentId(found.rpartition("/")[2].rpartition(":")[2])


def _step(text: str) -> str:
    return text.removeprefix(_BARE_STEP).removeprefix(_WEB_STEP)


def _last(place: Place | None) -> str:
    return "" if place is None else place.id


def _id(event: Event) -> MilestoneId:
    if not event.event_id:
        raise BadInputError(
            what=f"The event of {event.event_time.isoformat()} has no eventID.",
            remedy="Give every event one: without it a repeated event cannot be known.",
        )
    return MilestoneId(f"{ID_PREFIX}{event.event_id}")


def _event_id(milestone_id: str) -> str:
    """The event's own id for what came as EPCIS; an id of ours for what did not."""
    return milestone_id.removeprefix(ID_PREFIX)
