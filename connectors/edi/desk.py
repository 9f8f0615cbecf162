"""Commands as documents: earlier goods are asked for by 860, a carrier is changed by 204."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.edi import documents as said
from connectors.edi.mapping import sent_note
from connectors.edi.mapping_freight import booking_id
from connectors.edi.outcome import Known, unmatched
from connectors.edi.outgoing import write_204, write_860
from connectors.edi.partners import Partner
from connectors.edi.x12_writer import write_x12
from domain.commands import Command, ExpediteSupply, RebookCarrier
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.inventory import InboundSupply
from domain.records import Entity
from domain.transport import BookingStatus, CarrierBooking


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
    """
    match command.action:
        case ExpediteSupply() as action:
            return _expedite(command, action, partners, known, control, at)
        case RebookCarrier() as action:
            return _tender(command, action, partners, control, at)
    raise BadInputError(
        what=f"Partners cannot be asked for {command.action.verb} by EDI.",
        remedy="Use expedite_supply or rebook_carrier.",
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
    partner = _writer(partners, "860", lambda each: each.name == held.supplier_name)
    line = said.DocumentLine(
        position=int(action.supply_id.rpartition("-")[2] or 0),
        item=partner.item_number(held.item_id),
        quantity=held.ordered_quantity,
        requested_at=action.eta_at,
    )
    body = write_860(held.number, line, partner, at=at, reference=command.key)
    return _written(
        partner, "860", body, control, at,
        about=held.number,
        message=f"860 to {partner.name}: {held.number} line {line.position} by {action.eta_at:%Y-%m-%d}",
    )  # fmt: skip


def _tender(
    command: Command, action: RebookCarrier, partners: Sequence[Partner], control: int, at: datetime
) -> Written:
    partner = _writer(partners, "204", lambda each: each.scac == action.scac)
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
    written = _written(
        partner, "204", write_204(tender, partner, reference=command.key), control, at,
        about=tender.shipment_number,
        message=f"204 to {partner.name}: {tender.shipment_number}, answer by {respond_by:%Y-%m-%d %H:%M} UTC",
    )  # fmt: skip
    return replace(written, entities=(booking,))


def _writer(partners: Sequence[Partner], set_id: str, fits: object) -> Partner:
    found = next((p for p in partners if callable(fits) and fits(p) and set_id in p.writes), None)
    if found is None or found.standard != "x12":
        raise unmatched(f"No X12 partner profile for this lets us write {set_id}.", "Add it to writes.")
    return found


def _written(
    partner: Partner,
    set_id: str,
    body: list[list[str]],
    control: int,
    at: datetime,
    *,
    about: str,
    message: str,
) -> Written:
    text = write_x12(
        [(set_id, body)],
        sender=partner.own_address,
        receiver=partner.address,
        control=control,
        version=partner.version,
        at=at.astimezone(partner.zone),
        syntax=partner.syntax,
        is_test=partner.is_test,
    )
    return Written(
        partner=partner,
        file_name=f"{partner.name}-{set_id}-{control:09d}.edi",
        text=text,
        message=message,
        notes={sent_note(partner, str(control), "0001"): f"{set_id}|{about}"},
    )
