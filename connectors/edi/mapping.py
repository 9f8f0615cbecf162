"""From what a document says to the tower's records: orders, invoices, returns, stock, acknowledgements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.edi import documents as said
from connectors.edi.envelopes import InterchangeAnswer
from connectors.edi.mapping_freight import booking_answered, freight_billed, shipment, statuses, tendered
from connectors.edi.mapping_supply import answered, noticed, transferred
from connectors.edi.outcome import Known, Outcome, unmatched
from connectors.edi.partners import Partner
from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodLine, ProofOfDelivery
from domain.edi import EdiMessage, EdiStatus
from domain.ids import (
    ChangeId,
    CustomerId,
    EntityKind,
    InvoiceId,
    ItemId,
    LineId,
    MessageId,
    NodeId,
    OrderId,
    PodId,
    PositionId,
    RmaId,
    ShipmentId,
)
from domain.inventory import InventoryPosition
from domain.orders import (
    CreditStatus,
    OrderChange,
    OrderChangeKind,
    OrderChangeStatus,
    OrderLine,
    OrderStatus,
    SalesOrder,
    ShipTo,
)
from domain.returns import ReturnAuthorisation, RmaStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrived:
    """Around a document: who sent it, what is known, under which id and when it came."""

    partner: Partner
    known: Known
    message_id: str
    at: datetime


def outcome_of(
    document: said.Document, partner: Partner, known: Known, *, message_id: str, at: datetime
) -> Outcome:
    """What a document changes; ``at`` is when it came.

    Raises:
        BadInputError: it speaks of what is not known, or a record of it cannot be true.
    """
    return _BY_DOCUMENT[type(document)](
        document, _Arrived(partner=partner, known=known, message_id=message_id, at=at)
    )


def line_id(order_id: str, position: int) -> LineId:
    """The id of a line of an order."""
    return LineId(f"{order_id}-{position}")


def _order(document: said.PurchaseOrder, partner: Partner) -> Outcome:
    order_id = OrderId(partner.identify(partner.ids.order, document.number))
    customer = partner.customer_of(document.ship_to.code)
    if not customer:
        raise unmatched("The order names no customer.", "Set customer_id in the partner's profile.")
    place = document.ship_to
    outcome = Outcome(reference=document.number, order_id=order_id)
    outcome.entities.append(
        SalesOrder(
            order_id=order_id,
            number=document.number,
            customer_id=CustomerId(customer),
            status=OrderStatus.ENTERED,
            credit_status=CreditStatus.CLEAR,
            ordered_at=document.ordered_at,
            requested_at=document.requested_at,
            # Nothing is promised yet; until an answer says otherwise the wish is the date to keep.
            promised_at=document.requested_at,
            ship_to=ShipTo(
                name=place.name,
                street=place.street,
                postcode=place.postcode,
                city=place.city,
                country=place.country,
                contact=place.contact,
            ),
            ship_from_node_id=NodeId(partner.node_id) if partner.node_id else None,
            currency=document.currency,
            total_cents=sum(line.quantity * line.unit_price_cents for line in document.lines),
            customer_po=document.number,
        )
    )
    for line in document.lines:
        wanted = line.requested_at or document.requested_at
        outcome.entities.append(
            OrderLine(
                line_id=line_id(order_id, line.position),
                order_id=order_id,
                position=line.position,
                item_id=ItemId(partner.item_id(line.item)),
                ordered_quantity=line.quantity,
                shipped_quantity=0,
                unit_price_cents=line.unit_price_cents,
                requested_at=wanted,
                promised_at=wanted,
                node_id=NodeId(partner.node_id) if partner.node_id else None,
            )
        )
    return outcome


def _order_change(document: said.OrderChangeRequest, partner: Partner, message_id: str) -> Outcome:
    order_id = OrderId(partner.identify(partner.ids.order, document.number))
    outcome = Outcome(reference=document.number, order_id=order_id)

    def request(suffix: str, line: LineId | None, *, cancels: bool, quantity: int | None) -> None:
        outcome.entities.append(
            OrderChange(
                change_id=ChangeId(f"{message_id}{suffix}"),
                order_id=order_id,
                line_id=line,
                change=OrderChangeKind.CANCEL if cancels else OrderChangeKind.CHANGE,
                new_quantity=quantity,
                requested_at=document.at,
                status=OrderChangeStatus.OPEN,
            )
        )

    if document.cancels:
        request("", None, cancels=True, quantity=None)
        return outcome
    for line in document.lines:
        request(
            f"-{line.position}",
            line_id(order_id, line.position),
            cancels=line.quantity == 0,
            quantity=line.quantity,
        )
    return outcome


def _stock(document: said.StockReport, partner: Partner, known: Known) -> Outcome:
    """A stock report; one that is older than what was told of the node changes nothing."""
    node = _node(partner, document.node_code)
    outcome = Outcome(reference=node)
    note, told = f"reported:{partner.name}:{node}:", document.at.isoformat()
    if any(newer > told for newer in known.notes_under(note).values()):
        return outcome
    outcome.notes[note] = told
    for line in document.lines:
        item = ItemId(partner.item_id(line.item))
        outcome.entities.append(
            InventoryPosition(
                position_id=PositionId(f"{node}|{item}"),
                item_id=item,
                node_id=node,
                on_hand_quantity=line.quantity,
            )
        )
    return outcome


def _adjustment(document: said.StockAdjustment, partner: Partner, known: Known) -> Outcome:
    node = _node(partner, document.node_code)
    outcome = Outcome(reference=document.number)
    note = f"adjusted:{partner.name}:{document.number}"
    if known.notes_under(note):
        return outcome
    changed: dict[str, InventoryPosition] = {}
    for each in document.adjustments:
        key = f"{node}|{partner.item_id(each.item)}"
        held = changed.get(key) or known.entity(EntityKind.INVENTORY_POSITION, key)
        if not isinstance(held, InventoryPosition):
            raise unmatched(
                f"The adjustment {document.number} is of {each.item} at {node}, whose stock nobody reported.",
                "Ask the warehouse for a stock report (846) first.",
            )
        changed[key] = replace(held, on_hand_quantity=held.on_hand_quantity + each.difference)
        outcome.code(key, each.code)
    outcome.entities.extend(changed.values())
    outcome.notes[note] = document.at.isoformat()
    return outcome


def _node(partner: Partner, code: str) -> NodeId:
    node = partner.node_of(code)
    if not node:
        raise unmatched("The document names no location.", "Set node_id in the partner's profile.")
    return NodeId(node)


def _bill(document: said.Bill, partner: Partner) -> Outcome:
    """An invoice to a customer; what suppliers bill has no record here and is kept as a message only."""
    order_id = OrderId(partner.identify(partner.ids.order, document.order_number))
    outcome = Outcome(reference=document.number, order_id=order_id if partner.role == "customer" else "")
    if partner.role != "customer":
        return outcome
    shipped = document.shipment_number
    outcome.entities.append(
        Invoice(
            invoice_id=InvoiceId(partner.identify(partner.ids.invoice, document.number)),
            number=document.number,
            order_id=order_id,
            customer_id=CustomerId(partner.customer_of("")),
            shipment_id=ShipmentId(partner.identify(partner.ids.shipment, shipped)) if shipped else None,
            status=InvoiceStatus.POSTED,
            issued_at=document.at,
            lines=tuple(
                InvoiceLine(
                    line_id=line_id(order_id, line.position),
                    item_id=ItemId(partner.item_id(line.item)),
                    quantity=line.quantity,
                    unit_price_cents=line.unit_price_cents,
                )
                for line in document.lines
            ),
        )
    )
    return outcome


def _return(document: said.ReturnRequest, partner: Partner) -> Outcome:
    order_id = OrderId(partner.identify(partner.ids.order, document.order_number))
    number = partner.identify(partner.ids.return_, document.number)
    outcome = Outcome(reference=document.number, order_id=order_id)
    for line in document.lines:
        outcome.entities.append(
            ReturnAuthorisation(
                rma_id=RmaId(f"{number}-{line.position}"),
                order_id=order_id,
                line_id=line_id(order_id, line.position),
                customer_id=CustomerId(partner.customer_of("")),
                item_id=ItemId(partner.item_id(line.item)),
                quantity=line.quantity,
                reason_code="" if line.code is None else line.code.raw,
                status=RmaStatus.ISSUED,
                issued_at=document.at,
                node_id=partner.node_id,
            )
        )
        outcome.code(f"{number}-{line.position}", line.code)
    return outcome


def _receipt(document: said.Receipt, partner: Partner) -> Outcome:
    shipment_id = ShipmentId(partner.identify(partner.ids.shipment, document.shipment_number))
    order_id = partner.identify(partner.ids.order, document.order_number) if document.order_number else ""
    if not order_id:
        raise unmatched("The receipt names no order.", "Ask the partner for RFF+ON.")
    outcome = Outcome(reference=document.number, order_id=order_id)
    outcome.entities.append(
        ProofOfDelivery(
            pod_id=PodId(f"{partner.name}-{document.number}"),
            shipment_id=shipment_id,
            delivered_at=document.at,
            signed_by=partner.name,
            lines=tuple(
                PodLine(line_id=line_id(order_id, line.position), delivered_quantity=line.quantity)
                for line in document.lines
            ),
        )
    )
    return outcome


def _acknowledged(document: said.Acknowledgement, partner: Partner, known: Known, at: datetime) -> Outcome:
    outcome = Outcome(reference=document.answers[0].group_control)
    for answer in document.answers:
        sent = known.notes_under(sent_note(partner, answer.group_control, answer.set_control))
        set_id, _, reference = next(iter(sent.values()), f"{answer.set_id}|").partition("|")
        outcome.entities.append(
            EdiMessage(
                message_id=MessageId(
                    f"{partner.name}:out:{answer.group_control}:{answer.set_control or 'group'}"
                ),
                partner=partner.name,
                transaction_set=set_id or "group",
                reference=reference,
                status=EdiStatus.ACCEPTED if answer.accepted else EdiStatus.REJECTED,
                segment=answer.segment,
                error_code=answer.code,
                received_at=at,
                order_id=None,
            )
        )
    return outcome


def interchange_answer(
    answer: InterchangeAnswer, partner: Partner, known: Known, *, at: datetime
) -> EdiMessage:
    """What a partner says of an envelope of ours as a whole."""
    sent = known.notes_under(sent_note(partner, answer.control, ""))
    set_id, _, reference = next(iter(sent.values()), "TA1|").partition("|")
    return EdiMessage(
        message_id=MessageId(f"{partner.name}:out:{answer.control.lstrip('0')}:interchange"),
        partner=partner.name,
        transaction_set=set_id,
        reference=reference,
        status=EdiStatus.ACCEPTED if answer.accepted else EdiStatus.REJECTED,
        segment="" if answer.accepted else "ISA",
        error_code="" if answer.accepted else answer.note,
        received_at=at,
        order_id=None,
    )


def sent_note(partner: Partner, group_control: str, set_control: str) -> str:
    """Under which name it is remembered what a document we sent was about."""
    group = group_control.lstrip("0")
    return f"sent:{partner.name}:{group}:{set_control.lstrip('0')}"


_BY_DOCUMENT: dict[type[said.Document], Callable[[Any, _Arrived], Outcome]] = {
    said.PurchaseOrder: lambda d, a: _order(d, a.partner),
    said.OrderChangeRequest: lambda d, a: _order_change(d, a.partner, a.message_id),
    said.OrderAnswer: lambda d, a: answered(d, a.partner, a.known),
    said.ShipNotice: lambda d, a: noticed(d, a.partner, a.known),
    said.StockTransfer: lambda d, a: transferred(d, a.partner, a.known),
    said.StockReport: lambda d, a: _stock(d, a.partner, a.known),
    said.StockAdjustment: lambda d, a: _adjustment(d, a.partner, a.known),
    said.WarehouseShipment: lambda d, a: shipment(d, a.partner, a.known),
    said.Tender: lambda d, a: tendered(d, a.partner, a.at),
    said.TenderAnswer: lambda d, a: booking_answered(d, a.partner, a.known),
    said.CarrierStatus: lambda d, a: statuses(d, a.partner, a.known, a.at),
    said.FreightBill: lambda d, a: freight_billed(d, a.partner, a.known),
    said.Bill: lambda d, a: _bill(d, a.partner),
    said.ReturnRequest: lambda d, a: _return(d, a.partner),
    said.Receipt: lambda d, a: _receipt(d, a.partner),
    said.Acknowledgement: lambda d, a: _acknowledged(d, a.partner, a.known, a.at),
}
