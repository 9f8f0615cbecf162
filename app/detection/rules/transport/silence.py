"""TR-GAP: a shipment under way had no milestone for longer than its carrier and last status allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_HOUR, days_between, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    SHIPMENT_MONEY_WAKES,
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
from domain.catalogue.transport import TR_GAP
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Without a milestone, silence counts from the departure.
_ALLOWED = (
    "MIN(MAX({decide:milestone_gap.hours(milestone=@code, scac=s.scac, transit_days=v.transit_days)},"
    " {setting:gap_least_hours}), {setting:gap_most_hours})"
)
_NEWS = _ALLOWED.replace("@code", "m.code")
_NO_NEWS = _ALLOWED.replace("@code", "NULL")
_SQL = (
    with_shipments("""
WITH silent AS MATERIALIZED (
  SELECT s.id AS silent_id, m.id AS milestone_id,
         CASE WHEN m.id IS NULL THEN @no_news ELSE @news END AS allowed_hours,
         COALESCE(m.happened_at, s.shipped_at, s.planned_pickup_at) AS heard_at
    FROM (SELECT id, (SELECT m.id FROM milestone m WHERE m.shipment_id = u.id AND @counts
                       ORDER BY m.happened_at DESC, m.id DESC LIMIT 1) AS last_id
            FROM shipment u INDEXED BY det_shipment_moving
           WHERE {scope:id} AND u.deleted_at IS NULL AND u.status = 'in_transit') h
    CROSS JOIN shipment s ON s.id = h.id
    LEFT JOIN milestone m ON m.id = h.last_id
    LEFT JOIN carrier_service v ON v.id = s.service_id
   WHERE COALESCE(m.happened_at, s.shipped_at, s.planned_pickup_at)
         + {setting:gap_least_hours} * 3600000 <= :now
     AND (m.id IS NULL OR @meaning NOT IN ('delivered', 'returned')))
SELECT s.id AS entity_id, x.allowed_hours, x.heard_at, k.code AS last_code, k.raw_code AS last_raw_code,
       k.place_name AS last_place, k.source AS last_source, k.observed_at AS last_observed_at, @columns
  FROM silent x
  CROSS JOIN shipment s ON s.id = x.silent_id
  LEFT JOIN milestone k ON k.id = x.milestone_id
  @joins
 WHERE x.heard_at + x.allowed_hours * 3600000 <= :now
   AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id, b.ordinal
""")
    .replace("@no_news", _NO_NEWS)
    .replace("@news", _NEWS)
)
# Allowances are whole hours: for each of them, what was heard of so long ago is a narrow range of an index.
_HOURS = """
WITH RECURSIVE allowance(hours) AS (
  SELECT {setting:gap_least_hours}
   UNION ALL SELECT hours + 1 FROM allowance WHERE hours < {setting:gap_most_hours})
"""
_NEWS_RAN_OUT = f"""{_HOURS}
SELECT m.shipment_id
  FROM allowance a
  CROSS JOIN milestone m INDEXED BY det_milestone_time
    ON m.happened_at > :earlier - a.hours * 3600000 AND m.happened_at <= :later - a.hours * 3600000
  CROSS JOIN shipment s ON s.id = m.shipment_id
  LEFT JOIN carrier_service v ON v.id = s.service_id
 WHERE m.deleted_at IS NULL AND s.status = 'in_transit' AND {_NEWS} = a.hours
"""  # noqa: S608 - made of this file's own text
_DEPARTURE_RAN_OUT = f"""{_HOURS}
SELECT s.id
  FROM allowance a
  CROSS JOIN shipment s INDEXED BY det_shipment_left
    ON COALESCE(s.shipped_at, s.planned_pickup_at) > :earlier - a.hours * 3600000
   AND COALESCE(s.shipped_at, s.planned_pickup_at) <= :later - a.hours * 3600000
  LEFT JOIN carrier_service v ON v.id = s.service_id
 WHERE s.deleted_at IS NULL AND s.status = 'in_transit' AND {_NO_NEWS} = a.hours
"""  # noqa: S608 - made of this file's own text


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    expected = max(head.eta_at or 0, moment.hour_ms)
    losses = shipment_losses(
        rows,
        moment,
        days=max(1, days_between(head.window_end_at, expected)),
        probability_bp=policy.setting("gap_late_bp"),
    )
    rework = rework_cents_of(TR_GAP.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=TR_GAP.effort_minutes,
        avoidable_bp=policy.setting("in_transit_avoidable_bp"),
        rework_cents=rework,
        assumed=("probability", "days_late"),
    )
    carrier = head.scac or "the carrier"
    place = f" at {head.last_place}" if head.last_place else ""
    silent = max(0, moment.hour_ms - head.heard_at) // MS_PER_HOUR
    last = {"source": head.last_source or head.source, "as_of_ms": head.last_observed_at or head.observed_at}
    said = said_of(head)
    return Finding(
        case_type=TR_GAP,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"No news of {head.shipment_number} from {carrier}",
        consequence=(
            f"{head.shipment_number} of {whose(head)} from {origin_of(head)} was last heard of on "
            f"{iso(head.heard_at)[:16]}Z ({head.last_code or 'departure'}{place}); {carrier} is allowed "
            f"{head.allowed_hours} h of silence. Ask for a trace: its window ends "
            f"{iso(head.window_end_at)[:16]}Z."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"gap:{head.scac}:{head.last_place or head.origin_node_id}",
        evidence=(
            fact("last_milestone", head.last_code or "none", **last),
            fact("last_milestone_at", iso(head.heard_at), **last),
            fact("silent_hours", silent, unit="hours", **last),
            fact("allowed_hours", head.allowed_hours, unit="hours", **last),
            fact("scac", carrier, **said),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        sources=sources_of(rows),
        about=way_of(head),
    )


RULE = Rule(
    case_type=TR_GAP,
    sql=_SQL,
    wakes=("shipment>shipment", "milestone>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    compares=True,
    flips=(_NEWS_RAN_OUT, _DEPARTURE_RAN_OUT),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_moving ON shipment (id)"
            " WHERE deleted_at IS NULL AND status = 'in_transit'"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_left ON shipment"
            " (COALESCE(shipped_at, planned_pickup_at), scac, service_id)"
            " WHERE deleted_at IS NULL AND status = 'in_transit'"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_milestone_time ON milestone"
            " (happened_at, shipment_id, code, deleted_at)"
            " WHERE deleted_at IS NULL"
        ),
    ),
)
