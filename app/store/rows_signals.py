"""Rows of lots, cycle counts, route events, order changes and EDI messages, to values and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from domain.edi import EdiMessage, EdiStatus
from domain.inventory import Lot, LotQuality
from domain.orders import OrderChange, OrderChangeKind, OrderChangeStatus
from domain.transport import RouteEvent
from domain.warehouse import CycleCount

if TYPE_CHECKING:
    from collections.abc import Mapping


def lot_row(lot: Lot) -> dict[str, Any]:
    """A lot as a row."""
    return {
        "id": lot.lot_id,
        "item_id": lot.item_id,
        "node_id": lot.node_id,
        "expires_at": to_ms_or_none(lot.expires_at),
        "quality": lot.quality.value,
    }


def lot_of(row: Mapping[str, Any]) -> Lot:
    """A lot from its row."""
    return Lot(
        lot_id=row["id"],
        item_id=row["item_id"],
        node_id=row["node_id"],
        expires_at=from_ms_or_none(row["expires_at"]),
        quality=LotQuality(row["quality"]),
    )


def cycle_count_row(count: CycleCount) -> dict[str, Any]:
    """A cycle count as a row."""
    return {
        "id": count.count_id,
        "node_id": count.node_id,
        "bin_code": count.bin_code,
        "item_id": count.item_id,
        "system_quantity": count.system_quantity,
        "counted_quantity": count.counted_quantity,
        "counted_at": to_ms(count.counted_at),
        "adjusted": int(count.adjusted),
    }


def cycle_count_of(row: Mapping[str, Any]) -> CycleCount:
    """A cycle count from its row."""
    return CycleCount(
        count_id=row["id"],
        node_id=row["node_id"],
        bin_code=row["bin_code"],
        item_id=row["item_id"],
        system_quantity=row["system_quantity"],
        counted_quantity=row["counted_quantity"],
        counted_at=from_ms(row["counted_at"]),
        adjusted=bool(row["adjusted"]),
    )


def route_event_row(event: RouteEvent) -> dict[str, Any]:
    """A route event as a row."""
    return {
        "id": event.event_id,
        "reason_code": event.reason_code,
        "title": event.title,
        "node_ids": json.dumps(event.node_ids),
        "zone_ids": json.dumps(event.zone_ids),
        "starts_at": to_ms(event.starts_at),
        "ends_at": to_ms_or_none(event.ends_at),
    }


def route_event_of(row: Mapping[str, Any]) -> RouteEvent:
    """A route event from its row."""
    return RouteEvent(
        event_id=row["id"],
        reason_code=row["reason_code"],
        title=row["title"],
        node_ids=tuple(json.loads(row["node_ids"])),
        zone_ids=tuple(json.loads(row["zone_ids"])),
        starts_at=from_ms(row["starts_at"]),
        ends_at=from_ms_or_none(row["ends_at"]),
    )


def order_change_row(change: OrderChange) -> dict[str, Any]:
    """A change request as a row."""
    return {
        "id": change.change_id,
        "order_id": change.order_id,
        "line_id": change.line_id,
        "change": change.change.value,
        "new_quantity": change.new_quantity,
        "requested_at": to_ms(change.requested_at),
        "status": change.status.value,
    }


def order_change_of(row: Mapping[str, Any]) -> OrderChange:
    """A change request from its row."""
    return OrderChange(
        change_id=row["id"],
        order_id=row["order_id"],
        line_id=row["line_id"],
        change=OrderChangeKind(row["change"]),
        new_quantity=row["new_quantity"],
        requested_at=from_ms(row["requested_at"]),
        status=OrderChangeStatus(row["status"]),
    )


def edi_message_row(message: EdiMessage) -> dict[str, Any]:
    """An EDI message as a row."""
    return {
        "id": message.message_id,
        "partner": message.partner,
        "transaction_set": message.transaction_set,
        "reference": message.reference,
        "status": message.status.value,
        "segment": message.segment,
        "error_code": message.error_code,
        "received_at": to_ms(message.received_at),
        "order_id": message.order_id,
    }


def edi_message_of(row: Mapping[str, Any]) -> EdiMessage:
    """An EDI message from its row."""
    return EdiMessage(
        message_id=row["id"],
        partner=row["partner"],
        transaction_set=row["transaction_set"],
        reference=row["reference"],
        status=EdiStatus(row["status"]),
        segment=row["segment"],
        error_code=row["error_code"],
        received_at=from_ms(row["received_at"]),
        order_id=row["order_id"],
    )
