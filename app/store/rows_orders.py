"""Rows of orders, lines, stock, allocations and inbound supply, to values and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition, SupplyKind
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ScreeningStatus, ShipTo

if TYPE_CHECKING:
    from collections.abc import Mapping


def sales_order_row(order: SalesOrder) -> dict[str, Any]:
    """An order header as a row, ship-to flattened."""
    return {
        "id": order.order_id,
        "number": order.number,
        "customer_id": order.customer_id,
        "status": order.status.value,
        "credit_status": order.credit_status.value,
        "ordered_at": to_ms(order.ordered_at),
        "requested_at": to_ms(order.requested_at),
        "promised_at": to_ms(order.promised_at),
        "ship_to_name": order.ship_to.name,
        "ship_to_street": order.ship_to.street,
        "ship_to_postcode": order.ship_to.postcode,
        "ship_to_city": order.ship_to.city,
        "ship_to_country": order.ship_to.country,
        "ship_to_contact": order.ship_to.contact,
        "ship_from_node_id": order.ship_from_node_id,
        "channel": order.channel,
        "currency": order.currency,
        "total_cents": order.total_cents,
        "customer_po": order.customer_po,
        "status_at": to_ms_or_none(order.status_at),
        "screening": order.screening.value,
        "licence_number": order.licence_number,
        "ship_to_is_new": int(order.ship_to_is_new),
        "payment_changed": int(order.payment_changed),
        "contact_changed": int(order.contact_changed),
        "reviewed": int(order.reviewed),
        "billing_block": order.billing_block,
    }


def sales_order_of(row: Mapping[str, Any]) -> SalesOrder:
    """An order header from its row."""
    return SalesOrder(
        order_id=row["id"],
        number=row["number"],
        customer_id=row["customer_id"],
        status=OrderStatus(row["status"]),
        credit_status=CreditStatus(row["credit_status"]),
        ordered_at=from_ms(row["ordered_at"]),
        requested_at=from_ms(row["requested_at"]),
        promised_at=from_ms(row["promised_at"]),
        ship_to=ShipTo(
            name=row["ship_to_name"],
            street=row["ship_to_street"],
            postcode=row["ship_to_postcode"],
            city=row["ship_to_city"],
            country=row["ship_to_country"],
            contact=row["ship_to_contact"],
        ),
        ship_from_node_id=row["ship_from_node_id"],
        channel=row["channel"],
        currency=row["currency"],
        total_cents=row["total_cents"],
        customer_po=row["customer_po"],
        status_at=from_ms_or_none(row["status_at"]),
        screening=ScreeningStatus(row["screening"]),
        licence_number=row["licence_number"],
        ship_to_is_new=bool(row["ship_to_is_new"]),
        payment_changed=bool(row["payment_changed"]),
        contact_changed=bool(row["contact_changed"]),
        reviewed=bool(row["reviewed"]),
        billing_block=row["billing_block"],
    )


def order_line_row(line: OrderLine) -> dict[str, Any]:
    """An order line as a row."""
    return {
        "id": line.line_id,
        "order_id": line.order_id,
        "position": line.position,
        "item_id": line.item_id,
        "ordered_quantity": line.ordered_quantity,
        "shipped_quantity": line.shipped_quantity,
        "unit_price_cents": line.unit_price_cents,
        "requested_at": to_ms(line.requested_at),
        "promised_at": to_ms(line.promised_at),
        "node_id": line.node_id,
        "cancelled": int(line.cancelled),
        "quantity_confirmed": int(line.quantity_confirmed),
        "price_approved": int(line.price_approved),
    }


def order_line_of(row: Mapping[str, Any]) -> OrderLine:
    """An order line from its row."""
    return OrderLine(
        line_id=row["id"],
        order_id=row["order_id"],
        position=row["position"],
        item_id=row["item_id"],
        ordered_quantity=row["ordered_quantity"],
        shipped_quantity=row["shipped_quantity"],
        unit_price_cents=row["unit_price_cents"],
        requested_at=from_ms(row["requested_at"]),
        promised_at=from_ms(row["promised_at"]),
        node_id=row["node_id"],
        cancelled=bool(row["cancelled"]),
        quantity_confirmed=bool(row["quantity_confirmed"]),
        price_approved=bool(row["price_approved"]),
    )


def inventory_position_row(position: InventoryPosition) -> dict[str, Any]:
    """A stock position as a row."""
    return {
        "id": position.position_id,
        "item_id": position.item_id,
        "node_id": position.node_id,
        "on_hand_quantity": position.on_hand_quantity,
        "safety_stock_quantity": position.safety_stock_quantity,
        "pick_face_quantity": position.pick_face_quantity,
    }


def inventory_position_of(row: Mapping[str, Any]) -> InventoryPosition:
    """A stock position from its row."""
    return InventoryPosition(
        position_id=row["id"],
        item_id=row["item_id"],
        node_id=row["node_id"],
        on_hand_quantity=row["on_hand_quantity"],
        safety_stock_quantity=row["safety_stock_quantity"],
        pick_face_quantity=row["pick_face_quantity"],
    )


def allocation_row(allocation: Allocation) -> dict[str, Any]:
    """An allocation as a row."""
    return {
        "id": allocation.allocation_id,
        "line_id": allocation.line_id,
        "item_id": allocation.item_id,
        "node_id": allocation.node_id,
        "quantity": allocation.quantity,
        "status": allocation.status.value,
        "lot_id": allocation.lot_id,
        "allocated_at": to_ms_or_none(allocation.allocated_at),
    }


def allocation_of(row: Mapping[str, Any]) -> Allocation:
    """An allocation from its row."""
    return Allocation(
        allocation_id=row["id"],
        line_id=row["line_id"],
        item_id=row["item_id"],
        node_id=row["node_id"],
        quantity=row["quantity"],
        status=AllocationStatus(row["status"]),
        lot_id=row["lot_id"],
        allocated_at=from_ms_or_none(row["allocated_at"]),
    )


def inbound_supply_row(supply: InboundSupply) -> dict[str, Any]:
    """An inbound supply line as a row."""
    return {
        "id": supply.supply_id,
        "number": supply.number,
        "kind": supply.kind.value,
        "item_id": supply.item_id,
        "node_id": supply.node_id,
        "ordered_quantity": supply.ordered_quantity,
        "received_quantity": supply.received_quantity,
        "due_at": to_ms(supply.due_at),
        "eta_at": to_ms(supply.eta_at),
        "supplier_name": supply.supplier_name,
        "origin_node_id": supply.origin_node_id,
        "cancelled": int(supply.cancelled),
        "ordered_at": to_ms_or_none(supply.ordered_at),
        "confirmed_quantity": supply.confirmed_quantity,
        "shipped_quantity": supply.shipped_quantity,
        "asn_at": to_ms_or_none(supply.asn_at),
        "dock_at": to_ms_or_none(supply.dock_at),
        "received_at": to_ms_or_none(supply.received_at),
    }


def inbound_supply_of(row: Mapping[str, Any]) -> InboundSupply:
    """An inbound supply line from its row."""
    return InboundSupply(
        supply_id=row["id"],
        number=row["number"],
        kind=SupplyKind(row["kind"]),
        item_id=row["item_id"],
        node_id=row["node_id"],
        ordered_quantity=row["ordered_quantity"],
        received_quantity=row["received_quantity"],
        due_at=from_ms(row["due_at"]),
        eta_at=from_ms(row["eta_at"]),
        supplier_name=row["supplier_name"],
        origin_node_id=row["origin_node_id"],
        cancelled=bool(row["cancelled"]),
        ordered_at=from_ms_or_none(row["ordered_at"]),
        confirmed_quantity=row["confirmed_quantity"],
        shipped_quantity=row["shipped_quantity"],
        asn_at=from_ms_or_none(row["asn_at"]),
        dock_at=from_ms_or_none(row["dock_at"]),
        received_at=from_ms_or_none(row["received_at"]),
    )
