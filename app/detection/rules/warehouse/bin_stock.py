"""WH-LOC: a bin does not hold what the system says; by a count, by short picks, or by what is reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.data_quality.negative import RULE as NEGATIVE_STOCK
from app.detection.rules.warehouse.pick_rows import (
    OPEN_PICKS_INDEX,
    best_tier,
    bin_ref,
    distinct_picks,
    node_ref,
    open_units,
    orders_of,
    pick_losses,
    with_picks,
)
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_LOC
from domain.ids import EntityKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Three ways to suspect a bin. A count of the bin and item after the fact settles each of them: an adjusted
# one, or one that agrees. What is reserved beyond the stock counts against bins that open picks go to.
_SQL = with_picks("""
WITH suspect AS MATERIALIZED (
  SELECT q.node_id || '|' || q.bin_code AS bin_key, q.node_id AS bin_node, q.bin_code AS bin_name,
         'count' AS why, q.item_id AS bad_item, q.system_quantity AS expected, q.counted_quantity AS found,
         q.counted_at AS seen_at, q.source AS said_by, q.observed_at AS said_at
    FROM cycle_count q INDEXED BY det_count_off
   WHERE {scope:CAST(q.node_id || '|' || q.bin_code AS TEXT)} AND q.deleted_at IS NULL AND q.adjusted = 0
     AND q.counted_quantity <> q.system_quantity
     AND ABS(q.counted_quantity - q.system_quantity) >= {setting:count_tolerance_units}
     AND ABS(q.counted_quantity - q.system_quantity) * 10000
         >= {setting:count_tolerance_bp} * MAX(q.system_quantity, 1)
     AND NOT EXISTS (SELECT 1 FROM cycle_count z
           WHERE z.node_id = q.node_id AND z.bin_code = q.bin_code AND z.item_id = q.item_id
             AND z.deleted_at IS NULL AND (z.counted_at, z.id) > (q.counted_at, q.id))
  UNION ALL
  SELECT s.node_id || '|' || s.bin_code, s.node_id, s.bin_code, 'short picks', NULL,
         SUM(s.requested_quantity), SUM(s.picked_quantity), MAX(s.updated_at), MIN(s.source),
         MAX(s.observed_at)
    FROM pick_task s INDEXED BY det_task_short_bin
   WHERE {scope:CAST(s.node_id || '|' || s.bin_code AS TEXT)} AND s.deleted_at IS NULL
     AND s.status IN ('short', 'done') AND s.picked_quantity < s.requested_quantity
     AND s.updated_at > :now - {setting:bin_short_days} * 86400000
     AND NOT EXISTS (SELECT 1 FROM cycle_count z
           WHERE z.node_id = s.node_id AND z.bin_code = s.bin_code AND z.item_id = s.item_id
             AND z.deleted_at IS NULL AND z.counted_at >= s.updated_at
             AND (z.adjusted = 1 OR z.counted_quantity = z.system_quantity))
   GROUP BY CAST(s.node_id || '|' || s.bin_code AS TEXT)
  HAVING COUNT(*) >= {setting:bin_short_picks}
  UNION ALL
  SELECT s.node_id || '|' || s.bin_code, s.node_id, s.bin_code, 'reserved', s.item_id, g.reserved,
         g.on_hand, MAX(s.updated_at), MIN(g.source), MAX(g.observed_at)
    FROM (SELECT d.item_id, d.node_id,
                 (SELECT SUM(a.quantity) FROM allocation a INDEXED BY det_reserved
                   WHERE a.item_id = d.item_id AND a.node_id = d.node_id AND a.status = 'reserved'
                     AND a.deleted_at IS NULL) AS reserved,
                 (SELECT SUM(p.on_hand_quantity) FROM inventory_position p
                   WHERE p.item_id = d.item_id AND p.node_id = d.node_id AND p.deleted_at IS NULL)
                 AS on_hand,
                 (SELECT MIN(p.source) FROM inventory_position p
                   WHERE p.item_id = d.item_id AND p.node_id = d.node_id AND p.deleted_at IS NULL)
                 AS source,
                 (SELECT MAX(p.observed_at) FROM inventory_position p
                   WHERE p.item_id = d.item_id AND p.node_id = d.node_id AND p.deleted_at IS NULL)
                 AS observed_at
            FROM (SELECT DISTINCT item_id, node_id
                    FROM pick_task INDEXED BY {full:det_task_stock} {narrow:det_task_bin}
                   WHERE {scope:CAST(node_id || '|' || bin_code AS TEXT)} AND deleted_at IS NULL
                     AND status IN ('released', 'started')) d
           WHERE reserved > on_hand) g
   CROSS JOIN pick_task s INDEXED BY det_task_stock ON s.item_id = g.item_id AND s.node_id = g.node_id
   WHERE {scope:CAST(s.node_id || '|' || s.bin_code AS TEXT)} AND s.deleted_at IS NULL
     AND s.status IN ('released', 'started')
     AND NOT EXISTS (SELECT 1 FROM cycle_count z
           WHERE z.node_id = s.node_id AND z.bin_code = s.bin_code AND z.item_id = s.item_id
             AND z.deleted_at IS NULL AND z.counted_at >= COALESCE(s.released_at, s.updated_at)
             AND (z.adjusted = 1 OR z.counted_quantity = z.system_quantity))
   GROUP BY CAST(s.node_id || '|' || s.bin_code AS TEXT), s.item_id)
SELECT x.*, x.bin_key AS entity_id, b.name AS bin_node_name,
       (SELECT y.sku FROM item y WHERE y.id = x.bad_item) AS bad_sku, @columns
  FROM suspect x
  LEFT JOIN node b ON b.id = x.bin_node
  LEFT JOIN pick_task t INDEXED BY det_task_bin
    ON CAST(t.node_id || '|' || t.bin_code AS TEXT) = x.bin_key AND t.deleted_at IS NULL
   AND t.status IN ('released', 'started')
  @joins
 WHERE {runs(node=x.bin_node)}
 ORDER BY x.bin_key, x.why, x.bad_item, t.due_at, t.id
""")

_WORDS = {
    "count": "the count found {found} ea of {sku} where the system has {expected}",
    "short picks": "picks found {found} of {expected} ea within days",
    "reserved": "{expected} ea of {sku} are reserved with {found} on hand",
}


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    picks = distinct_picks(rows)
    losses = pick_losses(picks, moment)
    rework = rework_cents_of(WH_LOC.effort_minutes, moment.policy)
    impact = impact_of(
        losses,
        effort_minutes=WH_LOC.effort_minutes,
        rework_cents=rework,
        assumed=("days_late", "units_missing") if losses else (),
    )
    breach = min((row.due_at for row in picks), default=None)
    where = f"Bin {head.bin_name} at {head.bin_node_name or head.bin_node}"
    reasons = distinct([_why(row) for row in rows])
    stake = (
        f"{len(picks)} open picks ({sum(open_units(row) for row in picks)} ea) rest on it"
        if picks
        else "no open pick rests on it yet"
    )
    said = {"source": head.said_by, "as_of_ms": head.said_at}
    item = (EntityKind.ITEM, head.bad_item)
    return Finding(
        case_type=WH_LOC,
        entity=bin_ref(head.bin_node, head.bin_name),
        title=f"{where} is not as booked",
        consequence=f"{where}: {'; '.join(reasons)}. {stake}; count it before more picks go there.",
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"bin/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach, moment.hour_ms, moment.policy, tier=best_tier(picks)),
        correlation_key=f"bin:{head.bin_node}:{head.bin_name}",
        evidence=(
            fact("why", head.why, **said),
            fact("system_quantity", head.expected, unit="units", entity=item, **said),
            fact("counted_quantity", head.found, unit="units", entity=item, **said),
            fact("missing_quantity", head.expected - head.found, unit="units", entity=item, **said),
            fact("seen_at", iso(head.seen_at), **said),
            fact("open_picks", len(picks), unit="picks", **said),
        ),
        order_ids=orders_of(picks),
        node_id=head.bin_node,
        breach_at=None if breach is None else from_ms(breach),
        responsible_at=None if breach is None else from_ms(breach),
        sources=distinct([row.said_by for row in rows] + [row.source for row in picks]),
        about=(node_ref(head.bin_node),),
    )


def _why(row: Row[Any]) -> str:
    return _WORDS[row.why].format(
        found=row.found, expected=row.expected, sku=row.bad_sku or row.bad_item or "them"
    )


RULE = Rule(
    case_type=WH_LOC,
    sql=_SQL,
    wakes=(
        "cycle_count>bin",
        "pick_task>bin",
        "allocation>bin",
        "inventory_position>bin",
        "order_line>bin",
        "customer>bin",
        "item>bin",
        "node>bin",
        "sales_order>bin",
    ),
    assess=_assess,
    flips=(
        (
            "SELECT node_id || '|' || bin_code FROM pick_task INDEXED BY det_task_short_time"
            " WHERE deleted_at IS NULL AND status IN ('short', 'done')"
            " AND picked_quantity < requested_quantity"
            " AND updated_at > :earlier - {setting:bin_short_days} * 86400000"
            " AND updated_at <= :later - {setting:bin_short_days} * 86400000"
        ),
    ),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_count_off ON cycle_count"
            " (CAST(node_id || '|' || bin_code AS TEXT))"
            " WHERE deleted_at IS NULL AND adjusted = 0 AND counted_quantity <> system_quantity"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_short_bin ON pick_task"
            " (CAST(node_id || '|' || bin_code AS TEXT))"
            " WHERE deleted_at IS NULL AND status IN ('short', 'done')"
            " AND picked_quantity < requested_quantity"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_short_time ON pick_task (updated_at, node_id, bin_code)"
            " WHERE deleted_at IS NULL AND status IN ('short', 'done')"
            " AND picked_quantity < requested_quantity"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_task_bin ON pick_task"
            " (CAST(node_id || '|' || bin_code AS TEXT), item_id, node_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status IN ('released', 'started')"
        ),
        OPEN_PICKS_INDEX,
        *NEGATIVE_STOCK.indexes,
    ),
)
