"""Tryton's orders, stock and billing as the tower's values: pure, row in, value out.

Every function raises ``BadValueError`` naming the field when a row lacks something or cannot be true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from connectors.tryton import keys
from connectors.tryton.reference import Reference
from connectors.tryton.tagged import Row
from connectors.tryton.values import (
    link,
    links,
    moment,
    number,
    optional_cents,
    optional_day,
    optional_link,
    optional_text,
    reference,
    text,
    to_cents,
    whole,
)
from domain.billing import Invoice, InvoiceLine, InvoiceStatus
from domain.errors import BadValueError
from domain.ids import (
    AllocationId,
    CustomerId,
    InvoiceId,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    PositionId,
    ServiceId,
    ShipmentId,
    SupplyId,
)
from domain.inventory import Allocation, AllocationStatus, InboundSupply, InventoryPosition, SupplyKind
from domain.orders import CreditStatus, OrderLine, OrderStatus, SalesOrder, ShipTo
from domain.transport import Shipment, ShipmentLine, ShipmentStatus

S = TypeVar("S")

_ORDER_STATUS = {
    "draft": OrderStatus.ENTERED,
    "quotation": OrderStatus.ENTERED,
    "confirmed": OrderStatus.CONFIRMED,
    "processing": OrderStatus.RELEASED,
    "done": OrderStatus.INVOICED,
    "cancelled": OrderStatus.CANCELLED,
}
_SHIPMENT_STATUS = {
    "draft": ShipmentStatus.PLANNED,
    "waiting": ShipmentStatus.PLANNED,
    "assigned": ShipmentStatus.BOOKED,
    "picked": ShipmentStatus.BOOKED,
    "packed": ShipmentStatus.PACKED,
    "shipped": ShipmentStatus.IN_TRANSIT,
    "done": ShipmentStatus.DELIVERED,
    "cancelled": ShipmentStatus.CANCELLED,
}
_INVOICE_STATUS = {
    "draft": InvoiceStatus.DRAFT,
    "validated": InvoiceStatus.DRAFT,
    "posted": InvoiceStatus.POSTED,
    "paid": InvoiceStatus.PAID,
    "cancelled": InvoiceStatus.CANCELLED,
}
_OPEN_MOVE = frozenset({"staging", "draft", "assigned"})
_TAKEN_MOVE = frozenset({"assigned", "done"})


def _known(table: dict[str, S], row: Row, field: str) -> S:
    state = text(row, field)
    if state not in table:
        raise BadValueError(
            what=f"{field} of record {row.get('id')} is {state!r}, which is no known state.",
            remedy="This tower knows Tryton 8.2; check the server's version.",
        )
    return table[state]


def _requested_day(sale: Row) -> date:
    """The shipping date asked for; without one, the day of the order."""
    wanted = optional_day(sale, "shipping_date") or optional_day(sale, "sale_date")
    return wanted or moment(sale, "create_date").date()


def order_times(sale: Row, reference_data: Reference) -> tuple[datetime, datetime]:
    """(requested, promised): Tryton keeps a shipping date, the promise is the usual transit later."""
    day = _requested_day(sale)
    transit = timedelta(days=reference_data.settings.promise_transit_days)
    return reference_data.end_of(day), reference_data.end_of(day + transit)


def sales_order(
    sale: Row, lines: Sequence[Row], address: Row | None, party: Row, reference_data: Reference
) -> SalesOrder:
    """An order; the credit hold is not a state of Tryton's, so detection compares with the limit.

    Tryton stores the total of confirmed orders only; until then it is added up from ``lines``, which is
    far quicker than having Tryton compute it.
    """
    status = _known(_ORDER_STATUS, sale, "state")
    if status is OrderStatus.RELEASED and sale.get("shipment_state") == "sent":
        status = OrderStatus.SHIPPED
    requested, promised = order_times(sale, reference_data)
    warehouse = optional_link(sale, "warehouse")
    return SalesOrder(
        order_id=OrderId(keys.key(keys.SALE, link(sale, "id"))),
        number=optional_text(sale, "number") or f"draft {link(sale, 'id')}",
        customer_id=CustomerId(keys.key(keys.PARTY, link(sale, "party"))),
        status=status,
        credit_status=CreditStatus.CLEAR,
        ordered_at=moment(sale, "create_date"),
        requested_at=requested,
        promised_at=promised,
        ship_to=_ship_to(address, party, reference_data),
        ship_from_node_id=NodeId(keys.key(keys.WAREHOUSE, warehouse)) if warehouse else None,
        channel="erp",
        currency=reference_data.currency_code.get(link(sale, "currency"), ""),
        total_cents=_total_cents(sale, lines),
    )


def _total_cents(sale: Row, lines: Sequence[Row]) -> int:
    stored = optional_cents(sale, "total_amount_cache")
    if stored is not None:
        return stored
    return sum(to_cents(number(line, "quantity") * number(line, "unit_price")) for line in lines)


def _ship_to(address: Row | None, party: Row, reference_data: Reference) -> ShipTo:
    if address is None:
        return ShipTo()
    country = optional_link(address, "country")
    return ShipTo(
        name=optional_text(address, "party_name") or optional_text(party, "name"),
        street=optional_text(address, "street"),
        postcode=optional_text(address, "postal_code"),
        city=optional_text(address, "city"),
        country=reference_data.country_code.get(country or 0, ""),
    )


def order_line(
    line: Row, sale: Row, product: Row, moves: Sequence[Row], reference_data: Reference
) -> OrderLine:
    """A line in the item's stock unit; it ships from where most of its open units are planned."""
    stock_unit = link(product, "default_uom")
    unit = optional_link(line, "unit")
    ordered = reference_data.in_stock_unit(number(line, "quantity"), unit, stock_unit)
    per_unit = reference_data.in_stock_unit(Decimal(1), unit, stock_unit)
    shipped = sum((number(m, "internal_quantity") for m in moves if m["state"] == "done"), Decimal(0))
    requested, promised = order_times(sale, reference_data)
    warehouse = _planned_warehouse(moves, reference_data) or optional_link(sale, "warehouse")
    return OrderLine(
        line_id=LineId(keys.key(keys.SALE_LINE, link(line, "id"))),
        order_id=OrderId(keys.key(keys.SALE, link(sale, "id"))),
        position=links(sale, "lines").index(link(line, "id")) + 1,
        item_id=ItemId(keys.key(keys.ITEM, link(product, "id"))),
        ordered_quantity=whole(ordered, "quantity"),
        shipped_quantity=whole(shipped, "shipped quantity"),
        unit_price_cents=to_cents(number(line, "unit_price") / per_unit),
        requested_at=requested,
        promised_at=promised,
        node_id=NodeId(keys.key(keys.WAREHOUSE, warehouse)) if warehouse else None,
        cancelled=sale.get("state") == "cancelled",
    )


def _planned_warehouse(moves: Sequence[Row], reference_data: Reference) -> int | None:
    by_warehouse: dict[int, Decimal] = {}
    for move in moves:
        warehouse = reference_data.warehouse_of.get(link(move, "from_location"))
        if move["state"] in _OPEN_MOVE and warehouse is not None:
            by_warehouse[warehouse] = by_warehouse.get(warehouse, Decimal(0)) + number(
                move, "internal_quantity"
            )
    return max(by_warehouse, key=lambda w: (by_warehouse[w], -w)) if by_warehouse else None


def position(product: Row, warehouse: int) -> InventoryPosition:
    """What lies in a warehouse, assigned units included: ``quantity`` read with that location."""
    each = link(product, "id")
    return InventoryPosition(
        position_id=PositionId(keys.key(keys.POSITION, each, warehouse)),
        item_id=ItemId(keys.key(keys.ITEM, each)),
        node_id=NodeId(keys.key(keys.WAREHOUSE, warehouse)),
        on_hand_quantity=whole(number(product, "quantity"), "quantity on hand"),
    )


def allocations(outgoing: Row, picking: Sequence[Row], reference_data: Reference) -> tuple[Allocation, ...]:
    """The two halves of an outgoing move: units reserved, and units only planned there.

    ``picking`` are its moves from storage to the output zone; without any, the move reserves itself.
    A half without units is left out.
    """
    origin = reference(outgoing, "origin")
    warehouse = reference_data.warehouse_of.get(link(outgoing, "from_location"))
    if origin is None or warehouse is None or outgoing["state"] not in _OPEN_MOVE:
        return ()
    total = number(outgoing, "internal_quantity")
    taken = (
        sum((number(m, "internal_quantity") for m in picking if m["state"] in _TAKEN_MOVE), Decimal(0))
        if picking
        else (total if outgoing["state"] == "assigned" else Decimal(0))
    )
    halves = (
        (keys.RESERVED, min(taken, total), AllocationStatus.RESERVED),
        (keys.PLANNED, max(Decimal(0), total - taken), AllocationStatus.PLANNED),
    )
    return tuple(
        Allocation(
            allocation_id=AllocationId(keys.key(keys.ALLOCATION, link(outgoing, "id"), name)),
            line_id=LineId(keys.key(keys.SALE_LINE, origin[1])),
            item_id=ItemId(keys.key(keys.ITEM, link(outgoing, "product"))),
            node_id=NodeId(keys.key(keys.WAREHOUSE, warehouse)),
            quantity=whole(quantity, "quantity"),
            status=status,
        )
        for name, quantity, status in halves
        if quantity > 0
    )


def inbound(move: Row, purchase: Row, supplier: Row, reference_data: Reference) -> InboundSupply:
    """One expected receipt; Tryton keeps the first promise in ``origin_planned_date``.

    A date that was already over when the purchase was confirmed is kept on the purchase only.
    """
    warehouse = reference_data.warehouse_of.get(link(move, "to_location"))
    if warehouse is None:
        raise BadValueError(
            what=f"Receipt {link(move, 'id')} goes to no warehouse.", remedy="Check its location in Tryton."
        )
    agreed = optional_day(purchase, "delivery_date") or moment(purchase, "create_date").date()
    due = optional_day(move, "origin_planned_date") or agreed
    expected = optional_day(move, "effective_date") or optional_day(move, "planned_date") or due
    quantity = whole(number(move, "internal_quantity"), "quantity")
    return InboundSupply(
        supply_id=SupplyId(keys.key(keys.INCOMING, link(move, "id"))),
        number=optional_text(purchase, "number") or f"draft {link(purchase, 'id')}",
        kind=SupplyKind.PURCHASE,
        item_id=ItemId(keys.key(keys.ITEM, link(move, "product"))),
        node_id=NodeId(keys.key(keys.WAREHOUSE, warehouse)),
        ordered_quantity=quantity,
        received_quantity=quantity if move["state"] == "done" else 0,
        due_at=reference_data.end_of(due),
        eta_at=reference_data.end_of(expected),
        supplier_name=optional_text(supplier, "name"),
        cancelled=move["state"] == "cancelled",
    )


def shipment(row: Row, outgoing: Sequence[Row], sale: Row, reference_data: Reference) -> Shipment:
    """A customer shipment; its ETA is the planned (or actual) day plus the carrier's transit days."""
    carrier = optional_link(row, "carrier")
    terms = reference_data.terms_of(carrier)
    leaving = optional_day(row, "effective_date") or optional_day(row, "planned_date")
    leaving = leaving or moment(row, "create_date").date()
    transit = terms.transit_days if terms else reference_data.settings.default_transit_days
    lines = [
        ShipmentLine(
            line_id=LineId(keys.key(keys.SALE_LINE, origin[1])),
            item_id=ItemId(keys.key(keys.ITEM, link(move, "product"))),
            quantity=whole(number(move, "internal_quantity"), "quantity"),
        )
        for move in outgoing
        if (origin := reference(move, "origin")) is not None and move["state"] != "cancelled"
    ]
    return Shipment(
        shipment_id=ShipmentId(keys.key(keys.SHIPMENT, link(row, "id"))),
        number=optional_text(row, "number") or f"draft {link(row, 'id')}",
        order_id=OrderId(keys.key(keys.SALE, link(sale, "id"))),
        customer_id=CustomerId(keys.key(keys.PARTY, link(row, "customer"))),
        origin_node_id=NodeId(keys.key(keys.WAREHOUSE, link(row, "warehouse"))),
        status=_known(_SHIPMENT_STATUS, row, "state"),
        planned_pickup_at=reference_data.end_of(leaving),
        window_end_at=order_times(sale, reference_data)[1],
        eta_at=reference_data.end_of(leaving + timedelta(days=transit)),
        lines=tuple(lines),
        service_id=ServiceId(keys.key(keys.CARRIER, carrier)) if carrier else None,
        scac=terms.scac if terms else "",
        freight_cost_cents=reference_data.carrier_cost_cents.get(carrier or 0, 0),
        weight_grams=sum(line.quantity for line in lines) * reference_data.settings.default_weight_grams,
    )


def invoice(
    row: Row,
    lines: Sequence[Row],
    sale_line: Row,
    shipment_id: int | None,
    credited: Mapping[int, Decimal],
) -> Invoice:
    """A customer invoice; ``lines`` are those that bill order lines, ``sale_line`` the first of these.

    ``credited`` are the units that credit notes took back, by id of the invoice's line.
    """
    issued = optional_day(row, "invoice_date")
    created = moment(row, "create_date")
    return Invoice(
        invoice_id=InvoiceId(keys.key(keys.INVOICE, link(row, "id"))),
        number=optional_text(row, "number") or f"draft {link(row, 'id')}",
        order_id=OrderId(keys.key(keys.SALE, link(sale_line, "sale"))),
        customer_id=CustomerId(keys.key(keys.PARTY, link(row, "party"))),
        shipment_id=ShipmentId(keys.key(keys.SHIPMENT, shipment_id)) if shipment_id else None,
        status=_known(_INVOICE_STATUS, row, "state"),
        issued_at=created.replace(year=issued.year, month=issued.month, day=issued.day)
        if issued
        else created,
        lines=tuple(_invoice_line(line, credited.get(link(line, "id"), Decimal(0))) for line in lines),
    )


def _invoice_line(line: Row, credited: Decimal) -> InvoiceLine:
    origin = reference(line, "origin")
    quantity = whole(number(line, "quantity"), "quantity")
    return InvoiceLine(
        line_id=LineId(keys.key(keys.SALE_LINE, origin[1] if origin else 0)),
        item_id=ItemId(keys.key(keys.ITEM, link(line, "product"))),
        quantity=quantity,
        unit_price_cents=to_cents(number(line, "unit_price")),
        # More may be given back than was billed; of the line no more than all of it is.
        credited_quantity=max(0, min(whole(credited, "credited quantity"), quantity)),
    )
