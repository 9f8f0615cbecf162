"""EPCIS events to milestones of shipments and back, and to movements of stock; pure.

An event belongs to a shipment by its despatch advice or bill of lading (``bizTransactionList``). Of the
others, goods received at a place, and goods made of others there, move its stock; the rest is none of ours.
An error declaration takes back what the event it speaks of said, and the corrective event says by
``corrects_id`` what it corrects.
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
    Quantity,
    TransformationEvent,
)
from domain.checks import as_utc
from domain.errors import BadInputError
from domain.ids import ItemId, MilestoneId, NodeId, ShipmentId
from domain.transport import Milestone

ID_PREFIX = "epcis-"
ORDER_PAPER = "po"
RECEIVING_STEPS = frozenset({"receiving", "accepting"})
#: Units of measure (UN/ECE Recommendation 20) that are single units; others are refused, not reckoned.
SINGLE_UNITS = frozenset({"", "EA", "C62", "H87"})
MOST_UNITS = 1_000_000_000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Units of an item that came to a node, or (below zero) went into something else there.

    ``order_number`` is that of the purchase order they were received for, where the event names one.
    """

    event_id: str
    happened_at: datetime
    item_id: ItemId
    node_id: NodeId
    quantity: int
    order_number: str = ""


def read_movements(events: Sequence[Event]) -> tuple[Movement, ...]:
    """What events do to the stock of places: receipts, and goods made of others; no declared errors.

    Raises:
        BadInputError: such an event has no ``eventID``, or a quantity is not in whole single units.
    """
    gone = withdrawn_events(events)
    return tuple(
        movement for event in events if event.event_id not in gone for movement in _movements_of(event)
    )


def withdrawn_events(events: Sequence[Event]) -> frozenset[str]:
    """The ids of the events that are declared errors."""
    return frozenset(event.event_id for event in events if event.error_declaration is not None)


def _movements_of(event: Event) -> list[Movement]:
    place = event.biz_location or event.read_point
    if place is None:
        return []
    if isinstance(event, TransformationEvent):
        taken, made, order = event.input_quantity_list, event.output_quantity_list, ""
    elif isinstance(event, ObjectEvent) and _is_receipt(event):
        taken, made, order = [], event.quantity_list, _paper(event, ORDER_PAPER) or ""
    else:
        return []
    return [
        Movement(
            event_id=_id(event).removeprefix(ID_PREFIX),
            happened_at=as_utc(event.event_time),
            item_id=ItemId(_own_id(one.epc_class)),
            node_id=NodeId(_own_id(place.id)),
            quantity=sign * _units(one),
            order_number=order,
        )
        for sign, goods in ((-1, taken), (1, made))
        for one in goods
    ]


def _is_receipt(event: ObjectEvent) -> bool:
    # Goods of a shipment of ours arrive at the customer: that is its delivery, no stock of a node.
    received = _step(event.biz_step) in RECEIVING_STEPS and event.action != "DELETE"
    return received and _shipment(event) is None


def _units(goods: Quantity) -> int:
    quantity = goods.quantity
    if (
        quantity is None
        or not 0 <= quantity <= MOST_UNITS
        or quantity != int(quantity)
        or goods.uom not in SINGLE_UNITS
    ):
        raise BadInputError(
            what=f"{quantity} {goods.uom} of {goods.epc_class} is no number of whole single units.",
            remedy="Send single units; nothing is rounded or reckoned from weights.",
        )
    return int(quantity)


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
    """Milestones as events; one that another of them corrects is declared an error in favour of that one.

    It is declared when the correction came, or at ``corrected_at`` where that was not noted.
    """
    corrections = {each.corrects_id: each for each in milestones if each.corrects_id}
    events: list[Event] = []
    for milestone in milestones:
        event = _event(milestone)
        correction = corrections.get(milestone.milestone_id)
        if correction is not None:
            event.error_declaration = ErrorDeclaration(
                declaration_time=correction.received_at or corrected_at,
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
    papers = (_paper(event, kind) for kind in SHIPMENT_PAPERS)
    found = next((paper for paper in papers if paper is not None), None)
    return None if found is None else ShipmentId(found)


def _paper(event: Event, kind: str) -> str | None:
    """The tower's id of the paper of a kind that the event belongs to."""
    papers = {_own_id(paper.type.replace("-", ":")): paper for paper in event.biz_transaction_list}
    return _own_id(papers[kind].biz_transaction) if kind in papers else None


def _own_id(uri: str) -> str:
    """The tower's id in the name of something on the web: its last part."""
    return uri.rpartition("/")[2].rpartition(":")[2]


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
