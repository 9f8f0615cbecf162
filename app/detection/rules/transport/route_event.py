"""TR-ROUTE: an event on the road is on, and open shipments start or go where it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.money import LineLoss, impact_of, rework_cents_of, severity_of
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
# picked up only after the end. Of a large event the shipments with the earliest windows are looked at one
# by one; all of them count, and all of their lanes are named.
_SQL = with_shipments("""
WITH now_on AS MATERIALIZED (
  SELECT e.id, e.node_ids, e.zone_ids, COALESCE(e.ends_at, 9223372036854775807) AS until
    FROM route_event e
   WHERE {scope:e.id} AND e.deleted_at IS NULL AND e.starts_at <= :now
     AND (e.ends_at IS NULL OR e.ends_at > :now)),
met AS MATERIALIZED (
  SELECT e.id AS event_id, s.id AS met_id, s.window_end_at, s.origin_node_id, s.zone_id
    FROM now_on e CROSS JOIN json_each(e.node_ids) j
   CROSS JOIN shipment s INDEXED BY det_shipment_origin ON s.origin_node_id = j.value
   WHERE s.deleted_at IS NULL AND s.status @open AND s.planned_pickup_at < e.until
  UNION
  SELECT e.id, s.id, s.window_end_at, s.origin_node_id, s.zone_id
    FROM now_on e CROSS JOIN json_each(e.zone_ids) j
   CROSS JOIN shipment s INDEXED BY det_shipment_zone ON s.zone_id = j.value
   WHERE s.deleted_at IS NULL AND s.status @open AND s.planned_pickup_at < e.until),
lanes AS MATERIALIZED (
  SELECT event_id, json_group_array(DISTINCT origin_node_id || '|' || zone_id) AS lanes, COUNT(*) AS shipments
    FROM met GROUP BY event_id),
placed AS MATERIALIZED (
  SELECT y.event_id, j.key AS place, j.value AS met_id
    FROM lanes y CROSS JOIN json_each((
         SELECT json_group_array(m.met_id)
           FROM (SELECT met_id FROM met WHERE event_id = y.event_id ORDER BY window_end_at, met_id
                  LIMIT {setting:route_detail_shipments}) m)) j)
SELECT x.event_id AS entity_id, e.title AS event_title, e.reason_code AS event_reason, e.starts_at, e.ends_at,
       e.node_ids, e.zone_ids, e.source AS event_source, e.observed_at AS event_seen_at, y.lanes, y.shipments,
       @columns
  FROM placed x
  CROSS JOIN lanes y ON y.event_id = x.event_id
  CROSS JOIN route_event e ON e.id = x.event_id
  CROSS JOIN shipment s ON s.id = x.met_id
  @joins
 WHERE {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY x.event_id, x.place, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    losses = shipment_losses(rows, moment, days=1, probability_bp=policy.setting("route_late_bp"))
    seen = len({row.shipment_id for row in rows})
    rest = _rest(losses, seen, max(0, head.shipments - seen), f"route_event/{head.entity_id}")
    rework = rework_cents_of(TR_ROUTE.effort_minutes, policy)
    impact = impact_of(
        [*losses, rest],
        effort_minutes=TR_ROUTE.effort_minutes,
        avoidable_bp=policy.setting("in_transit_avoidable_bp"),
        rework_cents=rework,
        assumed=("probability", "days_late", *(("rest_of_shipments",) if rest.loss_cents else ())),
    )
    places = ", ".join([*json.loads(head.node_ids), *json.loads(head.zone_ids)])
    until = "its end is not known" if head.ends_at is None else f"it lasts until {iso(head.ends_at)[:16]}Z"
    event = {
        "source": head.event_source,
        "as_of_ms": head.event_seen_at,
        "entity": (EntityKind.ROUTE_EVENT, head.entity_id),
    }
    return Finding(
        case_type=TR_ROUTE,
        entity=EntityRef(kind=EntityKind.ROUTE_EVENT, entity_id=head.entity_id),
        title=f"{head.event_title} on the way of {head.shipments} shipments",
        consequence=(
            f"{head.event_title} ({head.event_reason}) at {places}: {head.shipments} open shipments meet it "
            f"and {until}. Route around it or promise new dates."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (rest.key, rest.loss_cents + rework)),
        severity=severity_of(
            impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=best_tier(rows)
        ),
        correlation_key=f"event:{head.entity_id}",
        evidence=(
            fact("reason_code", head.event_reason, **event),
            fact("starts_at", iso(head.starts_at), **event),
            fact("ends_at", "unknown" if head.ends_at is None else iso(head.ends_at), **event),
            fact("shipments", head.shipments, unit="shipments", **event),
            fact("places", places, **event),
        ),
        order_ids=orders_of(rows),
        breach_at=from_ms(head.window_end_at),
        sources=distinct([head.event_source, *sources_of(rows)]),
        about=_places(head),
    )


def _rest(losses: Sequence[LineLoss], seen: int, unseen: int, key: str) -> LineLoss:
    """What shipments that were not looked at lose, if they are like those that were."""

    def share(cents: int) -> int:
        return cents * unseen // seen

    return LineLoss(
        key=key,
        penalty_cents=share(sum(part.penalty_cents for part in losses)),
        margin_cents=share(sum(part.margin_cents for part in losses)),
        churn_cents=share(sum(part.churn_cents for part in losses)),
        low_cents=share(sum(part.low_cents for part in losses)),
        high_cents=share(sum(part.high_cents for part in losses)),
    )


def _places(row: Row[Any]) -> tuple[EntityRef, ...]:
    """The lanes of the shipments that meet the event, by which their cases find it, and its nodes."""
    lanes = sorted(lane for lane in json.loads(row.lanes) if not lane.endswith("|"))
    return (
        *(EntityRef(kind=EntityKind.LANE, entity_id=lane) for lane in lanes),
        *(EntityRef(kind=EntityKind.NODE, entity_id=node) for node in json.loads(row.node_ids)),
    )


RULE = Rule(
    case_type=TR_ROUTE,
    sql=_SQL,
    wakes=(
        "route_event>event",
        "shipment>event",
        "carrier_service>event",
        "customer>event",
        "item>event",
        "node>event",
        "order_line>event",
        "sales_order>event",
    ),
    assess=_assess,
    flips=(
        "SELECT id FROM route_event WHERE starts_at > :earlier AND starts_at <= :later",
        "SELECT id FROM route_event WHERE ends_at > :earlier AND ends_at <= :later",
    ),
    indexes=(
        "CREATE INDEX IF NOT EXISTS det_event_start ON route_event (starts_at)",
        "CREATE INDEX IF NOT EXISTS det_event_end ON route_event (ends_at)",
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_origin ON shipment"
            " (origin_node_id, planned_pickup_at, window_end_at, zone_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed', 'in_transit')"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_zone ON shipment"
            " (zone_id, planned_pickup_at, window_end_at, origin_node_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed', 'in_transit')"
        ),
    ),
)
