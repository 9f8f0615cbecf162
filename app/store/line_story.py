"""The story of every line of an order, stage by stage across systems, in one query by keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from app.store.instants import from_ms_or_none
from domain.ids import CaseId, LineId, OrderId, SourceName

if TYPE_CHECKING:
    from collections.abc import Sequence


class LineStage(StrEnum):
    """The stages a line goes through, in order."""

    ORDER = "order"
    SUPPLY = "supply"
    PICK = "pick"
    SHIPMENT = "shipment"
    POD = "pod"
    INVOICE = "invoice"


class StageLight(StrEnum):
    """How a stage stands: green is done in full, red has an open case, grey has not begun."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOfLine:
    """One stage of one line: units through it of the units it is about, when, by whom it is known.

    ``at`` is when the stage was or will be reached; ``case_ids`` are the open cases that make it red.
    """

    line_id: LineId
    position: int
    sku: str
    stage: LineStage
    light: StageLight
    quantity: int
    of_quantity: int
    at: datetime | None
    detail: str
    source: SourceName | None
    case_ids: tuple[CaseId, ...]


_STORY = text("""
WITH line AS MATERIALIZED (
  SELECT l.id, l.position, l.item_id, l.ordered_quantity AS wanted, l.cancelled, l.promised_at, l.source,
         o.status, o.ordered_at, COALESCE(i.sku, l.item_id) AS sku
    FROM order_line l
    JOIN sales_order o ON o.id = l.order_id
    LEFT JOIN item i ON i.id = l.item_id
   WHERE l.order_id = :order_id AND l.deleted_at IS NULL),
trouble AS MATERIALIZED (
  SELECT x.loss_key AS line_id, substr(e.code, 1, 2) AS family, e.code, e.case_id
    FROM line CROSS JOIN case_loss x ON x.loss_key = line.id
    CROSS JOIN exception_case e ON e.case_id = x.case_id
   WHERE e.closed_at IS NULL AND e.state <> 'suspended'),
stage AS (
  SELECT id AS line_id, 1 AS place, 'order' AS stage, wanted AS quantity, wanted AS of_quantity,
         ordered_at AS at, CASE cancelled WHEN 1 THEN 'cancelled' ELSE status END AS detail, source
    FROM line
  UNION ALL
  SELECT line.id, 2, 'supply',
         line.wanted - COALESCE((SELECT SUM(p.short_quantity) FROM peg_short p WHERE p.line_id = line.id), 0),
         line.wanted,
         (SELECT MAX(p.next_eta_at) FROM peg_short p WHERE p.line_id = line.id),
         COALESCE((SELECT 'waits for ' || group_concat(DISTINCT s.number)
                     FROM peg_late g JOIN inbound_supply s ON s.id = g.supply_id WHERE g.line_id = line.id),
                  (SELECT group_concat(DISTINCT a.status || ' at ' || a.node_id) FROM allocation a
                    WHERE a.line_id = line.id AND a.deleted_at IS NULL), 'not allocated'),
         (SELECT MIN(a.source) FROM allocation a WHERE a.line_id = line.id AND a.deleted_at IS NULL)
    FROM line
  UNION ALL
  SELECT line.id, 3, 'pick', COALESCE(SUM(t.picked_quantity), 0),
         line.wanted, MAX(t.updated_at),
         COALESCE(group_concat(DISTINCT t.status || ' in ' || t.bin_code), 'not released'), MIN(t.source)
    FROM line
    LEFT JOIN pick_task t ON t.line_id = line.id AND t.deleted_at IS NULL AND t.status <> 'cancelled'
   GROUP BY line.id
  UNION ALL
  SELECT line.id, 4, 'shipment',
         COALESCE(SUM(CASE WHEN s.status IN ('in_transit', 'delivered') THEN b.quantity END), 0),
         line.wanted, MAX(COALESCE(s.shipped_at, s.planned_pickup_at)),
         COALESCE(group_concat(DISTINCT s.number || ' ' || s.status), 'not planned'), MIN(s.source)
    FROM line
    LEFT JOIN shipment_line b ON b.line_id = line.id
    LEFT JOIN shipment s ON s.id = b.shipment_id AND s.deleted_at IS NULL AND s.status <> 'cancelled'
   GROUP BY line.id
  UNION ALL
  SELECT line.id, 5, 'pod',
         COALESCE(SUM(CASE WHEN p.id IS NOT NULL AND d.condition = 'good' THEN d.delivered_quantity END), 0),
         line.wanted, MAX(p.delivered_at),
         COALESCE(group_concat(DISTINCT 'signed by ' || p.signed_by), 'not signed'), MIN(p.source)
    FROM line
    LEFT JOIN shipment_line b ON b.line_id = line.id
    LEFT JOIN proof_of_delivery p ON p.shipment_id = b.shipment_id AND p.deleted_at IS NULL
    LEFT JOIN pod_line d ON d.pod_id = p.id AND d.line_id = line.id
   GROUP BY line.id
  UNION ALL
  SELECT line.id, 6, 'invoice',
         COALESCE(SUM(CASE WHEN v.status IN ('posted', 'paid') THEN v.quantity END), 0),
         line.wanted, MAX(v.issued_at),
         COALESCE(group_concat(DISTINCT v.number || ' ' || v.status), 'not billed'), MIN(v.source)
    FROM line
    LEFT JOIN (SELECT b.line_id, b.quantity - b.credited_quantity AS quantity, i.status, i.issued_at,
                      i.number, i.source
                 FROM invoice i JOIN invoice_line b ON b.invoice_id = i.id
                WHERE i.order_id = :order_id AND i.deleted_at IS NULL AND i.status <> 'cancelled') v
      ON v.line_id = line.id
   GROUP BY line.id)
SELECT line.id AS line_id, line.position, line.sku, stage.stage, stage.quantity, stage.of_quantity,
       stage.at, stage.detail, stage.source,
       (SELECT group_concat(t.case_id) FROM trouble t
         WHERE t.line_id = line.id AND stage.stage = CASE
               WHEN t.family = 'OE' THEN 'order' WHEN t.family = 'AL' THEN 'supply'
               WHEN t.family = 'WH' THEN 'pick' WHEN t.family = 'TR' THEN 'shipment'
               WHEN t.code LIKE 'IN-POD%' THEN 'pod' WHEN t.family IN ('IN', 'RT') THEN 'invoice'
               ELSE 'order' END) AS case_ids
  FROM line JOIN stage ON stage.line_id = line.id
 ORDER BY line.position, line.id, stage.place
""")


def line_stories(connection: Connection, order_id: OrderId) -> list[StageOfLine]:
    """Six stages for every line of the order, in the order of its lines; empty if there is no such order."""
    return [
        StageOfLine(
            line_id=LineId(row.line_id),
            position=row.position,
            sku=row.sku,
            stage=LineStage(row.stage),
            light=_light(row.case_ids, row.quantity, row.of_quantity),
            quantity=row.quantity,
            of_quantity=row.of_quantity,
            at=from_ms_or_none(row.at),
            detail=row.detail,
            source=SourceName(row.source) if row.source else None,
            case_ids=_ids(row.case_ids),
        )
        for row in connection.execute(_STORY, {"order_id": order_id})
    ]


def _light(case_ids: str | None, quantity: int, of_quantity: int) -> StageLight:
    if case_ids:
        return StageLight.RED
    if quantity >= of_quantity:
        return StageLight.GREEN
    return StageLight.AMBER if quantity > 0 else StageLight.GREY


def _ids(case_ids: str | None) -> tuple[CaseId, ...]:
    found: Sequence[str] = case_ids.split(",") if case_ids else ()
    return tuple(CaseId(case_id) for case_id in sorted(set(found)))
