"""AL-PRIORITY-INV: a line is short while one that comes after it holds stock of the item at the node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, impact_of, line_loss, severity_of, sla_of
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import (
    ITEM_MONEY_WAKES,
    LAST_TIER,
    line_ref,
    short_line,
    with_short_line,
)
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_PRIORITY_INV
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from domain.cases import Fact

_KNOWN_TIER = "SELECT k.tier FROM customer k WHERE k.id = o.customer_id AND k.deleted_at IS NULL"
_TIER = f"COALESCE(({_KNOWN_TIER}), {LAST_TIER})"

# Of the lines that hold stock in a group, only the one that comes last matters: who comes before that one
# and is short is served out of turn. A line short at two nodes is told once, for the node that lacks most.
# The demand of a group that is short is kept by pegging.
_SQL = with_short_line(
    f"""
WITH short_group AS MATERIALIZED (
  SELECT p.item_id, p.node_id FROM peg_short p WHERE {{scope:p.item_id}} GROUP BY p.item_id, p.node_id),
last_held AS MATERIALIZED (
  SELECT g.item_id, g.node_id,
         (SELECT d.part FROM det_demand d
           WHERE d.item_id = g.item_id AND d.node_id = g.node_id AND d.unreserved = 0
           ORDER BY d.tier DESC, d.promised_at DESC, d.line_id DESC, d.part LIMIT 1) AS allocation_id
    FROM short_group g),
holder AS MATERIALIZED (
  SELECT g.item_id, g.node_id, a.line_id, a.quantity, {_TIER} AS tier, l.promised_at
    FROM last_held g
    CROSS JOIN allocation a ON a.id = g.allocation_id
    CROSS JOIN order_line l ON l.id = a.line_id
    CROSS JOIN sales_order o ON o.id = l.order_id),
found AS MATERIALIZED (
  SELECT p.line_id, p.node_id, h.line_id AS holder_id, h.quantity AS held, h.tier AS holder_tier,
         h.promised_at AS holder_promised_at, MAX(p.short_quantity) AS short_there
    FROM holder h
    CROSS JOIN peg_short p ON p.item_id = h.item_id AND p.node_id = h.node_id AND p.line_id <> h.line_id
    CROSS JOIN order_line l ON l.id = p.line_id
    CROSS JOIN sales_order o ON o.id = l.order_id
   WHERE ({_TIER} < h.tier OR {_TIER} = h.tier AND l.promised_at < h.promised_at)
   GROUP BY p.line_id)
SELECT f.line_id AS entity_id, l.item_id AS scope_key, @columns, f.node_id, f.held, f.holder_id,
       f.holder_tier, f.holder_promised_at, f.short_there, x.number AS holder_number,
       q.position AS holder_position, q.unit_price_cents AS holder_price_cents, q.source AS holder_source,
       n.name AS node_name
  FROM found f
  CROSS JOIN order_line l ON l.id = f.line_id
  @joins
  JOIN order_line q ON q.id = f.holder_id
  JOIN sales_order x ON x.id = q.order_id
  LEFT JOIN node n ON n.id = f.node_id
 WHERE {{runs(node=f.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY f.line_id
"""  # noqa: S608 - constants only
)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    units = min(row.short_there, row.held)
    short = short_line(row, moment)
    swapped = short_line(row, moment, units=units).loss.loss_cents
    # What the holder would lose in turn, by the terms of the line that waits: a day's penalty of the units.
    given_up = line_loss(
        key=row.holder_id,
        value_cents=units * row.holder_price_cents,
        margin_cents=0,
        days=1,
        sla=sla_of(row),
    ).penalty_cents
    gain = max(0, swapped - given_up)
    avoidable_bp = BP * gain // short.loss.loss_cents if short.loss.loss_cents > 0 else 0
    impact = impact_of(
        [short.loss],
        effort_minutes=AL_PRIORITY_INV.effort_minutes,
        avoidable_bp=min(BP, avoidable_bp),
        assumed=short.assumed,
    )
    holder = f"{row.holder_number} line {row.holder_position}"
    where = row.node_name or row.node_id
    return Finding(
        case_type=AL_PRIORITY_INV,
        entity=line_ref(row.line_id),
        title=f"{row.number} line {row.position} waits behind {holder}",
        consequence=(
            f"Line {row.position} of {row.number} (tier {row.tier or LAST_TIER}, promised "
            f"{day_words(row.promised_at)}) lacks {row.short_there} ea of {row.sku} at {where}, where "
            f"{holder} (tier {row.holder_tier}, promised {day_words(row.holder_promised_at)}) holds "
            f"{row.held}."
        ),
        impact=impact,
        losses=((row.line_id, short.loss.loss_cents),),
        severity=severity_of(
            impact.loss_cents, row.promised_at, moment.hour_ms, moment.policy, tier=row.tier
        ),
        correlation_key=f"priority:{row.item_id}:{row.node_id}",
        evidence=_evidence(row, holder),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.holder_source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id), line_ref(row.holder_id)),
    )


def _evidence(row: Row[Any], holder: str) -> tuple[Fact, ...]:
    line = {"source": row.source, "as_of_ms": row.observed_at}
    theirs = {"source": row.holder_source, "entity": (EntityKind.ORDER_LINE, row.holder_id)}
    return (
        fact("short_quantity", row.short_there, unit="units", **line),
        fact("tier", row.tier or "unknown", **line),
        fact("promised_at", iso(row.promised_at), **line),
        fact("holder", holder, **theirs),
        fact("holder_tier", row.holder_tier, **theirs),
        fact("held_quantity", row.held, unit="units", **theirs),
    )


RULE = Rule(
    case_type=AL_PRIORITY_INV,
    sql=_SQL,
    wakes=("peg>item", "allocation>item", *ITEM_MONEY_WAKES, "node>item"),
    assess=_assess,
    compares=True,
)
