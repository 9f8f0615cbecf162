"""TR-ROUTE: an event on the road is on, and open shipments start or go where it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    best_tier,
    orders_of,
    shipment_losses,
    sources_of,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_ROUTE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# A shipment meets an event when it starts at one of its nodes or goes to one of its zones, unless it is
# picked up only after the end.
_SQL = with_shipments("""
WITH now_on AS MATERIALIZED (
  SELECT e.id, e.node_ids, e.zone_ids, COALESCE(e.ends_at, 9223372036854775807) AS until
    FROM route_event e
   WHERE {scope:e.id} AND e.deleted_at IS NULL AND e.starts_at <= :now
     AND (e.ends_at IS NULL OR e.ends_at > :now)),
met AS MATERIALIZED (
  SELECT e.id AS event_id, s.id AS met_id
    FROM now_on e CROSS JOIN json_each(e.node_ids) j
   CROSS JOIN shipment s INDEXED BY det_shipment_origin ON s.origin_node_id = j.value
   WHERE s.deleted_at IS NULL AND s.status @open AND s.planned_pickup_at < e.until
  UNION
  SELECT e.id, s.id
    FROM now_on e CROSS JOIN json_each(e.zone_ids) j
   CROSS JOIN shipment s INDEXED BY det_shipment_zone ON s.zone_id = j.value
   WHERE s.deleted_at IS NULL AND s.status @open AND s.planned_pickup_at < e.until)
SELECT x.event_id AS entity_id, e.title AS event_title, e.reason_code AS event_reason, e.starts_at, e.ends_at,
       e.node_ids, e.zone_ids, e.source AS event_source, e.observed_at AS event_seen_at, @columns
  FROM met x
  CROSS JOIN route_event e ON e.id = x.event_id
  CROSS JOIN shipment s ON s.id = x.met_id
  @joins
 WHERE {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY x.event_id, s.window_end_at, s.id, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    losses = shipment_losses(rows, moment, days=1, probability_bp=policy.setting("route_late_bp"))
    rework = rework_cents_of(TR_ROUTE.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=TR_ROUTE.effort_minutes,
        avoidable_bp=policy.setting("in_transit_avoidable_bp"),
        rework_cents=rework,
        assumed=("probability", "days_late"),
    )
    shipments = distinct([row.shipment_id for row in rows])
    orders = orders_of(rows)
    nodes, zones = json.loads(head.node_ids), json.loads(head.zone_ids)
    until = "its end is not known" if head.ends_at is None else f"it lasts until {iso(head.ends_at)[:16]}Z"
    event = {
        "source": head.event_source,
        "as_of_ms": head.event_seen_at,
        "entity": (EntityKind.ROUTE_EVENT, head.entity_id),
    }
    return Finding(
        case_type=TR_ROUTE,
        entity=EntityRef(kind=EntityKind.ROUTE_EVENT, entity_id=head.entity_id),
        title=f"{head.event_title} on the way of {len(shipments)} shipments",
        consequence=(
            f"{head.event_title} ({head.event_reason}) at {', '.join([*nodes, *zones])}: {len(shipments)} "
            f"open shipments of {len(orders)} orders meet it and {until}. Route around it or promise new "
            "dates."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"route_event/{head.entity_id}", rework)),
        severity=severity_of(
            impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=best_tier(rows)
        ),
        correlation_key=f"event:{head.entity_id}",
        evidence=(
            fact("reason_code", head.event_reason, **event),
            fact("starts_at", iso(head.starts_at), **event),
            fact("ends_at", "unknown" if head.ends_at is None else iso(head.ends_at), **event),
            fact("shipments", len(shipments), unit="shipments", **event),
            fact("places", ", ".join([*nodes, *zones]), **event),
        ),
        order_ids=orders,
        breach_at=from_ms(head.window_end_at),
        sources=distinct([head.event_source, *sources_of(rows)]),
        about=_places(rows),
    )


def _places(rows: Sequence[Row[Any]]) -> tuple[EntityRef, ...]:
    """The nodes of the event and the lanes of the shipments that meet it, by which their cases find it."""
    lanes = distinct([f"{row.origin_node_id}|{row.zone_id}" if row.zone_id else None for row in rows])
    return (
        *(EntityRef(kind=EntityKind.LANE, entity_id=lane) for lane in lanes),
        *(EntityRef(kind=EntityKind.NODE, entity_id=node) for node in json.loads(rows[0].node_ids)),
    )


RULE = Rule(
    case_type=TR_ROUTE,
    sql=_SQL,
    wakes=("route_event>event", "shipment>event"),
    assess=_assess,
    flips=(
        "SELECT id FROM route_event WHERE starts_at > :earlier AND starts_at <= :later",
        "SELECT id FROM route_event WHERE ends_at > :earlier AND ends_at <= :later",
    ),
    indexes=(
        "CREATE INDEX IF NOT EXISTS det_event_start ON route_event (starts_at)",
        "CREATE INDEX IF NOT EXISTS det_event_end ON route_event (ends_at)",
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_origin ON shipment (origin_node_id, planned_pickup_at)"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed', 'in_transit')"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_zone ON shipment (zone_id, planned_pickup_at)"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed', 'in_transit')"
        ),
    ),
)
