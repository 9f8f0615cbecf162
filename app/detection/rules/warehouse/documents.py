"""WH-LABEL: labels or documents of a shipment could not be made, and it has not left yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import LineLoss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import clock_words, node_ref
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_LABEL
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_SQL = """
SELECT s.id AS entity_id, s.number AS shipment_number, s.order_id, s.origin_node_id, s.document_status,
       s.document_error, s.planned_pickup_at, s.scac, s.source, s.observed_at, o.number,
       o.source AS order_source, n.name AS node_name, c.name AS customer_name, c.tier,
       COALESCE(c.routing_chargeback_cents, 0) AS chargeback_cents,
       (SELECT b.line_id FROM shipment_line b WHERE b.shipment_id = s.id ORDER BY b.ordinal LIMIT 1)
       AS line_id
  FROM (SELECT id FROM shipment INDEXED BY det_shipment_unlabelled
         WHERE {scope:id} AND deleted_at IS NULL AND document_status = 'failed'
           AND status IN ('planned', 'booked', 'packed')) h
  CROSS JOIN shipment s ON s.id = h.id
  LEFT JOIN sales_order o ON o.id = s.order_id
  LEFT JOIN customer c ON c.id = s.customer_id AND c.deleted_at IS NULL
  LEFT JOIN node n ON n.id = s.origin_node_id
 WHERE {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    rework = rework_cents_of(WH_LABEL.effort_minutes, moment.policy)
    losses = [_chargeback(row)] if row.line_id is not None and row.chargeback_cents else []
    impact = impact_of(losses, effort_minutes=WH_LABEL.effort_minutes, rework_cents=rework)
    number = row.number or row.order_id
    where = row.node_name or row.origin_node_id
    charge = f", and {money_words(row.chargeback_cents)} are charged back" if row.chargeback_cents else ""
    error = row.document_error or "unknown error"
    shipment = {
        "source": row.source,
        "as_of_ms": row.observed_at,
        "entity": (EntityKind.SHIPMENT, row.entity_id),
    }
    return Finding(
        case_type=WH_LABEL,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=row.entity_id),
        title=f"{row.shipment_number} has no label at {where}",
        consequence=(
            f"Labels or documents of {row.shipment_number} ({number}) failed at {where}: {error}. Without "
            f"them it cannot leave with the pickup at {clock_words(row.planned_pickup_at)}{charge}."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{row.entity_id}", rework)),
        severity=severity_of(
            impact.loss_cents, row.planned_pickup_at, moment.hour_ms, moment.policy, tier=row.tier
        ),
        correlation_key=f"label:{row.origin_node_id}",
        evidence=(
            fact("document_status", row.document_status, **shipment),
            fact("document_error", error, **shipment),
            fact("planned_pickup_at", iso(row.planned_pickup_at), **shipment),
            fact("chargeback_cents", row.chargeback_cents, unit="cents", source=row.order_source),
        ),
        order_ids=(row.order_id,),
        node_id=row.origin_node_id,
        breach_at=from_ms(row.planned_pickup_at),
        responsible_at=from_ms(row.planned_pickup_at),
        sources=distinct([row.source, row.order_source]),
        about=(node_ref(row.origin_node_id),),
    )


def _chargeback(row: Row[Any]) -> LineLoss:
    """What the customer's routing guide charges for goods without proper papers, on the first line."""
    return LineLoss(
        key=row.line_id,
        penalty_cents=row.chargeback_cents,
        margin_cents=0,
        low_cents=0,
        high_cents=row.chargeback_cents,
    )


RULE = Rule(
    case_type=WH_LABEL,
    sql=_SQL,
    wakes=("shipment>shipment", "sales_order>shipment", "customer>shipment", "node>shipment"),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_unlabelled ON shipment (id) WHERE deleted_at IS NULL"
            " AND document_status = 'failed' AND status IN ('planned', 'booked', 'packed')"
        ),
    ),
)
