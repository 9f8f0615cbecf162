"""DQ-TIME: milestones at times that cannot be, one by one or a whole feed with its clock off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.data_quality import DQ_TIME
from domain.ids import EntityKind, EntityRef

#: A milestone that another one corrects no longer counts.
_COUNTS = (
    "{m}.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM milestone fix"
    " WHERE fix.corrects_id = {m}.id AND fix.corrects_id <> '' AND fix.deleted_at IS NULL)"
)
_AHEAD = (
    "{m}.happened_at > COALESCE({m}.received_at, {m}.observed_at)"
    " + {{setting:future_tolerance_minutes}} * 60000"
)
#: Whole hours, halves up; the large summand keeps the division from rounding towards zero.
_HOURS = "(({span} + 864000000000 + 1800000) / 3600000 - 240000)"
_LATEST = (
    f"SELECT {_HOURS.format(span='m.received_at - m.happened_at')} AS hours"  # noqa: S608 - a piece of this file
    " FROM milestone m INDEXED BY det_milestone_lag WHERE m.source = f.source"
    " AND m.received_at IS NOT NULL AND m.deleted_at IS NULL ORDER BY m.received_at DESC"
)

# Ahead of its receipt: each milestone, unless the clock of its whole feed is off. Before all that must
# precede it: the later step is the case, unless it is ahead as well. A feed's clock is off where its latest
# milestones agree on whole hours that most of the earlier ones did not have.
_SQL = f"""
WITH feed AS MATERIALIZED (
  SELECT f.source, (SELECT hours FROM ({_LATEST} LIMIT {{setting:clock_latest_count}})
                     GROUP BY hours ORDER BY COUNT(*) DESC, hours LIMIT 1) AS hours
    FROM source_state f WHERE {{scope:f.source}}),
tally AS MATERIALIZED (
  SELECT f.source, f.hours,
         (SELECT COUNT(*) FROM ({_LATEST} LIMIT {{setting:clock_latest_count}})) AS latest,
         (SELECT COUNT(*) FROM ({_LATEST} LIMIT {{setting:clock_latest_count}}) WHERE hours = f.hours) AS off,
         (SELECT COUNT(*) FROM ({_LATEST} LIMIT 1000 OFFSET {{setting:clock_latest_count}})) AS earlier,
         (SELECT COUNT(*) FROM ({_LATEST} LIMIT 1000 OFFSET {{setting:clock_latest_count}})
           WHERE hours = f.hours) AS usual
    FROM feed f WHERE f.hours <> 0),
clock AS MATERIALIZED (
  SELECT t.source, t.hours, t.off FROM tally t
   WHERE t.latest = {{setting:clock_latest_count}} AND t.earlier >= t.latest
     AND t.off * 10000 >= t.latest * {{setting:clock_share_bp}} AND t.usual * 2 < t.earlier)
SELECT 'feed' AS entity_kind, c.source AS entity_id, c.source AS scope_key, 'clock' AS why, c.source,
       NULL AS observed_at, NULL AS code, NULL AS happened_at, NULL AS came_at, NULL AS other_code,
       NULL AS other_at, c.hours, c.off AS milestones, NULL AS order_id, NULL AS shipment_number,
       NULL AS origin_node_id
  FROM clock c
UNION ALL
SELECT 'milestone', m.id, m.source, 'ahead', m.source, m.observed_at, m.code, m.happened_at,
       COALESCE(m.received_at, m.observed_at), NULL, NULL,
       {_HOURS.format(span="COALESCE(m.received_at, m.observed_at) - m.happened_at")}, 1, s.order_id,
       s.number, s.origin_node_id
  FROM milestone m INDEXED BY det_milestone_ahead LEFT JOIN shipment s ON s.id = m.shipment_id
 WHERE {{scope:m.source}} AND m.happened_at > COALESCE(m.received_at, m.observed_at)
   AND {_AHEAD.format(m="m")} AND {_COUNTS.format(m="m")}
   AND COALESCE(m.received_at, m.observed_at) > :now - {{setting:clock_window_days}} * 86400000
   AND NOT EXISTS (SELECT 1 FROM clock c WHERE c.source = m.source AND c.hours < 0)
   AND {{runs(node=s.origin_node_id)}}
UNION ALL
SELECT 'milestone', m.id, m.shipment_id, 'order', m.source, m.observed_at, m.code, m.happened_at,
       COALESCE(m.received_at, m.observed_at), p.code, p.happened_at, 0, 1, s.order_id, s.number,
       s.origin_node_id
  FROM milestone m INDEXED BY det_milestone_step
  CROSS JOIN milestone p ON p.id = (
       SELECT e.id FROM milestone e INDEXED BY milestone_by_shipment
        WHERE e.shipment_id = m.shipment_id
          AND e.happened_at > m.happened_at + {{setting:order_tolerance_minutes}} * 60000
          AND (e.code IN ('picked_up', 'departed') OR (e.code = 'in_transit' AND m.code = 'delivered'))
          AND {_COUNTS.format(m="e")}
          AND NOT EXISTS (SELECT 1 FROM milestone d INDEXED BY milestone_by_shipment
               WHERE d.shipment_id = m.shipment_id AND d.code = e.code AND {_COUNTS.format(m="d")}
                 AND d.happened_at <= m.happened_at + {{setting:order_tolerance_minutes}} * 60000)
        ORDER BY e.happened_at DESC, e.id LIMIT 1)
  LEFT JOIN shipment s ON s.id = m.shipment_id
 WHERE {{scope:m.shipment_id}} AND m.code IN ('delivered', 'in_transit') AND {_COUNTS.format(m="m")}
   AND NOT {_AHEAD.format(m="m")} AND {{runs(node=s.origin_node_id)}}
 ORDER BY entity_id, why
"""  # noqa: S608 - pieces of this file

_LEAVES = """
SELECT source FROM milestone INDEXED BY det_milestone_ahead_when
 WHERE happened_at > COALESCE(received_at, observed_at) AND deleted_at IS NULL
   AND COALESCE(received_at, observed_at) > :earlier - {setting:clock_window_days} * 86400000
   AND COALESCE(received_at, observed_at) <= :later - {setting:clock_window_days} * 86400000
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    kind = EntityKind(head.entity_kind)
    rework = rework_cents_of(DQ_TIME.effort_minutes, policy)
    impact = impact_of([], effort_minutes=DQ_TIME.effort_minutes, rework_cents=rework)
    this = (kind, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    name = f"{(head.code or '').replace('_', ' ')} of {head.shipment_number or 'its shipment'}"
    title, words = _words(head, name)
    return Finding(
        case_type=DQ_TIME,
        entity=EntityRef(kind=kind, entity_id=head.entity_id),
        title=title,
        consequence=words,
        impact=impact,
        losses=((f"{head.entity_kind}/{head.entity_id}", rework),),
        severity=severity_of(impact.loss_cents, None, moment.hour_ms, policy),
        correlation_key=f"time:{head.source}",
        evidence=(
            fact("happened_at", "many" if head.happened_at is None else iso(head.happened_at), **seen),
            fact("received_at", "many" if head.came_at is None else iso(head.came_at), **seen),
            fact("milestones_off", head.milestones, unit="milestones", **seen),
            fact("offset_hours", -head.hours, unit="hours", **seen),
            fact("why", head.why, **seen),
        ),
        order_ids=(head.order_id,) if head.order_id is not None else (),
        node_id=head.origin_node_id,
        breach_at=None if head.came_at is None else from_ms(head.came_at),
        sources=(head.source,),
        about=(EntityRef(kind=EntityKind.FEED, entity_id=head.source),)
        if kind is not EntityKind.FEED
        else (),
    )


def _words(row: Row[Any], name: str) -> tuple[str, str]:
    """Title and sentence."""
    unsafe = "what is late and what is on time cannot be told"
    if row.why == "clock":
        side = "ahead of" if row.hours < 0 else "behind"
        return (
            f"The clock of {row.source} is off",
            (
                f"The latest {row.milestones} milestones of {row.source} are about {abs(row.hours)} h {side} "
                f"the time they came: {unsafe} until its time zone is repaired."
            ),
        )
    if row.why == "order":
        return (
            f"The {name} comes too early",
            (
                f"The {name} is said to have been at {iso(row.happened_at)}, before its "
                f"{row.other_code.replace('_', ' ')} at {iso(row.other_at)}: {unsafe} until it is corrected."
            ),
        )
    return (
        f"The {name} lies in the future",
        (
            f"The {name} came at {iso(row.came_at)} and is said to have been at {iso(row.happened_at)}: "
            f"{unsafe} until it is corrected."
        ),
    )


RULE = Rule(
    case_type=DQ_TIME,
    sql=_SQL,
    wakes=("milestone>feed", "milestone>shipment", "shipment>feed", "shipment>shipment"),
    assess=_assess,
    flips=(_LEAVES,),
    money_moves=False,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_milestone_ahead ON milestone "
            "(source, COALESCE(received_at, observed_at)) "
            "WHERE happened_at > COALESCE(received_at, observed_at) AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_milestone_ahead_when ON milestone "
            "(COALESCE(received_at, observed_at)) "
            "WHERE happened_at > COALESCE(received_at, observed_at) AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_milestone_lag ON milestone "
            "(source, received_at, happened_at, deleted_at) "
            "WHERE received_at IS NOT NULL AND deleted_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_milestone_step ON milestone (shipment_id, happened_at) "
            "WHERE code IN ('delivered', 'in_transit') AND deleted_at IS NULL"
        ),
    ),
)
