"""AL-SHORT and AL-IMBALANCE: a line that stock and inbound at its node do not cover by its promise.

The same line is one or the other: where the nodes at which it is not short can spare all that it lacks,
the stock is only in the wrong place.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.detection.money import BP, impact_of, severity_of
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import LINE_MONEY_WAKES, line_ref, short_line, with_short_line
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_IMBALANCE, AL_SHORT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from domain.cases import Fact
    from domain.catalogue.case_type import CaseType

_NOT_SHORT_THERE = (
    "NOT EXISTS (SELECT 1 FROM peg_short n WHERE n.line_id = s.line_id AND n.node_id = f.node_id)"
)

_SQL = with_short_line(f"""
WITH short_line AS MATERIALIZED (
  SELECT p.line_id, p.item_id, SUM(p.short_quantity) AS short_quantity,
         COALESCE((SELECT SUM(f.available_quantity) FROM peg_offer f WHERE f.item_id = p.item_id
                    AND {_NOT_SHORT_THERE.replace("s.line_id", "p.line_id")}), 0) AS others
    FROM peg_short p WHERE {{scope:p.line_id}} GROUP BY p.line_id),
found AS MATERIALIZED (
  SELECT s.line_id, s.item_id, s.others,
         (SELECT w.node_id FROM peg_short w WHERE w.line_id = s.line_id
           ORDER BY w.short_quantity DESC, w.node_id LIMIT 1) AS node_id,
         (SELECT f.node_id FROM peg_offer f WHERE f.item_id = s.item_id AND {_NOT_SHORT_THERE}
           ORDER BY f.available_quantity DESC, f.node_id LIMIT 1) AS best_node_id
    FROM short_line s WHERE (s.others >= s.short_quantity) = @elsewhere)
SELECT h.line_id AS entity_id, @columns, h.others, h.node_id, w.on_hand_quantity, w.inbound_quantity,
       n.name AS node_name, p.source AS stock_source, p.observed_at AS stock_observed_at,
       h.best_node_id, f.available_quantity AS best_quantity, f.source AS best_source,
       f.observed_at AS best_observed_at, m.name AS best_name
  FROM found h
  CROSS JOIN order_line l ON l.id = h.line_id
  CROSS JOIN peg_short w ON w.line_id = h.line_id AND w.node_id = h.node_id
  @joins
  LEFT JOIN node n ON n.id = h.node_id
  LEFT JOIN inventory_position p ON p.id = (
       SELECT x.id FROM inventory_position x
        WHERE x.item_id = h.item_id AND x.node_id = h.node_id AND x.deleted_at IS NULL
        ORDER BY x.id LIMIT 1)
  LEFT JOIN peg_offer f ON f.item_id = h.item_id AND f.node_id = h.best_node_id
  LEFT JOIN node m ON m.id = h.best_node_id
 WHERE {{runs(node=h.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY h.line_id
""")  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment, *, case_type: CaseType) -> Finding:
    row = rows[0]
    elsewhere = case_type is AL_IMBALANCE
    short = short_line(row, moment)
    covered_bp = BP if elsewhere else BP * row.others // row.short_quantity
    impact = impact_of(
        [short.loss],
        effort_minutes=case_type.effort_minutes,
        avoidable_bp=max(covered_bp, moment.policy.setting("expedite_success_bp")),
        assumed=short.assumed,
    )
    key = f"imbalance:{row.item_id}" if elsewhere else f"short:{row.item_id}:{row.node_id}"
    return Finding(
        case_type=case_type,
        entity=line_ref(row.line_id),
        title=f"{row.number} line {row.position} short {row.short_quantity} ea",
        consequence=_words(row, short.days),
        impact=impact,
        losses=((row.line_id, short.loss.loss_cents),),
        severity=severity_of(
            impact.loss_cents, row.promised_at, moment.hour_ms, moment.policy, tier=row.tier
        ),
        correlation_key=key,
        evidence=_evidence(row),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.stock_source, row.best_source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


def _words(row: Row[Any], days: int) -> str:
    where = row.node_name or row.node_id
    words = f"Line {row.position} of {row.number} is {row.short_quantity} ea of {row.sku} short at {where}"
    if row.others:
        best = row.best_name or row.best_node_id
        rest = row.others - row.best_quantity
        words += f"; {best} has {row.best_quantity} to spare" + (f", others {rest}" if rest else "")
    else:
        words += "; no other node can help"
    return f"{words}. Promised {day_words(row.promised_at)}, {days} d late unless re-sourced."


def _evidence(row: Row[Any]) -> tuple[Fact, ...]:
    line = {"source": row.source, "as_of_ms": row.observed_at}
    stock = {"source": row.stock_source, "as_of_ms": row.stock_observed_at}
    item = (EntityKind.ITEM, row.item_id)
    this = (EntityKind.ORDER_LINE, row.line_id)
    facts = [
        fact("short_quantity", row.short_quantity, unit="units", entity=this, **line),
        fact("ordered_quantity", row.ordered_quantity, unit="units", **line),
        fact("on_hand", row.on_hand_quantity, unit="units", entity=(EntityKind.NODE, row.node_id), **stock),
        fact("inbound_by_promise", row.inbound_quantity, unit="units", entity=item),
        fact("promised_at", iso(row.promised_at), **line),
    ]
    if row.best_node_id is not None:
        other = {"source": row.best_source, "as_of_ms": row.best_observed_at}
        there = (EntityKind.NODE, row.best_node_id)
        facts += [
            fact("other_node", row.best_name or row.best_node_id, entity=there, **other),
            fact("other_available", row.best_quantity, unit="units", entity=there, **other),
            fact("others_total", row.others, unit="units", entity=item, **other),
        ]
    if row.eta_known:
        facts.append(fact("next_inbound_at", iso(row.next_eta_at), entity=item))
    return tuple(facts)


_WAKES = (
    "peg>line",
    *LINE_MONEY_WAKES,
    "node>line",
    "inventory_position>short_line",
)

# Demand is one system's and stock another's: goods that have left still are wanted where one is silent.
SHORT = Rule(
    case_type=AL_SHORT,
    sql=_SQL.replace("@elsewhere", "0"),
    wakes=_WAKES,
    assess=partial(_assess, case_type=AL_SHORT),
    compares=True,
)
IMBALANCE = Rule(
    case_type=AL_IMBALANCE,
    sql=_SQL.replace("@elsewhere", "1"),
    wakes=_WAKES,
    assess=partial(_assess, case_type=AL_IMBALANCE),
    compares=True,
)
