"""WH-LABOUR: picking what is due within the shift takes longer than is left to its cut-off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import (
    DUE_PICKS_INDEX,
    best_tier,
    clock_words,
    node_ref,
    open_units,
    orders_of,
    pick_losses,
    place_of,
    sources_of,
    with_picks,
)
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_LABOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# The clock of this rule moves in steps of ten minutes (@step), so that the sums are made six times an hour
# and not at every look. Backlog up to a cut-off holds all that is due before it as well. Capacity is the
# node's units a day, spread over the minutes of a shift. An open case has the lower limit (hysteresis).
_STEP = ":now / 600000 * 600000"
_SQL = with_picks("""
WITH due AS MATERIALIZED (
  SELECT node_id, due_at, SUM(requested_quantity - picked_quantity) AS units
    FROM pick_task INDEXED BY det_task_due
   WHERE {scope:node_id} AND deleted_at IS NULL AND status IN ('released', 'started')
     AND due_at > @step AND due_at <= @step + {setting:shift_minutes} * 60000
   GROUP BY node_id, due_at),
backlog AS MATERIALIZED (
  SELECT node_id, due_at, SUM(units) OVER (PARTITION BY node_id ORDER BY due_at) AS units FROM due),
beyond AS MATERIALIZED (
  SELECT b.node_id, MIN(b.due_at) AS cutoff_at, b.units AS backlog_units,
         n.pick_capacity_units_per_day AS units_per_day, n.source AS node_source,
         n.observed_at AS node_seen_at
    FROM backlog b CROSS JOIN node n ON n.id = b.node_id
   WHERE n.pick_capacity_units_per_day > 0 AND {runs(node=b.node_id)}
     AND CASE WHEN EXISTS (SELECT 1 FROM exception_case e
                            WHERE e.entity_kind = 'node' AND e.entity_id = b.node_id
                              AND e.code = 'WH-LABOUR' AND e.closed_at IS NULL)
         THEN b.units * {setting:shift_minutes} * 6000000
              > {setting:labour_clear_percent} * n.pick_capacity_units_per_day * (b.due_at - @step)
         ELSE b.units * {setting:shift_minutes} * 6000000
              > {setting:labour_open_percent} * n.pick_capacity_units_per_day * (b.due_at - @step)
              AND b.units * {setting:shift_minutes} * 60000
                  >= n.pick_capacity_units_per_day
                     * (b.due_at - @step + {setting:labour_excess_minutes} * 60000)
         END
   GROUP BY b.node_id)
SELECT x.node_id AS entity_id, x.cutoff_at, x.backlog_units, x.units_per_day, x.node_source, x.node_seen_at,
       @step AS step_at, @columns
  FROM beyond x
  CROSS JOIN pick_task t INDEXED BY det_task_due ON t.node_id = x.node_id AND t.deleted_at IS NULL
   AND t.status IN ('released', 'started') AND t.due_at > @step AND t.due_at <= x.cutoff_at
  @joins
 ORDER BY x.node_id, t.due_at, COALESCE(c.tier, 4), t.id
""").replace("@step", _STEP)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    shift = policy.setting("shift_minutes")
    left = (head.cutoff_at - head.step_at) // 60_000
    needed = head.backlog_units * shift // head.units_per_day
    waiting = _beyond_capacity(rows, head.units_per_day * left // shift)
    losses = pick_losses(waiting, moment)
    rework = rework_cents_of(WH_LABOUR.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=WH_LABOUR.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    orders = orders_of(waiting)
    task = {"source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=WH_LABOUR,
        entity=node_ref(head.node_id),
        title=f"{place_of(head)} cannot pick all by {clock_words(head.cutoff_at)}",
        consequence=(
            f"{place_of(head)} has {needed} min of picking ({head.backlog_units} ea) due by "
            f"{clock_words(head.cutoff_at)} and {left} min left; {len(waiting)} picks of {len(orders)} "
            "orders lie beyond what its people can do. Call overtime, move people, or ship from elsewhere."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"node/{head.node_id}", rework)),
        severity=severity_of(
            impact.loss_cents, head.cutoff_at, moment.hour_ms, policy, tier=best_tier(waiting)
        ),
        correlation_key=f"floor:{head.node_id}",
        evidence=(
            fact("backlog_minutes", needed, unit="minutes", **task),
            fact("minutes_left", left, unit="minutes", **task),
            fact("backlog_units", head.backlog_units, unit="units", **task),
            fact(
                "units_per_day",
                head.units_per_day,
                unit="units",
                source=head.node_source,
                as_of_ms=head.node_seen_at,
            ),
            fact("due_at", iso(head.cutoff_at), **task),
        ),
        order_ids=orders,
        node_id=head.node_id,
        breach_at=from_ms(head.cutoff_at),
        responsible_at=from_ms(head.cutoff_at),
        sources=sources_of(rows),
        about=(node_ref(head.node_id),),
    )


def _beyond_capacity(rows: Sequence[Row[Any]], capacity_units: int) -> list[Row[Any]]:
    """The picks that are not done in time when those due first are done first."""
    left = capacity_units
    waiting = []
    for row in rows:
        left -= open_units(row)
        if left < 0:
            waiting.append(row)
    return waiting or [rows[-1]]


RULE = Rule(
    case_type=WH_LABOUR,
    sql=_SQL,
    wakes=(
        "pick_task>node",
        "node>node",
        "customer>node",
        "item>node",
        "order_line>node",
        "sales_order>node",
    ),
    assess=_assess,
    flips=(
        (
            "SELECT n.id FROM node n WHERE :later / 600000 > :earlier / 600000"
            " AND EXISTS (SELECT 1 FROM pick_task t INDEXED BY det_task_due"
            " WHERE t.node_id = n.id AND t.deleted_at IS NULL AND t.status IN ('released', 'started')"
            " AND t.due_at > :earlier / 600000 * 600000"
            " AND t.due_at <= :later / 600000 * 600000 + {setting:shift_minutes} * 60000)"
        ),
    ),
    indexes=(DUE_PICKS_INDEX,),
)
