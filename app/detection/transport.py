"""Rule of transport: a shipment expected after the end of its delivery window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from app.detection.finding import Finding, Moment, Rule
from app.detection.money import days_between, impact_of, line_loss, severity_of, sla_of
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.policy import BP
from app.store.instants import from_ms
from domain.catalogue.transport import TR_ETA_LATE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

_ETA_LATE = text("""
SELECT s.id AS entity_id, s.number AS shipment_number, s.order_id, s.origin_node_id, s.status, s.eta_at,
       s.window_end_at, s.scac, s.source, s.observed_at,
       v.name AS service_name, o.number, o.source AS order_source, n.name AS node_name,
       c.name AS customer_name, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents,
       c.penalty_cap_bp, c.cancel_probability_bp,
       (SELECT m.code FROM milestone m WHERE m.shipment_id = s.id AND m.deleted_at IS NULL
         ORDER BY m.happened_at DESC, m.id DESC LIMIT 1) AS last_milestone,
       b.line_id, b.quantity * COALESCE(l.unit_price_cents, i.list_price_cents, 0) AS value_cents,
       b.quantity * (COALESCE(l.unit_price_cents, i.list_price_cents, 0)
                     - COALESCE(i.landed_cost_cents, l.unit_price_cents, 0)) AS margin_cents
  FROM shipment s
  LEFT JOIN shipment_line b ON b.shipment_id = s.id
  LEFT JOIN order_line l ON l.id = b.line_id
  LEFT JOIN item i ON i.id = b.item_id
  LEFT JOIN sales_order o ON o.id = s.order_id
  LEFT JOIN customer c ON c.id = s.customer_id AND c.deleted_at IS NULL
  LEFT JOIN carrier_service v ON v.id = s.service_id
  LEFT JOIN node n ON n.id = s.origin_node_id
 WHERE s.deleted_at IS NULL AND s.status NOT IN ('delivered', 'cancelled')
   AND s.eta_at > s.window_end_at
 ORDER BY s.id, b.ordinal
""")

_STILL_HERE = frozenset({"planned", "booked", "packed"})


def _select(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_ETA_LATE).all()


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    days = days_between(head.window_end_at, head.eta_at)
    sla = sla_of(head)
    losses = [
        line_loss(
            key=row.line_id,
            value_cents=row.value_cents,
            margin_cents=row.margin_cents,
            days=days,
            sla=sla,
        )
        for row in rows
        if row.line_id is not None
    ]
    here = head.status in _STILL_HERE
    impact = impact_of(
        losses,
        effort_minutes=TR_ETA_LATE.effort_minutes,
        avoidable_bp=BP if here else moment.policy.in_transit_avoidable_bp,
        assumed=() if head.tier is not None else ("customer_terms",),
    )
    number = head.number or head.order_id
    carrier = head.scac or "no carrier"
    facts = {"source": head.source, "as_of_ms": head.observed_at}
    this = (EntityKind.SHIPMENT, head.entity_id)
    remedy = "It has not left yet and can be rebooked." if here else "It is already on its way."
    return Finding(
        case_type=TR_ETA_LATE,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} {days} d late with {carrier}",
        consequence=(
            f"{head.shipment_number} of {number} from {head.node_name or head.origin_node_id} arrives "
            f"{day_words(head.eta_at)}, after its window ends {day_words(head.window_end_at)}. {remedy}"
        ),
        impact=impact,
        losses=tuple((part.key, part.loss_cents) for part in losses),
        severity=severity_of(impact.loss_cents, head.window_end_at, moment.hour_ms, moment.policy),
        correlation_key=f"carrier:{head.scac}:{head.origin_node_id}",
        evidence=(
            fact("eta_at", iso(head.eta_at), entity=this, **facts),
            fact("window_end_at", iso(head.window_end_at), entity=this, **facts),
            fact("scac", carrier, **facts),
            fact("service", head.service_name or "unknown", **facts),
            fact("status", head.status, entity=this, **facts),
            fact("last_milestone", head.last_milestone or "none", entity=this, **facts),
        ),
        order_ids=(head.order_id,),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        sources=distinct([head.source, head.order_source]),
    )


ETA_LATE_RULE = Rule(
    case_type=TR_ETA_LATE,
    reads=frozenset(
        {
            EntityKind.SHIPMENT,
            EntityKind.MILESTONE,
            EntityKind.CARRIER_SERVICE,
            EntityKind.ORDER_LINE,
            EntityKind.SALES_ORDER,
            EntityKind.CUSTOMER,
            EntityKind.ITEM,
        }
    ),
    select=_select,
    assess=_assess,
)
