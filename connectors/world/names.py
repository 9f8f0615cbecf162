"""Ids derived from parents: a shipment is named after its order and node, a task after its line and node.

Nothing is numbered in the order in which things happen to happen, so that the same thing has the same id
in a world with one disruption less.
"""

from __future__ import annotations

from domain.ids import (
    AllocationId,
    BookingId,
    ChangeId,
    CountId,
    EventId,
    InvoiceId,
    ItemId,
    LineId,
    LotId,
    MessageId,
    MilestoneId,
    NodeId,
    OrderId,
    PodId,
    RmaId,
    ShipmentId,
    SupplyId,
    TaskId,
)

FIRST_ORDER_NUMBER = 880_000
#: Orders that only a disruption brings are numbered from here, a thousand a disruption.
FIRST_EXTRA_NUMBER = 950_000
EXTRA_NUMBERS_EACH = 1_000


def order_id(serial: int) -> OrderId:
    """The order that came in as the ``serial``-th by the ordinary demand."""
    return OrderId(f"SO-{FIRST_ORDER_NUMBER + serial}")


def extra_order_id(disruption_number: int, serial: int) -> OrderId:
    """An order that exists only because of a disruption."""
    return OrderId(f"SO-{FIRST_EXTRA_NUMBER + disruption_number * EXTRA_NUMBERS_EACH + serial}")


def repeated_order_id(original: OrderId, times: int = 1) -> OrderId:
    """A second entry of an order that is there already."""
    return OrderId(f"{original}R{times}")


def line_id(order: OrderId, position: int) -> LineId:
    """A line of an order."""
    return LineId(f"{order}-{position}")


def allocation_id(line: LineId, node_id: NodeId, times: int) -> AllocationId:
    """The ``times``-th part of a line that ships from a node."""
    return AllocationId(_numbered(f"AL-{line[3:]}-{node_id[3:]}", times))


def shipment_id(order: OrderId, node_id: NodeId, times: int) -> ShipmentId:
    """The ``times``-th shipment of an order from a node."""
    return ShipmentId(_numbered(f"LD-{order[3:]}-{node_id[3:]}", times))


def task_id(line: LineId, shipment: ShipmentId) -> TaskId:
    """The pick of a line for a shipment."""
    return TaskId(f"PT-{shipment[3:]}-{line.rpartition('-')[2]}")


def booking_id(shipment: ShipmentId, times: int) -> BookingId:
    """The ``times``-th tender of a shipment."""
    return BookingId(f"BK-{shipment[3:]}-{times}")


def milestone_id(shipment: ShipmentId, times: int) -> MilestoneId:
    """The ``times``-th thing that happened to a shipment."""
    return MilestoneId(f"MS-{shipment[3:]}-{times}")


def invoice_id(shipment: ShipmentId, times: int = 1) -> InvoiceId:
    """The ``times``-th invoice of a shipment; a letter, for shipments are numbered already."""
    return InvoiceId(f"IN-{shipment[3:]}" if times == 1 else f"IN-{shipment[3:]}{chr(ord('A') + times - 1)}")


def pod_id(shipment: ShipmentId) -> PodId:
    """The signed receipt of a shipment."""
    return PodId(f"PD-{shipment[3:]}")


def rma_id(line: LineId, shipment: ShipmentId) -> RmaId:
    """The return of a line that came with a shipment."""
    return RmaId(f"RM-{shipment[3:]}-{line.rpartition('-')[2]}")


def supply_id(item_id: ItemId, node_id: NodeId, times: int) -> SupplyId:
    """The ``times``-th purchase of an item for a node."""
    return SupplyId(f"PO-{item_id[3:]}{node_id[3:]}{times:02d}-1")


def transfer_id(item_id: ItemId, node_id: NodeId, times: int) -> SupplyId:
    """A transfer of an item to a node, numbered with its purchases."""
    return SupplyId(f"TO-{item_id[3:]}{node_id[3:]}{times:02d}-1")


def lot_id(item_id: ItemId, node_id: NodeId, times: int) -> LotId:
    """The ``times``-th lot of an item at a node."""
    return LotId(f"LT-{item_id[3:]}-{node_id[3:]}-{times}")


def count_id(item_id: ItemId, node_id: NodeId, times: int) -> CountId:
    """The ``times``-th count of an item at a node."""
    return CountId(f"CC-{item_id[3:]}-{node_id[3:]}-{times}")


def event_id(name: str) -> EventId:
    """A disturbance of the network."""
    return EventId(f"RE-{name}")


def change_id(order: OrderId, times: int = 1) -> ChangeId:
    """The ``times``-th change request of an order."""
    return ChangeId(_numbered(f"OC-{order[3:]}", times))


def message_id(order: OrderId, times: int = 1) -> MessageId:
    """The ``times``-th message that brought an order."""
    return MessageId(_numbered(f"ED-{order[3:]}", times))


def _numbered(stem: str, times: int) -> str:
    return stem if times == 1 else f"{stem}-{times}"
