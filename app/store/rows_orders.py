"""Rows of orders, lines, stock, allocations and inbound supply, to values and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, to_ms
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition, SupplyKind
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo

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
    )


def inventory_position_row(position: InventoryPosition) -> dict[str, Any]:
    """A stock position as a row."""
    return {
        "id": position.position_id,
        "item_id": position.item_id,
        "node_id": position.node_id,
        "on_hand_quantity": position.on_hand_quantity,
        "safety_stock_quantity": position.safety_stock_quantity,
    }


def inventory_position_of(row: Mapping[str, Any]) -> InventoryPosition:
    """A stock position from its row."""
    return InventoryPosition(
        position_id=row["id"],
        item_id=row["item_id"],
        node_id=row["node_id"],
        on_hand_quantity=row["on_hand_quantity"],
        safety_stock_quantity=row["safety_stock_quantity"],
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
    )
