"""Rules of allocation: stock short, stock elsewhere, late inbound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from app.detection.finding import Finding, Moment, Rule
from app.detection.money import days_between, impact_of, line_loss, severity_of, sla_of
from app.detection.peg_tables import PEG_KINDS
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.policy import BP
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.allocation import AL_IMBALANCE, AL_PO_LATE, AL_SHORT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.cases import Fact

_SHORTAGES = text("""
WITH short_line AS (
  SELECT line_id, item_id, SUM(short_quantity) AS short_quantity, MAX(next_eta_at) AS next_eta_at,
         MIN(next_eta_at IS NOT NULL) AS eta_known
    FROM peg_short GROUP BY line_id, item_id),
worst AS (
  SELECT p.* FROM peg_short p
   WHERE p.node_id = (SELECT q.node_id FROM peg_short q WHERE q.line_id = p.line_id
                       ORDER BY q.short_quantity DESC, q.node_id LIMIT 1)),
helped AS (
  SELECT s.line_id, s.item_id, s.short_quantity, s.next_eta_at, s.eta_known,
         COALESCE((SELECT SUM(f.available_quantity) FROM peg_offer f
                    WHERE f.item_id = s.item_id AND f.node_id NOT IN
                          (SELECT p.node_id FROM peg_short p WHERE p.line_id = s.line_id)), 0) AS others
    FROM short_line s)
SELECT l.id AS entity_id, l.position, l.order_id, l.item_id, l.ordered_quantity, l.promised_at,
       l.unit_price_cents, l.source, l.observed_at, o.number, i.sku, i.landed_cost_cents,
       h.short_quantity, h.next_eta_at, h.eta_known, h.others,
       w.node_id, w.on_hand_quantity, w.inbound_quantity, n.name AS node_name,
       c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp,
       c.cancel_probability_bp,
       p.source AS stock_source, p.observed_at AS stock_observed_at,
       f.node_id AS best_node_id, f.available_quantity AS best_quantity, f.source AS best_source,
       f.observed_at AS best_observed_at, m.name AS best_name
  FROM helped h
  JOIN worst w ON w.line_id = h.line_id
  JOIN order_line l ON l.id = h.line_id
  JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
  LEFT JOIN node n ON n.id = w.node_id
  LEFT JOIN inventory_position p ON p.id = (
       SELECT x.id FROM inventory_position x
        WHERE x.item_id = h.item_id AND x.node_id = w.node_id AND x.deleted_at IS NULL
        ORDER BY x.id LIMIT 1)
  LEFT JOIN peg_offer f ON f.item_id = h.item_id AND f.node_id = (
       SELECT g.node_id FROM peg_offer g
        WHERE g.item_id = h.item_id AND g.node_id NOT IN
              (SELECT p2.node_id FROM peg_short p2 WHERE p2.line_id = h.line_id)
        ORDER BY g.available_quantity DESC, g.node_id LIMIT 1)
  LEFT JOIN node m ON m.id = f.node_id
 WHERE (h.others >= h.short_quantity) = :elsewhere
 ORDER BY l.id
""")

_LATE = text("""
SELECT s.id AS entity_id, s.number, s.kind, s.item_id, s.node_id, s.supplier_name, s.due_at, s.eta_at,
       s.ordered_quantity - s.received_quantity AS open_quantity, s.source, s.observed_at,
       i.sku, n.name AS node_name, g.line_id, g.waiting_quantity, l.order_id, l.promised_at,
       l.source AS line_source,
       (SELECT MAX(x.loss_cents) FROM case_loss x
          JOIN exception_case e ON e.case_id = x.case_id
         WHERE x.loss_key = g.line_id AND e.code IN ('AL-SHORT', 'AL-IMBALANCE')
           AND e.closed_at IS NULL) AS loss_cents
  FROM peg_late g
  JOIN inbound_supply s ON s.id = g.supply_id
  JOIN order_line l ON l.id = g.line_id
  LEFT JOIN item i ON i.id = s.item_id
  LEFT JOIN node n ON n.id = s.node_id
 ORDER BY s.id, g.line_id
""")


def _select_short(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_SHORTAGES, {"elsewhere": 0}).all()


def _select_elsewhere(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_SHORTAGES, {"elsewhere": 1}).all()


def _select_late(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_LATE).all()


def _assess_short(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    covered_bp = BP * row.others // row.short_quantity
    return _shortage(row, moment, avoidable_bp=max(covered_bp, moment.policy.expedite_success_bp))


def _assess_elsewhere(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    return _shortage(rows[0], moment, avoidable_bp=BP)


def _shortage(row: Row[Any], moment: Moment, *, avoidable_bp: int) -> Finding:
    elsewhere = row.others >= row.short_quantity
    kind = AL_IMBALANCE if elsewhere else AL_SHORT
    days, assumed = _days_late(row, moment)
    landed = row.unit_price_cents if row.landed_cost_cents is None else row.landed_cost_cents
    loss = line_loss(
        key=row.entity_id,
        value_cents=row.short_quantity * row.unit_price_cents,
        margin_cents=row.short_quantity * (row.unit_price_cents - landed),
        days=days,
        sla=sla_of(row),
    )
    impact = impact_of([loss], effort_minutes=kind.effort_minutes, avoidable_bp=avoidable_bp, assumed=assumed)
    correlation = f"imbalance:{row.item_id}" if elsewhere else f"short:{row.item_id}:{row.node_id}"
    return Finding(
        case_type=kind,
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.entity_id),
        title=f"{row.number} line {row.position} short {row.short_quantity} ea",
        consequence=_shortage_words(row, days),
        impact=impact,
        losses=((loss.key, loss.loss_cents),),
        severity=severity_of(impact.loss_cents, row.promised_at, moment.hour_ms, moment.policy),
        correlation_key=correlation,
        evidence=_shortage_evidence(row),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.stock_source, row.best_source]),
    )


def _days_late(row: Row[Any], moment: Moment) -> tuple[int, tuple[str, ...]]:
    """Days the units will be late: by the next inbound, else a default; never fewer than already passed."""
    assumed = [] if row.tier is not None else ["customer_terms"]
    if row.landed_cost_cents is None:
        assumed.append("landed_cost")
    if row.eta_known:
        expected = days_between(row.promised_at, row.next_eta_at)
    else:
        expected = moment.policy.unknown_delay_days
        assumed.append("days_late")
    return max(1, expected, days_between(row.promised_at, moment.hour_ms)), tuple(assumed)


def _shortage_words(row: Row[Any], days: int) -> str:
    where = row.node_name or row.node_id
    words = f"Line {row.position} of {row.number} is {row.short_quantity} ea of {row.sku} short at {where}"
    if row.others:
        best = row.best_name or row.best_node_id
        rest = row.others - row.best_quantity
        words += f"; {best} has {row.best_quantity} to spare" + (f", others {rest}" if rest else "")
    else:
        words += "; no other node can help"
    return f"{words}. Promised {day_words(row.promised_at)}, {days} d late unless re-sourced."


def _shortage_evidence(row: Row[Any]) -> tuple[Fact, ...]:
    line = {"source": row.source, "as_of_ms": row.observed_at}
    stock = {"source": row.stock_source, "as_of_ms": row.stock_observed_at}
    item = (EntityKind.ITEM, row.item_id)
    facts = [
        fact(
            "short_quantity",
            row.short_quantity,
            unit="units",
            entity=(EntityKind.ORDER_LINE, row.entity_id),
            **line,
        ),
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


def _assess_late(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = tuple((row.line_id, row.loss_cents or 0) for row in rows)
    loss = sum(cents for _, cents in losses)
    breach_ms = min(row.promised_at for row in rows)
    orders = distinct([row.order_id for row in rows])
    days = days_between(head.due_at, head.eta_at)
    units = sum(row.waiting_quantity for row in rows)
    facts = {"source": head.source, "as_of_ms": head.observed_at}
    this = (EntityKind.INBOUND_SUPPLY, head.entity_id)
    plural = "" if len(orders) == 1 else "s"
    return Finding(
        case_type=AL_PO_LATE,
        entity=EntityRef(kind=EntityKind.INBOUND_SUPPLY, entity_id=head.entity_id),
        title=f"{head.number} {days} d late at {head.node_name or head.node_id}",
        consequence=(
            f"{head.number} ({head.open_quantity} ea of {head.sku}) is expected {day_words(head.eta_at)} "
            f"instead of {day_words(head.due_at)}; {units} ea of {len(orders)} order{plural} wait for it, "
            f"the first promised {day_words(breach_ms)}."
        ),
        impact=Impact(
            loss_cents=loss,
            low_cents=0,
            high_cents=loss,
            avoidable_cents=loss * moment.policy.expedite_success_bp // BP,
            effort_minutes=AL_PO_LATE.effort_minutes,
            assumed=("expedite_success",),
        ),
        losses=losses,
        severity=severity_of(loss, breach_ms, moment.hour_ms, moment.policy),
        correlation_key=f"po:{head.number}",
        evidence=(
            fact("due_at", iso(head.due_at), entity=this, **facts),
            fact("eta_at", iso(head.eta_at), entity=this, **facts),
            fact("open_quantity", head.open_quantity, unit="units", entity=this, **facts),
            fact("supplier", head.supplier_name or "unknown", **facts),
            fact("waiting_lines", len(rows), unit="lines", **facts),
            fact("waiting_quantity", units, unit="units", **facts),
        ),
        order_ids=orders,
        node_id=head.node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.source, *(row.line_source for row in rows)]),
    )


_SHORT_KINDS = PEG_KINDS | {EntityKind.ITEM, EntityKind.NODE}

SHORT_RULE = Rule(case_type=AL_SHORT, reads=_SHORT_KINDS, select=_select_short, assess=_assess_short)
ELSEWHERE_RULE = Rule(
    case_type=AL_IMBALANCE, reads=_SHORT_KINDS, select=_select_elsewhere, assess=_assess_elsewhere
)
LATE_INBOUND_RULE = Rule(case_type=AL_PO_LATE, reads=_SHORT_KINDS, select=_select_late, assess=_assess_late)
