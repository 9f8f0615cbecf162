"""What the status of an order, a line or a shipment means for the conditions of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.orders import CreditStatus, OrderStatus
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from domain.orders import SalesOrder

OPEN_STATUSES = frozenset({OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.RELEASED})
BEFORE_RELEASE = frozenset({OrderStatus.ENTERED, OrderStatus.CONFIRMED})
NOT_LEFT = frozenset({ShipmentStatus.PLANNED, ShipmentStatus.BOOKED, ShipmentStatus.PACKED})


def is_open(order: SalesOrder) -> bool:
    """Whether its goods have not left and are still wanted."""
    return order.status in OPEN_STATUSES


def goes_on(order: SalesOrder) -> bool:
    """Whether it is confirmed, not shipped, and nothing of credit stands against it."""
    confirmed = order.status in {OrderStatus.CONFIRMED, OrderStatus.RELEASED}
    return confirmed and order.credit_status is not CreditStatus.HOLD
