"""TR-PICKUP: the planned pickup is past by the grace and nothing says that it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    HERE_INDEX,
    PICKUP_INDEX,
    SHIPMENT_MONEY_WAKES,
    delayed_losses,
    orders_of,
    origin_of,
    said_of,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_PICKUP
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_SQL = with_shipments("""
SELECT s.id AS entity_id, @columns
  FROM (SELECT id FROM shipment INDEXED BY det_shipment_here
         WHERE {scope:id} AND deleted_at IS NULL AND status @here
           AND planned_pickup_at + {setting:pickup_grace_minutes} * 60000 <= :now) h
  CROSS JOIN shipment s ON s.id = h.id
  @joins
 WHERE {runs(node=s.origin_node_id, customer=s.customer_id)}
   AND NOT EXISTS (SELECT 1 FROM milestone m WHERE m.shipment_id = s.id AND @counts AND @meaning <> 'other')
 ORDER BY s.id, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    losses = delayed_losses(
        rows, moment, from_ms=head.planned_pickup_at, hours=policy.setting("pickup_delay_hours")
    )
    rework = rework_cents_of(TR_PICKUP.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=TR_PICKUP.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    carrier = head.scac or "No carrier"
    overdue = max(0, moment.hour_ms - head.planned_pickup_at) // 60_000
    said = said_of(head)
    return Finding(
        case_type=TR_PICKUP,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} not picked up by {carrier}",
        consequence=(
            f"{carrier} has not picked up {head.shipment_number} of {whose(head)} at {origin_of(head)}, "
            f"planned for {iso(head.planned_pickup_at)[:16]}Z. Its window ends "
            f"{iso(head.window_end_at)[:16]}Z; call the carrier or book another pickup."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"pickup:{head.scac or head.origin_node_id}",
        evidence=(
            fact("planned_pickup_at", iso(head.planned_pickup_at), **said),
            fact("overdue_minutes", overdue, unit="minutes", **said),
            fact("scac", carrier, **said),
            fact("status", head.status, **said),
            fact("last_milestone", "none", **said),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        sources=sources_of(rows),
        about=way_of(head),
    )


RULE = Rule(
    case_type=TR_PICKUP,
    sql=_SQL,
    wakes=("shipment>shipment", "milestone>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    compares=True,
    flips=(
        (
            "SELECT id FROM shipment INDEXED BY det_shipment_pickup"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
            " AND planned_pickup_at > :earlier - {setting:pickup_grace_minutes} * 60000"
            " AND planned_pickup_at <= :later - {setting:pickup_grace_minutes} * 60000"
        ),
    ),
    indexes=(
        HERE_INDEX,
        PICKUP_INDEX,
    ),
)
