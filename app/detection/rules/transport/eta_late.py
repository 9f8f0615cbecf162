"""TR-ETA-LATE: a shipment is expected after the end of its delivery window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import days_between, impact_of, severity_of
from app.detection.phrasing import day_words, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    NOT_DEPARTED,
    SHIPMENT_MONEY_WAKES,
    last_moment_avoidable_bp,
    orders_of,
    origin_of,
    said_of,
    shipment_losses,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_ETA_LATE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_SQL = with_shipments("""
SELECT s.id AS entity_id,
       (SELECT m.code FROM milestone m WHERE m.shipment_id = s.id AND @counts
         ORDER BY m.happened_at DESC, m.id DESC LIMIT 1) AS last_milestone, @columns
  FROM (SELECT id FROM shipment INDEXED BY det_shipment_late
         WHERE {scope:id} AND deleted_at IS NULL AND status @open AND eta_at > window_end_at) h
  CROSS JOIN shipment s ON s.id = h.id
  @joins
 WHERE {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    days = days_between(head.window_end_at, head.eta_at)
    losses = shipment_losses(rows, moment, days=days)
    impact = impact_of(
        losses,
        effort_minutes=TR_ETA_LATE.effort_minutes,
        avoidable_bp=last_moment_avoidable_bp(head, moment),
        assumed=() if head.tier is not None else ("customer_terms",),
    )
    here = head.status in NOT_DEPARTED
    carrier = head.scac or "no carrier"
    remedy = "It has not left yet and can be rebooked." if here else "It is already on its way."
    said = said_of(head)
    return Finding(
        case_type=TR_ETA_LATE,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} {days} d late with {carrier}",
        consequence=(
            f"{head.shipment_number} of {whose(head)} from {origin_of(head)} arrives "
            f"{day_words(head.eta_at)}, after its window ends {day_words(head.window_end_at)}. {remedy}"
        ),
        impact=impact,
        losses=tuple((part.key, part.loss_cents) for part in losses),
        severity=severity_of(
            impact.loss_cents, head.window_end_at, moment.hour_ms, moment.policy, tier=head.tier
        ),
        correlation_key=f"late:{head.scac or head.origin_node_id}",
        evidence=(
            fact("eta_at", iso(head.eta_at), **said),
            fact("window_end_at", iso(head.window_end_at), **said),
            fact("scac", carrier, **said),
            fact("service", head.service_name or "unknown", **said),
            fact("status", head.status, **said),
            fact("last_milestone", head.last_milestone or "none", **said),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        responsible_at=from_ms(head.planned_pickup_at) if here else None,
        sources=sources_of(rows),
        about=way_of(head),
    )


RULE = Rule(
    case_type=TR_ETA_LATE,
    sql=_SQL,
    wakes=("shipment>shipment", "milestone>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_late ON shipment (id) WHERE deleted_at IS NULL"
            " AND status IN ('planned', 'booked', 'packed', 'in_transit') AND eta_at > window_end_at"
        ),
    ),
)
