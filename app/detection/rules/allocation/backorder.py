"""AL-BO-AGED: a line past its requested date is short for too long, or nothing says until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import days_between, impact_of, severity_of
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import (
    LINE_MONEY_WAKES,
    OPEN_LINE,
    line_ref,
    short_line,
    with_short_line,
)
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_BO_AGED
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_LIMIT_MS = "{decide:backorder_limit.limit_days(tier=c.tier)} * 86400000"

_SQL = with_short_line(f"""
SELECT l.id AS entity_id, @columns, s.node_id, n.name AS node_name, {_LIMIT_MS} AS limit_ms
  FROM (SELECT p.line_id, MAX(p.short_quantity), p.node_id, MIN(p.next_eta_at IS NOT NULL) AS dated
          FROM peg_short p WHERE {{scope:p.line_id}} GROUP BY p.line_id) s
  CROSS JOIN order_line l ON l.id = s.line_id
  @joins
  LEFT JOIN node n ON n.id = s.node_id
 WHERE l.requested_at <= :now AND (NOT s.dated OR l.requested_at <= :now - {_LIMIT_MS})
   AND {{runs(node=s.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY l.id
""")  # noqa: S608 - constants only

# Each limit that some tier has, once; and the requested date itself, for what has no date to come.
_FLIPS = f"""
SELECT l.id
  FROM (SELECT 0 AS limit_ms UNION SELECT {_LIMIT_MS}
          FROM (SELECT 1 AS tier UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT NULL) c) t
 CROSS JOIN order_line l INDEXED BY det_line_requested
            ON l.requested_at > :earlier - t.limit_ms AND l.requested_at <= :later - t.limit_ms
 WHERE {OPEN_LINE} AND EXISTS (SELECT 1 FROM peg_short p WHERE p.line_id = l.id)
"""  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    short = short_line(row, moment)
    impact = impact_of([short.loss], effort_minutes=AL_BO_AGED.effort_minutes, assumed=short.assumed)
    age = days_between(row.requested_at, moment.hour_ms)
    limit = days_between(0, row.limit_ms)
    coming = f"more comes {day_words(row.next_eta_at)}" if row.eta_known else "nothing inbound gives a date"
    where = row.node_name or row.node_id
    line = {"source": row.source, "as_of_ms": row.observed_at, "entity": (EntityKind.ORDER_LINE, row.line_id)}
    return Finding(
        case_type=AL_BO_AGED,
        entity=line_ref(row.line_id),
        title=f"{row.number} line {row.position} on backorder for {age} d",
        consequence=(
            f"Line {row.position} of {row.number} waits for {row.short_quantity} ea of {row.sku} at {where} "
            f"since {day_words(row.requested_at)} ({age} d, limit {limit} d); {coming}."
        ),
        impact=impact,
        losses=((row.line_id, short.loss.loss_cents),),
        severity=severity_of(
            impact.loss_cents, row.promised_at, moment.hour_ms, moment.policy, tier=row.tier
        ),
        correlation_key=f"backorder:{row.item_id}",
        evidence=(
            fact("age", age, unit="days", **line),
            fact("limit", limit, unit="days"),
            fact("short_quantity", row.short_quantity, unit="units", **line),
            fact("requested_at", iso(row.requested_at), **line),
            fact("promised_at", iso(row.promised_at), **line),
            fact("next_inbound_at", iso(row.next_eta_at) if row.eta_known else "unknown"),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


RULE = Rule(
    case_type=AL_BO_AGED,
    sql=_SQL,
    wakes=("peg>line", *LINE_MONEY_WAKES, "node>line"),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        partial_index(
            "det_line_requested",
            "order_line (requested_at, cancelled, ordered_quantity, shipped_quantity, deleted_at)",
            OPEN_LINE,
        ),
    ),
)
