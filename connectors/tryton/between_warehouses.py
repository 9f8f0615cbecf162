"""Internal shipments between warehouses as inbound supply of the one they go to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from connectors.tryton import keys
from connectors.tryton.reading import Batch, Reader
from connectors.tryton.reference import Reference
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, moment, number, optional_day, optional_text, reference, text, whole
from domain.ids import ItemId, NodeId, SupplyId
from domain.inventory import InboundSupply, SupplyKind

_INTERNAL = "stock.shipment.internal"


def way_of(shipment: Row, reference_data: Reference) -> tuple[int, int] | None:
    """From which warehouse to which; ``None`` where goods stay in theirs, or leave no warehouse."""
    start = reference_data.warehouse_of.get(link(shipment, "from_location"))
    end = reference_data.warehouse_of.get(link(shipment, "to_location"))
    return None if start is None or end is None or start == end else (start, end)


def transfer(
    shipment: Row, way: tuple[int, int], product: int, moves: Sequence[Row], reference_data: Reference
) -> InboundSupply:
    """What an internal shipment brings of one item; without a planned day it is due the day it was made."""
    due = optional_day(shipment, "planned_date") or moment(shipment, "create_date").date()
    arrived = optional_day(shipment, "effective_date") if shipment["state"] == "done" else None
    units = [(whole(number(move, "internal_quantity"), "quantity"), text(move, "state")) for move in moves]
    return InboundSupply(
        supply_id=SupplyId(keys.key(keys.TRANSFER, link(shipment, "id"), product)),
        number=optional_text(shipment, "number") or f"draft {link(shipment, 'id')}",
        kind=SupplyKind.TRANSFER,
        item_id=ItemId(keys.key(keys.ITEM, product)),
        node_id=NodeId(keys.key(keys.WAREHOUSE, way[1])),
        origin_node_id=NodeId(keys.key(keys.WAREHOUSE, way[0])),
        ordered_quantity=sum(quantity for quantity, _ in units),
        received_quantity=sum(quantity for quantity, state in units if state == "done"),
        due_at=reference_data.end_of(due),
        eta_at=reference_data.end_of(arrived or due),
        cancelled=shipment["state"] == "cancelled",
    )


def transfers(reader: Reader, roots: dict[int, int]) -> Batch:
    """What internal shipments bring to other warehouses, a record an item."""
    batch = Batch()
    rows = reader.rows(_INTERNAL, roots)
    arriving = _arriving(reader, rows)
    for (each, product), moves in sorted(arriving.items()):
        way = way_of(rows[each], reader.reference_data)
        if way is not None:
            key = (keys.key(keys.TRANSFER, each, product), rows[each], roots[each])
            reader.keep(batch, key, transfer, rows[each], way, product, moves, reader.reference_data)
    return batch


def transfer_ids(reader: Reader) -> frozenset[str]:
    """All such supply there is now."""
    rows = {link(row, "id"): row for row in reader.found(_INTERNAL, [])}
    return frozenset(keys.key(keys.TRANSFER, each, product) for each, product in _arriving(reader, rows))


def _arriving(reader: Reader, rows: dict[int, Row]) -> dict[tuple[int, int], list[Row]]:
    """The moves into the warehouse a shipment goes to, by shipment and item: goods may rest in transit."""
    data = reader.reference_data
    ways = {each: way for each, row in rows.items() if (way := way_of(row, data)) is not None}
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    if ways:
        targets = [f"{_INTERNAL},{each}" for each in sorted(ways)]
        for move in reader.found("stock.move", [["shipment", "in", targets]]):
            target = reference(move, "shipment")
            each = target[1] if target is not None else 0
            ends = [data.warehouse_of.get(link(move, name)) for name in ("from_location", "to_location")]
            if each in ways and ends[1] == ways[each][1] and ends[0] != ends[1]:
                found[each, link(move, "product")].append(move)
    return found
