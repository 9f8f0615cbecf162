"""TR-CAPACITY: more pickups planned for a day at an origin than the carrier's service takes a day."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import day_words, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    PICKUP_INDEX,
    best_tier,
    orders_of,
    origin_of,
    shipment_losses,
    sources_of,
    way_of,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_CAPACITY
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# A day is one of the sun at the origin, from its longitude (0.24 ms for a millionth of a degree): nearer to
# the local day than UTC, and within reach of SQL. Pickups count until they are due.
_DAY = "(s.planned_pickup_at + COALESCE(n.longitude_micro, 0) * 6 / 25) / 86400000"
_SQL = with_shipments("""
WITH planned AS MATERIALIZED (
  SELECT s.scac, s.origin_node_id AS origin, s.service_id, @day AS pickup_day, COUNT(*) AS pickups
    FROM shipment s INDEXED BY det_shipment_ahead LEFT JOIN node n ON n.id = s.origin_node_id
   WHERE {scope:CAST(s.scac || '|' || s.origin_node_id AS TEXT)} AND s.deleted_at IS NULL AND s.status @here
     AND s.service_id IS NOT NULL AND s.scac <> '' AND s.planned_pickup_at > :now
   GROUP BY s.scac, s.origin_node_id, s.service_id, @day),
beyond AS MATERIALIZED (
  SELECT p.*, w.pickups_per_day, w.source AS service_source, w.observed_at AS service_seen_at
    FROM planned p CROSS JOIN carrier_service w ON w.id = p.service_id
   WHERE p.pickups > w.pickups_per_day AND {runs(node=p.origin)})
SELECT x.scac || '|' || x.origin AS entity_id, x.pickup_day, x.pickups, x.pickups_per_day, x.service_source,
       x.service_seen_at, @columns
  FROM beyond x
  CROSS JOIN shipment s INDEXED BY det_shipment_ahead
    ON CAST(s.scac || '|' || s.origin_node_id AS TEXT) = x.scac || '|' || x.origin
   AND s.service_id = x.service_id AND s.deleted_at IS NULL AND s.status @here
   AND s.service_id IS NOT NULL AND s.planned_pickup_at > :now
  @joins
 WHERE @day = x.pickup_day
 ORDER BY x.scac || '|' || x.origin, x.pickup_day, x.service_id, COALESCE(c.tier, 4), s.window_end_at, s.id,
          b.ordinal
""").replace("@day", _DAY)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    left_over = _left_over(rows)
    losses = shipment_losses(left_over, moment, days=1)
    rework = rework_cents_of(TR_CAPACITY.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=TR_CAPACITY.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    first = min(row.planned_pickup_at for row in left_over)
    excess = head.pickups - head.pickups_per_day
    service = head.service_name or head.service_id
    day = iso(head.planned_pickup_at)[:10]
    ship = {"source": head.source, "as_of_ms": head.observed_at}
    plan = {"source": head.service_source, "as_of_ms": head.service_seen_at}
    return Finding(
        case_type=TR_CAPACITY,
        entity=EntityRef(kind=EntityKind.CARRIER, entity_id=head.entity_id),
        title=f"{head.scac} takes {excess} pickups too few at {origin_of(head)}",
        consequence=(
            f"{head.pickups} pickups of {head.scac} {service} are planned at {origin_of(head)} for "
            f"{day_words(head.planned_pickup_at)} and it takes {head.pickups_per_day} a day; {excess} stay "
            "behind unless you consolidate them or move them to another service."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"carrier/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, first, moment.hour_ms, policy, tier=best_tier(left_over)),
        correlation_key=f"capacity:{head.service_id}:{head.origin_node_id}:{day}",
        evidence=(
            fact("planned_pickups", head.pickups, unit="pickups", **ship),
            fact("pickups_per_day", head.pickups_per_day, unit="pickups", **plan),
            fact("excess", excess, unit="pickups", **ship),
            fact("service", service, **plan),
            fact("pickup_day", day, **ship),
        ),
        order_ids=orders_of(left_over),
        node_id=head.origin_node_id,
        breach_at=from_ms(first),
        responsible_at=from_ms(first),
        sources=sources_of(rows),
        about=tuple(dict.fromkeys(ref for row in left_over for ref in way_of(row))),
    )


def _left_over(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The rows of shipments that do not fit; those of the best tiers and earliest windows go first."""
    left: list[Row[Any]] = []
    for _, group in groupby(rows, key=lambda row: (row.pickup_day, row.service_id)):
        of_day = list(group)
        order = list(dict.fromkeys(row.shipment_id for row in of_day))
        stays = set(order[of_day[0].pickups_per_day :])
        left += [row for row in of_day if row.shipment_id in stays]
    return left


RULE = Rule(
    case_type=TR_CAPACITY,
    sql=_SQL,
    wakes=(
        "shipment>carrier",
        "carrier_service>carrier",
        "node>carrier",
        "sales_order>carrier",
        "customer>carrier",
        "item>carrier",
        "order_line>carrier",
    ),
    assess=_assess,
    flips=(
        (
            "SELECT scac || '|' || origin_node_id FROM shipment INDEXED BY det_shipment_pickup"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
            " AND planned_pickup_at > :earlier AND planned_pickup_at <= :later"
        ),
    ),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_ahead ON shipment"
            " (CAST(scac || '|' || origin_node_id AS TEXT), service_id, planned_pickup_at, scac,"
            " origin_node_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
            " AND service_id IS NOT NULL"
        ),
        PICKUP_INDEX,
    ),
)
