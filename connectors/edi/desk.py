"""Commands as documents: to suppliers (860, ORDCHG), customers (855, ORDRSP) and carriers (204, IFTMIN).

Once the carrier that was asked last takes the load, it is taken back from those that were asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.edi import documents as said
from connectors.edi.codes import CodedFact
from connectors.edi.mapping import sent_note
from connectors.edi.mapping_freight import booking_id
from connectors.edi.outcome import Known, unmatched
from connectors.edi.outgoing import (
    Body,
    write_204,
    write_855,
    write_860,
    write_iftmin,
    write_ordchg,
    write_ordrsp,
)
from connectors.edi.partners import Partner
from connectors.edi.to_partner import interchange_to
from domain.commands import Command, ExpediteSupply, PromiseDate, RebookCarrier
from domain.errors import BadInputError, ConflictError
from domain.ids import EntityKind
from domain.inventory import InboundSupply
from domain.orders import OrderLine, SalesOrder
from domain.records import Entity
from domain.transport import BookingStatus, CarrierBooking

#: By which document a partner is asked or told, in the standard it speaks.
_CHANGE = {"x12": "860", "edifact": "ORDCHG"}
_TENDER = {"x12": "204", "edifact": "IFTMIN"}
_ANSWER = {"x12": "855", "edifact": "ORDRSP"}
#: What is said of a line (668, 1229): it comes as it was wished, or on another day.
_AS_WISHED = {
    "x12": CodedFact(element="668", raw="IA", meaning="accepted", responsible="supplier"),
    "edifact": CodedFact(element="1229", raw="5", meaning="accepted", responsible="supplier"),
}
_MOVED = {
    "x12": CodedFact(element="668", raw="DR", meaning="rescheduled", responsible="supplier"),
    "edifact": CodedFact(element="1229", raw="3", meaning="changed", responsible="supplier"),
}
_OPEN = frozenset({BookingStatus.TENDERED, BookingStatus.ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A document that is to go out, and what it changes here."""

    partner: Partner
    file_name: str
    text: str
    message: str
    entities: tuple[Entity, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)


def write_command(
    command: Command, partners: Sequence[Partner], known: Known, *, control: int, at: datetime
) -> Written:
    """The document of a command.

    Raises:
        BadInputError: no partner takes it, or what it is about is not known.
        ConflictError: what it is about has changed since.
    """
    match command.action:
        case ExpediteSupply() as action:
            return _expedite(command, action, partners, known, control, at)
        case PromiseDate() as action:
            return _promise(command.key, action, partners, known, control, at)
        case RebookCarrier() as action:
            return _tender(command, action, partners, control, at)
    raise BadInputError(
        what=f"Partners cannot be asked for {command.action.verb} by EDI.",
        remedy="Use expedite_supply, promise_date or rebook_carrier.",
    )


def _expedite(
    command: Command,
    action: ExpediteSupply,
    partners: Sequence[Partner],
    known: Known,
    control: int,
    at: datetime,
) -> Written:
    held = known.entity(EntityKind.INBOUND_SUPPLY, action.supply_id)
    if not isinstance(held, InboundSupply):
        raise unmatched(f"No supplier told of {action.supply_id} by EDI.", "Ask the supplier by telephone.")
    partner = _writer(partners, _CHANGE, lambda each: each.name == held.supplier_name)
    line = said.DocumentLine(
        position=int(action.supply_id.rpartition("-")[2] or 0),
        item=partner.item_number(held.item_id),
        quantity=held.ordered_quantity,
        requested_at=action.eta_at,
    )
    set_id = _CHANGE[partner.standard]
    write = write_860 if partner.standard == "x12" else write_ordchg
    return _written(
        partner, set_id, write(held.number, line, partner, at=at, reference=command.key), control, at,
        about=held.number,
        message=f"{set_id} to {partner.name}: {held.number} line {line.position} by {action.eta_at:%Y-%m-%d}",
    )  # fmt: skip


def _promise(
    reference: str,
    action: PromiseDate,
    partners: Sequence[Partner],
    known: Known,
    control: int,
    at: datetime,
) -> Written:
    """Tell a customer when what it ordered comes; from then on that is what is promised."""
    order, lines = _promised(action, known)
    partner = _writer(partners, _ANSWER, lambda each: _ordered(each, order))
    set_id = _ANSWER[partner.standard]
    answer = said.OrderAnswer(
        number=order.number,
        at=at,
        ordered_at=order.ordered_at,
        due_at=None,
        ship_to_code="",
        lines=tuple(_answered(line, action.promised_at, partner) for line in lines),
    )
    told = f"answered:{partner.name}:{order.number}"
    again = told in known.notes_under(told)
    body = (
        write_855(answer, partner, again=again)
        if partner.standard == "x12"
        else write_ordrsp(answer, partner, reference=reference, again=again)
    )
    day = f"{action.promised_at.astimezone(partner.zone):%Y-%m-%d}"
    message = f"{set_id} to {partner.name}: {order.number} promised for {day}"
    written = _written(partner, set_id, body, control, at, about=order.number, message=message)
    return replace(
        written,
        entities=(
            replace(order, promised_at=action.promised_at),
            *(replace(line, promised_at=action.promised_at) for line in lines),
        ),
        notes={**written.notes, told: day},
    )


def _promised(action: PromiseDate, known: Known) -> tuple[SalesOrder, list[OrderLine]]:
    """The order and the lines of a promise, promised as it says they are."""
    order = known.entity(EntityKind.SALES_ORDER, action.order_id)
    if not isinstance(order, SalesOrder):
        raise unmatched(f"Nobody ordered {action.order_id} by EDI.", "Tell the customer by telephone.")
    found = [known.entity(EntityKind.ORDER_LINE, line_id) for line_id in action.line_ids]
    lines = [each for each in found if isinstance(each, OrderLine) and each.order_id == order.order_id]
    if len(lines) < len(found):
        raise unmatched(f"{order.number} has no such lines.", "Decide anew with its present lines.")
    if {order.promised_at, *(line.promised_at for line in lines)} != {action.replaces_promised_at}:
        raise ConflictError(
            what=f"{order.number} is promised for another day than when it was decided.",
            remedy="Look at the case again.",
        )
    return order, lines


def _ordered(partner: Partner, order: SalesOrder) -> bool:
    """Whether it is this partner's order."""
    return (
        partner.role == "customer"
        and partner.identify(partner.ids.order, order.number) == order.order_id
        and partner.customer_id in {"", order.customer_id}
    )


def _answered(line: OrderLine, promised_at: datetime, partner: Partner) -> said.DocumentLine:
    """A line accepted as it was wished, or for another day."""
    said_of_it = _AS_WISHED if promised_at == line.requested_at else _MOVED
    return said.DocumentLine(
        position=line.position,
        item=partner.item_number(line.item_id),
        quantity=line.ordered_quantity,
        answers=(
            said.LineAnswer(code=said_of_it[partner.standard], quantity=line.open_quantity, at=promised_at),
        ),
    )


def _tender(
    command: Command, action: RebookCarrier, partners: Sequence[Partner], control: int, at: datetime
) -> Written:
    partner = _writer(partners, _TENDER, lambda each: each.scac == action.scac)
    respond_by = at + timedelta(minutes=partner.tender_minutes)
    tender = said.Tender(
        shipment_number=partner.number_of(partner.ids.shipment, action.shipment_id),
        scac=action.scac,
        at=action.pickup_at or respond_by,
        respond_by=respond_by,
        withdrawn=False,
        charge_cents=0,
    )
    booking = CarrierBooking(
        booking_id=booking_id(action.scac, action.shipment_id),
        shipment_id=action.shipment_id,
        service_id=action.service_id,
        scac=action.scac,
        status=BookingStatus.TENDERED,
        booked_at=at,
        expires_at=respond_by,
    )
    answer_by = f"answer by {respond_by:%Y-%m-%d %H:%M} UTC"
    return _about_load(tender, booking, partner, control, at, reference=command.key, what=answer_by)


def withdrawals(
    found: Iterable[Entity], partners: Sequence[Partner], known: Known, *, control: int, at: datetime
) -> Iterator[Written]:
    """What takes loads back from carriers, where another that was asked later has taken them just now.

    ``found`` is what documents say, ``known`` what was known before them.
    """
    for taken in found:
        if not isinstance(taken, CarrierBooking) or taken.status is not BookingStatus.ACCEPTED:
            continue
        before = known.entity(EntityKind.CARRIER_BOOKING, taken.booking_id)
        if not isinstance(before, CarrierBooking) or before.status is not BookingStatus.TENDERED:
            continue
        for partner in partners:
            held = known.entity(EntityKind.CARRIER_BOOKING, booking_id(partner.scac, taken.shipment_id))
            if (
                _TENDER[partner.standard] in partner.writes
                and isinstance(held, CarrierBooking)
                and held.status in _OPEN
                and held.booked_at < taken.booked_at
            ):
                yield _taken_back(held, partner, control, at, instead=taken.scac)
                control += 1


def _taken_back(
    held: CarrierBooking, partner: Partner, control: int, at: datetime, *, instead: str
) -> Written:
    tender = said.Tender(
        shipment_number=partner.number_of(partner.ids.shipment, held.shipment_id),
        scac=held.scac,
        at=at,
        respond_by=None,
        withdrawn=True,
        charge_cents=0,
    )
    gone = replace(held, status=BookingStatus.CANCELLED, expires_at=None)
    what = f"taken back, {instead} has it"
    return _about_load(tender, gone, partner, control, at, reference=held.booking_id, what=what)


def _about_load(
    tender: said.Tender,
    booking: CarrierBooking,
    partner: Partner,
    control: int,
    at: datetime,
    *,
    reference: str,
    what: str,
) -> Written:
    set_id = _TENDER[partner.standard]
    write = write_204 if partner.standard == "x12" else write_iftmin
    body = write(tender, partner, reference=reference)
    message = f"{set_id} to {partner.name}: {tender.shipment_number}, {what}"
    written = _written(partner, set_id, body, control, at, about=tender.shipment_number, message=message)
    return replace(written, entities=(booking,))


def _writer(
    partners: Sequence[Partner], set_ids: Mapping[str, str], fits: Callable[[Partner], bool]
) -> Partner:
    found = next((p for p in partners if fits(p) and set_ids.get(p.standard, "") in p.writes), None)
    if found is None:
        asked = " or ".join(set_ids.values())
        raise unmatched(f"No partner profile for this lets us write {asked}.", "Add it to writes.")
    return found


def _written(
    partner: Partner,
    set_id: str,
    body: Body,
    control: int,
    at: datetime,
    *,
    about: str,
    message: str,
) -> Written:
    text = interchange_to(partner, [(set_id, body)], control=control, at=at)
    return Written(
        partner=partner,
        file_name=f"{partner.name}-{set_id}-{control:09d}.edi",
        text=text,
        message=message,
        notes={sent_note(partner, str(control), "0001"): f"{set_id}|{about}"},
    )
