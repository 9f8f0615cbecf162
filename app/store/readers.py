"""Targeted reads of the facts, for remedies, screens and the executor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from app.store.apply import CHUNK
from app.store.instants import from_ms, to_ms
from app.store.rows import record_of
from app.store.schema import CHILD_TABLES, TABLES
from app.store.schema_pegs import PEG_SHORT
from app.store.values import NodeStock, ShortLine
from domain.commands import ExpectedVersion
from domain.errors import BadInputError
from domain.ids import AllocationId, CaseId, ItemId, NodeId, PositionId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.ids import EntityKind, EntityRef
    from domain.records import SourceRecord

#: An item at a node with what of it is spoken for; a WHERE on ``p`` follows.
STOCK_ROWS = """
SELECT p.id, p.item_id, p.node_id, p.on_hand_quantity, p.safety_stock_quantity,
  COALESCE((SELECT SUM(a.quantity)
     FROM allocation a
     JOIN order_line l ON l.id = a.line_id AND l.deleted_at IS NULL
     JOIN sales_order o ON o.id = l.order_id AND o.deleted_at IS NULL
    WHERE a.item_id = p.item_id AND a.node_id = p.node_id AND a.deleted_at IS NULL
      AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
      AND (a.status = 'reserved' AND o.status IN ('entered', 'confirmed', 'released')
           OR o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold')), 0)
  + COALESCE((SELECT SUM(MAX(0, l.ordered_quantity - l.shipped_quantity
              - COALESCE((SELECT SUM(a.quantity) FROM allocation a
                           WHERE a.line_id = l.id AND a.deleted_at IS NULL), 0)))
     FROM order_line l
     JOIN sales_order o ON o.id = l.order_id AND o.deleted_at IS NULL
    WHERE l.item_id = p.item_id AND COALESCE(l.node_id, o.ship_from_node_id) = p.node_id
      AND l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
      AND o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold'), 0) AS committed
  FROM inventory_position p
"""
_STOCK = text(STOCK_ROWS + " WHERE p.item_id = :item AND p.deleted_at IS NULL ORDER BY p.node_id")

_SHORT = text("""
SELECT s.line_id, s.node_id, s.demand_quantity, s.short_quantity,
       (SELECT e.case_id FROM exception_case e
         WHERE e.entity_kind = 'order_line' AND e.entity_id = s.line_id
           AND e.code IN ('AL-SHORT', 'AL-IMBALANCE') AND e.closed_at IS NULL LIMIT 1) AS case_id,
       (SELECT group_concat(a.id, char(10)) FROM allocation a
         WHERE a.line_id = s.line_id AND a.node_id = s.node_id AND a.deleted_at IS NULL) AS allocations
  FROM peg_short s
 WHERE s.item_id = :item OR s.line_id = :line
 ORDER BY s.line_id, s.node_id
""")

_DAY_SHIPMENTS = text("""
SELECT id FROM shipment
 WHERE origin_node_id = :node AND planned_pickup_at >= :start AND planned_pickup_at < :end
   AND deleted_at IS NULL AND status <> 'cancelled'
 ORDER BY planned_pickup_at, id
""")


def one_record(connection: Connection, ref: EntityRef) -> SourceRecord | None:
    """The record meant; ``None`` if it is not (or no longer) known."""
    found = records(connection, ref.kind, {"id": [ref.entity_id]})
    return found[0] if found else None


def records(
    connection: Connection, kind: EntityKind, wanted: Mapping[str, Sequence[Any]]
) -> list[SourceRecord]:
    """The live records of a kind whose columns have one of the wanted values, by id.

    Raises:
        BadInputError: the kind is not kept, or has no such column.
    """
    table = _table(kind)
    query = select(table).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
    for column, values in wanted.items():
        if column not in table.c:
            raise BadInputError(what=f"{kind} has no column {column}.", remedy="Look at app/store/schema.py.")
        query = query.where(table.c[column].in_(list(values)))
    rows = connection.execute(query).mappings().all()
    children = _children(connection, kind, [row["id"] for row in rows])
    return [record_of(kind, dict(row), children.get(row["id"], [])) for row in rows]


def _children(
    connection: Connection, kind: EntityKind, ids: Sequence[str]
) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    if kind not in CHILD_TABLES:
        return found
    table, parent = CHILD_TABLES[kind]
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        query = select(table).where(table.c[parent].in_(part)).order_by(table.c[parent], table.c.ordinal)
        for row in connection.execute(query).mappings():
            found.setdefault(row[parent], []).append(dict(row))
    return found


def expected_version(connection: Connection, ref: EntityRef) -> ExpectedVersion | None:
    """The record as it is now, as a decision names it; ``None`` if it is not (or no longer) known."""
    c = _table(ref.kind).c
    query = select(c.version, c.fields_sha256).where(c.id == ref.entity_id, c.deleted_at.is_(None))
    row = connection.execute(query).one_or_none()
    return (
        None
        if row is None
        else ExpectedVersion(ref=ref, version=row.version, fields_sha256=row.fields_sha256)
    )


def stock_of(connection: Connection, item_id: ItemId) -> list[NodeStock]:
    """An item at every node that has a position of it, with what of it is spoken for."""
    return [
        NodeStock(
            node_id=NodeId(row.node_id),
            position_id=PositionId(row.id),
            on_hand_quantity=row.on_hand_quantity,
            safety_stock_quantity=row.safety_stock_quantity,
            committed_quantity=row.committed,
            available_quantity=max(0, row.on_hand_quantity - row.committed - row.safety_stock_quantity),
        )
        for row in connection.execute(_STOCK, {"item": item_id})
    ]


def short_lines(
    connection: Connection, *, item_id: ItemId | None = None, line_id: str | None = None
) -> list[ShortLine]:
    """The lines the last detection found short, of an item or one line, by node."""
    return [
        ShortLine(
            line_id=row.line_id,
            node_id=NodeId(row.node_id),
            open_quantity=row.demand_quantity,
            short_quantity=row.short_quantity,
            allocation_ids=tuple(AllocationId(a) for a in (row.allocations or "").split("\n") if a),
            case_id=CaseId(row.case_id),
        )
        for row in connection.execute(_SHORT, {"item": item_id, "line": line_id})
        if row.case_id is not None
    ]


def short_items(connection: Connection) -> list[ItemId]:
    """The items of which some line is short."""
    query = select(PEG_SHORT.c.item_id).distinct().order_by(PEG_SHORT.c.item_id)
    return [ItemId(item_id) for item_id in connection.execute(query).scalars()]


def shipments_leaving(
    connection: Connection, kind: EntityKind, *, node_id: NodeId, start: datetime, end: datetime
) -> list[SourceRecord]:
    """The shipments whose pickup at a node is planned within a span, by pickup."""
    span = {"node": node_id, "start": to_ms(start), "end": to_ms(end)}
    ids = list(connection.execute(_DAY_SHIPMENTS, span).scalars())
    return records(connection, kind, {"id": ids}) if ids else []


def last_detection_at(connection: Connection) -> datetime | None:
    """When detection last ran."""
    at = connection.execute(text("SELECT at FROM detection_state WHERE name = 'detected'")).scalar()
    return None if at is None else from_ms(at)


def _table(kind: EntityKind) -> Any:  # noqa: ANN401 - a table whose columns are named at run time
    table = TABLES.get(kind)
    if table is None:
        raise BadInputError(what=f"No records of kind {kind} are kept.", remedy="Ask for the cases instead.")
    return table
