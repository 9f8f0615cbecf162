"""AL-STRANDED: stock is reserved for an order that may not go on, while other lines are short of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_HOUR, impact_of, severity_of
from app.detection.pegs.demand import INDEXES as PEG_INDEXES
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import (
    GROUP_INDEX,
    GROUP_KEY,
    LAST_TIER,
    OPEN_LINE,
    PEG_MONEY_WAKES,
    RESERVED_INDEX,
    line_ref,
    short_line,
    with_short_line,
)
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_STRANDED
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_RESERVED = "a.deleted_at IS NULL AND a.status = 'reserved' AND a.quantity > 0"
_LIMIT_MS = "{setting:stranded_hours} * 3600000"
_OVERDUE_MS = "{setting:overdue_days} * 86400000"
_IS_SHORT = "EXISTS (SELECT 1 FROM peg_short p WHERE p.item_id = a.item_id AND p.node_id = a.node_id)"
_STOPPED_LINE = "l.deleted_at IS NULL AND l.cancelled = 1"
_OPEN = "x.status IN ('entered', 'confirmed', 'released')"
_KNOWN_TIER = "SELECT k.tier FROM customer k WHERE k.id = y.customer_id AND k.deleted_at IS NULL"
_TIER = f"COALESCE(({_KNOWN_TIER}), {LAST_TIER})"

_STOPPED_ORDER = f"x.deleted_at IS NULL AND (x.status = 'cancelled' OR x.credit_status = 'hold' AND {_OPEN})"

# The full pass goes by the orders and lines that may not go on, which are few; the narrowed one by the
# reservations of the groups that it looks at.
_STOPPED = f"""
SELECT l.id FROM sales_order x INDEXED BY det_order_stopped CROSS JOIN order_line l ON l.order_id = x.id
 WHERE {_STOPPED_ORDER}
 UNION
SELECT l.id FROM order_line l INDEXED BY det_line_stopped WHERE {_STOPPED_LINE}
 UNION
SELECT l.id FROM order_line l INDEXED BY det_line_promised
 WHERE {OPEN_LINE} AND l.promised_at <= :now - %
"""  # noqa: S608 - constants only

# The lines that wait are told in the order in which they would be served, as far as the held units go.
_SQL = with_short_line(
    f"""
WITH short_group AS MATERIALIZED (
  SELECT p.item_id, p.node_id FROM peg_short p WHERE {{scope:{GROUP_KEY}}} GROUP BY p.item_id, p.node_id),
stopped AS MATERIALIZED ({_STOPPED.replace("%", _OVERDUE_MS)}),
found AS MATERIALIZED (
  SELECT a.id, a.line_id, a.item_id, a.node_id, a.quantity, h.position, x.id AS order_id, x.number,
         COALESCE(a.allocated_at, x.ordered_at) AS since, a.source, a.observed_at,
         CASE WHEN x.status = 'cancelled' OR h.cancelled = 1 THEN 'cancelled'
              WHEN x.credit_status = 'hold' AND {_OPEN} THEN 'on credit hold'
              WHEN {_OPEN} AND h.shipped_quantity < h.ordered_quantity
                   AND h.promised_at <= :now - {_OVERDUE_MS} THEN 'long overdue' END AS why
    FROM {{full:stopped g CROSS JOIN allocation a INDEXED BY det_allocation_by_line ON a.line_id = g.id}}
         {{narrow:short_group g CROSS JOIN allocation a INDEXED BY det_allocation_reserved
               ON a.item_id = g.item_id AND a.node_id = g.node_id}}
    CROSS JOIN order_line h ON h.id = a.line_id
    CROSS JOIN sales_order x ON x.id = h.order_id
   WHERE {_RESERVED} AND h.deleted_at IS NULL AND x.deleted_at IS NULL
     AND since <= :now - {_LIMIT_MS} AND why IS NOT NULL AND {_IS_SHORT}),
waiting AS MATERIALIZED (
  SELECT w.item_id, w.node_id, w.line_id, w.short_quantity, ROW_NUMBER() OVER served AS place,
         SUM(w.short_quantity) OVER served - w.short_quantity AS before
    FROM (SELECT DISTINCT item_id, node_id FROM found) g
    CROSS JOIN peg_short w INDEXED BY det_short_by_group ON w.item_id = g.item_id AND w.node_id = g.node_id
    CROSS JOIN order_line z ON z.id = w.line_id
    CROSS JOIN sales_order y ON y.id = z.order_id
  WINDOW served AS (PARTITION BY w.item_id, w.node_id ORDER BY {_TIER}, z.promised_at, w.line_id
                    ROWS UNBOUNDED PRECEDING))
SELECT f.id AS entity_id, f.item_id || '|' || f.node_id AS scope_key, f.line_id AS holder_id, f.node_id,
       f.quantity AS held, f.position AS holder_position, f.order_id AS holder_order_id,
       f.number AS holder_number, f.since, f.why, f.source AS holder_source,
       f.observed_at AS holder_observed_at, w.short_quantity AS short_there, w.before, n.name AS node_name,
       (SELECT COUNT(*) FROM peg_short p WHERE p.item_id = f.item_id AND p.node_id = f.node_id
                                           AND p.line_id <> f.line_id) AS waiting_lines,
       (SELECT SUM(p.short_quantity) FROM peg_short p WHERE p.item_id = f.item_id AND p.node_id = f.node_id
                                                        AND p.line_id <> f.line_id) AS waiting_quantity,
       @columns
  FROM found f
  CROSS JOIN waiting w ON w.item_id = f.item_id AND w.node_id = f.node_id AND w.line_id <> f.line_id
                      AND (w.before < f.quantity OR w.place <= 2)
  CROSS JOIN order_line l ON l.id = w.line_id
  @joins
  LEFT JOIN node n ON n.id = f.node_id
 WHERE {{runs(node=f.node_id, category=i.category)}}
 ORDER BY f.id, w.place
"""  # noqa: S608 - constants only
)

_KEY = "a.item_id || '|' || a.node_id"
_OF_ALLOCATION = f"""
  FROM allocation a INDEXED BY det_allocation_since
 WHERE {_RESERVED} AND {_IS_SHORT}
   AND a.allocated_at > :earlier - {_LIMIT_MS} AND a.allocated_at <= :later - {_LIMIT_MS}
"""
_OF_ORDER = f"""
  FROM sales_order o INDEXED BY det_order_ordered
  CROSS JOIN order_line l ON l.order_id = o.id
  CROSS JOIN allocation a ON a.line_id = l.id
 WHERE o.deleted_at IS NULL AND o.status NOT IN ('shipped', 'invoiced')
   AND o.ordered_at > :earlier - {_LIMIT_MS} AND o.ordered_at <= :later - {_LIMIT_MS}
   AND {_RESERVED} AND a.allocated_at IS NULL AND {_IS_SHORT}
"""
_OF_LINE = f"""
  FROM order_line l INDEXED BY det_line_promised
  CROSS JOIN allocation a ON a.line_id = l.id
 WHERE l.promised_at > :earlier - {_OVERDUE_MS} AND l.promised_at <= :later - {_OVERDUE_MS}
   AND {OPEN_LINE} AND {_RESERVED} AND {_IS_SHORT}
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    left, losses = head.held, []
    for row in rows:
        if left > 0:
            losses.append(short_line(row, moment, units=min(left, row.short_there)).loss)
            left -= row.short_there
    impact = impact_of(losses, effort_minutes=AL_STRANDED.effort_minutes)
    breach_ms = min(row.promised_at for row in rows)
    hours = max(0, moment.hour_ms - head.since) // MS_PER_HOUR
    holder = f"{head.holder_number} line {head.holder_position}"
    where = head.node_name or head.node_id
    plural = "s wait" if head.waiting_lines != 1 else " waits"
    this = {
        "source": head.holder_source,
        "as_of_ms": head.holder_observed_at,
        "entity": (EntityKind.ALLOCATION, head.entity_id),
    }
    return Finding(
        case_type=AL_STRANDED,
        entity=EntityRef(kind=EntityKind.ALLOCATION, entity_id=head.entity_id),
        title=f"{head.held} ea of {head.sku} at {where} stranded with {head.holder_number}",
        consequence=(
            f"{holder}, {head.why}, holds {head.held} ea of {head.sku} at {where} for {hours} h; "
            f"{head.waiting_lines} line{plural} there for {head.waiting_quantity} ea, the first promised "
            f"{day_words(breach_ms)}."
        ),
        impact=impact,
        losses=tuple((part.key, part.loss_cents) for part in losses),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, moment.policy, tier=head.tier),
        correlation_key=f"stranded:{head.holder_order_id}",
        evidence=(
            fact("holder", holder, **this),
            fact("why", head.why, **this),
            fact("held_quantity", head.held, unit="units", **this),
            fact("held_since", iso(head.since), **this),
            fact("waiting_lines", head.waiting_lines, unit="lines"),
            fact("waiting_quantity", head.waiting_quantity, unit="units"),
        ),
        order_ids=distinct([head.holder_order_id, *(row.order_id for row in rows)]),
        node_id=head.node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.holder_source, *(row.source for row in rows)]),
        about=(line_ref(head.holder_id),),
    )


RULE = Rule(
    case_type=AL_STRANDED,
    sql=_SQL,
    wakes=("allocation>peg", "peg>peg", *PEG_MONEY_WAKES, "node>peg"),
    assess=_assess,
    flips=(f"SELECT {_KEY} {_OF_ALLOCATION}", f"SELECT {_KEY} {_OF_ORDER}", f"SELECT {_KEY} {_OF_LINE}"),
    indexes=(
        *PEG_INDEXES,
        GROUP_INDEX,
        RESERVED_INDEX,
        partial_index("det_order_stopped", "sales_order (id)", _STOPPED_ORDER),
        partial_index("det_line_stopped", "order_line (id)", _STOPPED_LINE),
        partial_index(
            "det_allocation_since",
            "allocation (allocated_at, item_id, node_id, status, quantity, deleted_at)",
            f"{_RESERVED} AND allocated_at IS NOT NULL",
        ),
        partial_index(
            "det_order_ordered",
            "sales_order (ordered_at, status, deleted_at)",
            "deleted_at IS NULL AND status NOT IN ('shipped', 'invoiced')",
        ),
        partial_index(
            "det_line_promised",
            "order_line (promised_at, cancelled, ordered_quantity, shipped_quantity, deleted_at)",
            OPEN_LINE,
        ),
    ),
)
