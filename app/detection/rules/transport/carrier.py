"""TR-CARRIER: of a carrier's shipments from an origin far more are late or silent than is usual for it.

A shipment is the carrier's lateness when it misses its window and takes longer from its departure than the
service says, so that a late warehouse does not count against the carrier. Silent are those with an open
case of TR-GAP or TR-FAILED. Usual is the late share of what was delivered before the window judged, pulled
towards the least share by twenty shipments. An open case has the wider limit (hysteresis).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_DAY, days_between, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.chance import BINOMIAL_TAIL_SQL, binomial_tail
from app.detection.rules.transport.shipment_rows import (
    best_tier,
    orders_of,
    origin_of,
    shipment_losses,
    sources_of,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_CARRIER
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_KEY = "CAST(s.scac || '|' || s.origin_node_id AS TEXT)"
_SLOW = """s.@when > s.window_end_at
         AND s.@when - COALESCE(s.shipped_at, s.planned_pickup_at)
             > COALESCE((SELECT v.transit_days FROM carrier_service v WHERE v.id = s.service_id), 0)
               * 86400000 + {setting:carrier_slack_hours} * 3600000"""
_TROUBLED = """EXISTS (SELECT 1 FROM exception_case e
          WHERE e.entity_kind = 'shipment' AND e.entity_id = s.id AND e.closed_at IS NULL
            AND e.code IN ('TR-GAP', 'TR-FAILED'))"""
_SQL = (
    with_shipments("""
WITH seen AS MATERIALIZED (
  SELECT @key AS k, 1 AS moving, COALESCE(@slow_eta, 0) OR @troubled AS bad
    FROM shipment s INDEXED BY det_shipment_carrier_moving
   WHERE {scope:@key} AND s.deleted_at IS NULL AND s.status = 'in_transit' AND s.scac <> ''
  UNION ALL
  SELECT @key, 0, @slow_done
    FROM shipment s INDEXED BY det_shipment_carrier_done
   WHERE {scope:@key} AND s.deleted_at IS NULL AND s.status = 'delivered' AND s.scac <> ''
     AND s.delivered_at > :now - {setting:carrier_window_hours} * 3600000),
judged AS MATERIALIZED (
  SELECT k, COUNT(*) AS trials, SUM(bad) AS failures, SUM(moving) AS moving, SUM(bad AND moving) AS children,
         EXISTS (SELECT 1 FROM exception_case e
                  WHERE e.entity_kind = 'carrier' AND e.entity_id = k AND e.code = 'TR-CARRIER'
                    AND e.closed_at IS NULL) AS is_open
    FROM seen GROUP BY k HAVING SUM(bad AND moving) > 1),
measured AS MATERIALIZED (
  SELECT j.*, MIN(3000, MAX({setting:carrier_baseline_least_bp}, COALESCE(
           (SELECT (SUM(@slow_done) * 10000 + {setting:carrier_baseline_least_bp} * 20) / (COUNT(*) + 20)
              FROM shipment s INDEXED BY det_shipment_carrier_done
             WHERE @key = j.k AND s.deleted_at IS NULL AND s.status = 'delivered' AND s.scac <> ''
               AND s.delivered_at <= :now - {setting:carrier_window_hours} * 3600000
               AND s.delivered_at > :now - {setting:carrier_baseline_days} * 86400000), 0))) AS usual_bp
    FROM judged j),
troubled AS MATERIALIZED (
  SELECT g.k, g.trials, g.failures, g.usual_bp
    FROM measured g
   WHERE g.failures * 10000 > g.usual_bp * g.trials
     AND (@tail * CASE WHEN g.is_open THEN {setting:carrier_clear_odds}
                       ELSE {setting:carrier_open_odds} END < 1.0
          OR g.children >= {setting:carrier_children}
             AND g.children * 10000 >= {setting:carrier_children_bp} * g.moving))
SELECT x.k AS entity_id, x.trials, x.failures, x.usual_bp, @columns
  FROM troubled x
  CROSS JOIN shipment s INDEXED BY det_shipment_carrier_moving
    ON @key = x.k AND s.deleted_at IS NULL AND s.status = 'in_transit' AND s.scac <> ''
   AND (COALESCE(@slow_eta, 0) OR @troubled)
  @joins
 WHERE {runs(node=s.origin_node_id)}
 ORDER BY x.k, s.window_end_at, s.id, b.ordinal
""")
    .replace("@slow_eta", f"({_SLOW})".replace("@when", "eta_at"))
    .replace("@slow_done", f"({_SLOW})".replace("@when", "delivered_at"))
    .replace("@troubled", _TROUBLED)
    .replace("@tail", BINOMIAL_TAIL_SQL)
    .replace("@key", _KEY)
)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    by_shipment: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_shipment.setdefault(row.shipment_id, []).append(row)
    losses = [
        part
        for group in by_shipment.values()
        for part in shipment_losses(group, moment, days=_days_late(group[0], moment))
    ]
    rework = rework_cents_of(TR_CARRIER.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=TR_CARRIER.effort_minutes,
        avoidable_bp=policy.setting("in_transit_avoidable_bp"),
        rework_cents=rework,
        assumed=("days_late",),
    )
    odds = binomial_tail(head.failures, head.trials, head.usual_bp)
    ship = {"source": head.source, "as_of_ms": head.observed_at}
    orders = orders_of(rows)
    return Finding(
        case_type=TR_CARRIER,
        entity=EntityRef(kind=EntityKind.CARRIER, entity_id=head.entity_id),
        title=f"{head.scac} in trouble from {origin_of(head)}",
        consequence=(
            f"{head.failures} of {head.trials} shipments of {head.scac} from {origin_of(head)} are late or "
            f"silent where {head.usual_bp / 100:.1f} % is usual; {len(by_shipment)} of them with "
            f"{len(orders)} orders are still under way. Stop new tenders to it and rebook what has not left."
        ),
        impact=impact,
        losses=(
            *((key, cents) for key, cents in _largest(losses).items()),
            (f"carrier/{head.entity_id}", rework),
        ),
        severity=severity_of(
            impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=best_tier(rows)
        ),
        correlation_key=f"carrier:{head.scac}:{head.origin_node_id}",
        evidence=(
            fact("shipments", head.trials, unit="shipments", **ship),
            fact("late_or_silent", head.failures, unit="shipments", **ship),
            fact("usual_share_bp", head.usual_bp, unit="bp", **ship),
            fact("odds", f"{odds:.2g}", **ship),
            fact("scac", head.scac, **ship),
        ),
        order_ids=orders,
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        sources=sources_of(rows),
        about=(
            EntityRef(kind=EntityKind.CARRIER, entity_id=head.scac),
            *(EntityRef(kind=EntityKind.LANE, entity_id=lane) for lane in _lanes(rows)),
            EntityRef(kind=EntityKind.NODE, entity_id=head.origin_node_id),
        ),
    )


def _days_late(row: Row[Any], moment: Moment) -> int:
    """A silent shipment is taken to come a day after its ETA or after now."""
    expected = row.eta_at or 0
    if expected <= row.window_end_at:
        expected = max(expected, moment.hour_ms) + MS_PER_DAY
    return max(1, days_between(row.window_end_at, expected))


def _largest(losses: Sequence[Any]) -> dict[str, int]:
    """A line in two shipments counts with the larger loss."""
    largest: dict[str, int] = {}
    for part in losses:
        largest[part.key] = max(part.loss_cents, largest.get(part.key, 0))
    return largest


def _lanes(rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    return distinct([f"{row.origin_node_id}|{row.zone_id}" if row.zone_id else None for row in rows])


RULE = Rule(
    case_type=TR_CARRIER,
    sql=_SQL,
    wakes=(
        "shipment>carrier",
        "carrier_service>carrier",
        "case:TR-GAP>carrier",
        "case:TR-FAILED>carrier",
        "customer>carrier",
        "item>carrier",
        "node>carrier",
        "order_line>carrier",
        "sales_order>carrier",
    ),
    assess=_assess,
    flips=(
        (
            "SELECT scac || '|' || origin_node_id FROM shipment INDEXED BY det_shipment_done_at"
            " WHERE deleted_at IS NULL AND status = 'delivered'"
            " AND delivered_at > :earlier - {setting:carrier_window_hours} * 3600000"
            " AND delivered_at <= :later - {setting:carrier_window_hours} * 3600000"
        ),
        (
            "SELECT scac || '|' || origin_node_id FROM shipment INDEXED BY det_shipment_done_at"
            " WHERE deleted_at IS NULL AND status = 'delivered'"
            " AND delivered_at > :earlier - {setting:carrier_baseline_days} * 86400000"
            " AND delivered_at <= :later - {setting:carrier_baseline_days} * 86400000"
        ),
    ),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_carrier_moving ON shipment"
            " (CAST(scac || '|' || origin_node_id AS TEXT), eta_at, window_end_at, shipped_at,"
            " planned_pickup_at, service_id, scac, origin_node_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status = 'in_transit' AND scac <> ''"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_carrier_done ON shipment"
            " (CAST(scac || '|' || origin_node_id AS TEXT), delivered_at, window_end_at, shipped_at,"
            " planned_pickup_at, service_id, scac, origin_node_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status = 'delivered' AND scac <> ''"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_done_at ON shipment (delivered_at, scac, origin_node_id)"
            " WHERE deleted_at IS NULL AND status = 'delivered'"
        ),
    ),
)
