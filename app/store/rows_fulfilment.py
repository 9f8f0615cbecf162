"""Rows of picks, shipments, milestones, bookings, invoices, PODs and returns, to values and back.

Records with lines give their child rows apart; reading takes the child rows in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from domain.billing import Invoice, InvoiceLine, InvoiceStatus, PodCondition, PodLine, ProofOfDelivery
from domain.returns import ReturnAuthorisation, RmaStatus
from domain.transport import (
    BookingStatus,
    CarrierBooking,
    DocumentStatus,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from domain.warehouse import PickQuality, PickStatus, PickTask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def pick_task_row(task: PickTask) -> dict[str, Any]:
    """A pick task as a row."""
    return {
        "id": task.task_id,
        "order_id": task.order_id,
        "line_id": task.line_id,
        "item_id": task.item_id,
        "node_id": task.node_id,
        "bin_code": task.bin_code,
        "requested_quantity": task.requested_quantity,
        "picked_quantity": task.picked_quantity,
        "status": task.status.value,
        "due_at": to_ms(task.due_at),
        "updated_at": to_ms(task.updated_at),
        "wave_id": task.wave_id,
        "released_at": to_ms_or_none(task.released_at),
        "work_minutes": task.work_minutes,
        "quality": task.quality.value,
        "reason_code": task.reason_code,
    }


def pick_task_of(row: Mapping[str, Any]) -> PickTask:
    """A pick task from its row."""
    return PickTask(
        task_id=row["id"],
        order_id=row["order_id"],
        line_id=row["line_id"],
        item_id=row["item_id"],
        node_id=row["node_id"],
        bin_code=row["bin_code"],
        requested_quantity=row["requested_quantity"],
        picked_quantity=row["picked_quantity"],
        status=PickStatus(row["status"]),
        due_at=from_ms(row["due_at"]),
        updated_at=from_ms(row["updated_at"]),
        wave_id=row["wave_id"],
        released_at=from_ms_or_none(row["released_at"]),
        work_minutes=row["work_minutes"],
        quality=PickQuality(row["quality"]),
        reason_code=row["reason_code"],
    )


def shipment_row(shipment: Shipment) -> dict[str, Any]:
    """A shipment header as a row."""
    return {
        "id": shipment.shipment_id,
        "number": shipment.number,
        "order_id": shipment.order_id,
        "customer_id": shipment.customer_id,
        "origin_node_id": shipment.origin_node_id,
        "status": shipment.status.value,
        "planned_pickup_at": to_ms(shipment.planned_pickup_at),
        "window_end_at": to_ms(shipment.window_end_at),
        "eta_at": to_ms_or_none(shipment.eta_at),
        "service_id": shipment.service_id,
        "scac": shipment.scac,
        "freight_cost_cents": shipment.freight_cost_cents,
        "weight_grams": shipment.weight_grams,
        "document_status": shipment.document_status.value,
        "document_error": shipment.document_error,
        "quote_cents": shipment.quote_cents,
        "claim_filed": int(shipment.claim_filed),
        "zone_id": shipment.zone_id,
        "shipped_at": to_ms_or_none(shipment.shipped_at),
        "delivered_at": to_ms_or_none(shipment.delivered_at),
    }


def shipment_line_rows(shipment: Shipment) -> list[dict[str, Any]]:
    """The lines of a shipment as rows."""
    return [
        {
            "shipment_id": shipment.shipment_id,
            "ordinal": ordinal,
            "line_id": line.line_id,
            "item_id": line.item_id,
            "quantity": line.quantity,
        }
        for ordinal, line in enumerate(shipment.lines)
    ]


def shipment_of(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Shipment:
    """A shipment from its row and the rows of its lines."""
    return Shipment(
        shipment_id=row["id"],
        number=row["number"],
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        origin_node_id=row["origin_node_id"],
        status=ShipmentStatus(row["status"]),
        planned_pickup_at=from_ms(row["planned_pickup_at"]),
        window_end_at=from_ms(row["window_end_at"]),
        eta_at=from_ms_or_none(row["eta_at"]),
        lines=tuple(
            ShipmentLine(line_id=r["line_id"], item_id=r["item_id"], quantity=r["quantity"]) for r in lines
        ),
        service_id=row["service_id"],
        scac=row["scac"],
        freight_cost_cents=row["freight_cost_cents"],
        weight_grams=row["weight_grams"],
        document_status=DocumentStatus(row["document_status"]),
        document_error=row["document_error"],
        quote_cents=row["quote_cents"],
        claim_filed=bool(row["claim_filed"]),
        zone_id=row["zone_id"],
        shipped_at=from_ms_or_none(row["shipped_at"]),
        delivered_at=from_ms_or_none(row["delivered_at"]),
    )


def milestone_row(milestone: Milestone) -> dict[str, Any]:
    """A milestone as a row."""
    return {
        "id": milestone.milestone_id,
        "shipment_id": milestone.shipment_id,
        "code": milestone.code,
        "raw_code": milestone.raw_code,
        "reason_code": milestone.reason_code,
        "happened_at": to_ms(milestone.happened_at),
        "place_name": milestone.place_name,
        "corrects_id": milestone.corrects_id,
        "received_at": to_ms_or_none(milestone.received_at),
    }


def milestone_of(row: Mapping[str, Any]) -> Milestone:
    """A milestone from its row."""
    return Milestone(
        milestone_id=row["id"],
        shipment_id=row["shipment_id"],
        code=row["code"],
        raw_code=row["raw_code"],
        reason_code=row["reason_code"],
        happened_at=from_ms(row["happened_at"]),
        place_name=row["place_name"],
        corrects_id=row["corrects_id"],
        received_at=from_ms_or_none(row["received_at"]),
    )


def carrier_booking_row(booking: CarrierBooking) -> dict[str, Any]:
    """A carrier booking as a row."""
    return {
        "id": booking.booking_id,
        "shipment_id": booking.shipment_id,
        "service_id": booking.service_id,
        "scac": booking.scac,
        "status": booking.status.value,
        "booked_at": to_ms(booking.booked_at),
        "cost_cents": booking.cost_cents,
        "expires_at": to_ms_or_none(booking.expires_at),
    }


def carrier_booking_of(row: Mapping[str, Any]) -> CarrierBooking:
    """A carrier booking from its row."""
    return CarrierBooking(
        booking_id=row["id"],
        shipment_id=row["shipment_id"],
        service_id=row["service_id"],
        scac=row["scac"],
        status=BookingStatus(row["status"]),
        booked_at=from_ms(row["booked_at"]),
        cost_cents=row["cost_cents"],
        expires_at=from_ms_or_none(row["expires_at"]),
    )


def invoice_row(invoice: Invoice) -> dict[str, Any]:
    """An invoice header as a row."""
    return {
        "id": invoice.invoice_id,
        "number": invoice.number,
        "order_id": invoice.order_id,
        "customer_id": invoice.customer_id,
        "shipment_id": invoice.shipment_id,
        "status": invoice.status.value,
        "issued_at": to_ms(invoice.issued_at),
        "paid_cents": invoice.paid_cents,
        "paid_at": to_ms_or_none(invoice.paid_at),
        "deduction_code": invoice.deduction_code,
        "deduction_closed": int(invoice.deduction_closed),
    }


def invoice_line_rows(invoice: Invoice) -> list[dict[str, Any]]:
    """The lines of an invoice as rows."""
    return [
        {
            "invoice_id": invoice.invoice_id,
            "ordinal": ordinal,
            "line_id": line.line_id,
            "item_id": line.item_id,
            "quantity": line.quantity,
            "unit_price_cents": line.unit_price_cents,
            "credited_quantity": line.credited_quantity,
        }
        for ordinal, line in enumerate(invoice.lines)
    ]


def invoice_of(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Invoice:
    """An invoice from its row and the rows of its lines."""
    return Invoice(
        invoice_id=row["id"],
        number=row["number"],
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        shipment_id=row["shipment_id"],
        status=InvoiceStatus(row["status"]),
        issued_at=from_ms(row["issued_at"]),
        lines=tuple(
            InvoiceLine(
                line_id=r["line_id"],
                item_id=r["item_id"],
                quantity=r["quantity"],
                unit_price_cents=r["unit_price_cents"],
                credited_quantity=r["credited_quantity"],
            )
            for r in lines
        ),
        paid_cents=row["paid_cents"],
        paid_at=from_ms_or_none(row["paid_at"]),
        deduction_code=row["deduction_code"],
        deduction_closed=bool(row["deduction_closed"]),
    )


def proof_of_delivery_row(pod: ProofOfDelivery) -> dict[str, Any]:
    """A proof of delivery as a row."""
    return {
        "id": pod.pod_id,
        "shipment_id": pod.shipment_id,
        "delivered_at": to_ms(pod.delivered_at),
        "signed_by": pod.signed_by,
    }


def pod_line_rows(pod: ProofOfDelivery) -> list[dict[str, Any]]:
    """The lines of a proof of delivery as rows."""
    return [
        {
            "pod_id": pod.pod_id,
            "ordinal": ordinal,
            "line_id": line.line_id,
            "delivered_quantity": line.delivered_quantity,
            "condition": line.condition.value,
        }
        for ordinal, line in enumerate(pod.lines)
    ]


def proof_of_delivery_of(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> ProofOfDelivery:
    """A proof of delivery from its row and the rows of its lines."""
    return ProofOfDelivery(
        pod_id=row["id"],
        shipment_id=row["shipment_id"],
        delivered_at=from_ms(row["delivered_at"]),
        signed_by=row["signed_by"],
        lines=tuple(
            PodLine(
                line_id=r["line_id"],
                delivered_quantity=r["delivered_quantity"],
                condition=PodCondition(r["condition"]),
            )
            for r in lines
        ),
    )


def return_authorisation_row(rma: ReturnAuthorisation) -> dict[str, Any]:
    """A return authorisation as a row."""
    return {
        "id": rma.rma_id,
        "order_id": rma.order_id,
        "line_id": rma.line_id,
        "customer_id": rma.customer_id,
        "item_id": rma.item_id,
        "quantity": rma.quantity,
        "reason_code": rma.reason_code,
        "status": rma.status.value,
        "issued_at": to_ms(rma.issued_at),
        "lot_id": rma.lot_id,
        "expected_by": to_ms_or_none(rma.expected_by),
        "received_at": to_ms_or_none(rma.received_at),
        "received_quantity": rma.received_quantity,
        "claimed_quantity": rma.claimed_quantity,
        "disposition": rma.disposition,
        "disposed_at": to_ms_or_none(rma.disposed_at),
        "credited_at": to_ms_or_none(rma.credited_at),
        "node_id": rma.node_id,
    }


def return_authorisation_of(row: Mapping[str, Any]) -> ReturnAuthorisation:
    """A return authorisation from its row."""
    return ReturnAuthorisation(
        rma_id=row["id"],
        order_id=row["order_id"],
        line_id=row["line_id"],
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        quantity=row["quantity"],
        reason_code=row["reason_code"],
        status=RmaStatus(row["status"]),
        issued_at=from_ms(row["issued_at"]),
        lot_id=row["lot_id"],
        expected_by=from_ms_or_none(row["expected_by"]),
        received_at=from_ms_or_none(row["received_at"]),
        received_quantity=row["received_quantity"],
        claimed_quantity=row["claimed_quantity"],
        disposition=row["disposition"],
        disposed_at=from_ms_or_none(row["disposed_at"]),
        credited_at=from_ms_or_none(row["credited_at"]),
        node_id=row["node_id"],
    )
