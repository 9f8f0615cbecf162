"""Rules of order entry: credit hold, price mismatch, incomplete order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from app.detection.finding import Finding, Moment, Rule
from app.detection.money import blocked_line_loss, impact_of, severity_of, sla_of
from app.detection.phrasing import day_words, distinct, fact, iso, money_words
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.order_entry import OE_CREDIT, OE_INCOMPLETE, OE_PRICE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.detection.money import LineLoss

_CREDIT = text("""
SELECT o.id AS entity_id, o.number, o.customer_id, o.promised_at, o.total_cents, o.ship_from_node_id,
       o.credit_status, o.source, o.observed_at,
       c.name AS customer_name, c.tier, c.limit_cents, c.open_receivables_cents, c.days_past_due,
       c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp, c.cancel_probability_bp,
       c.source AS customer_source, c.observed_at AS customer_observed_at,
       l.id AS line_id, l.node_id, l.ordered_quantity * l.unit_price_cents AS value_cents,
       l.ordered_quantity * (l.unit_price_cents - COALESCE(i.landed_cost_cents, l.unit_price_cents))
         AS margin_cents
  FROM sales_order o
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN order_line l ON l.order_id = o.id AND l.cancelled = 0 AND l.deleted_at IS NULL
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
 WHERE o.deleted_at IS NULL
   AND o.status IN ('entered', 'confirmed', 'released')
   AND (o.credit_status = 'hold'
        OR (o.status = 'entered' AND o.credit_status = 'clear' AND c.limit_cents IS NOT NULL
            AND c.open_receivables_cents + o.total_cents > c.limit_cents))
 ORDER BY o.id, l.id
""")

_PRICE = text("""
SELECT l.id AS entity_id, l.position, l.order_id, l.item_id, l.node_id, l.ordered_quantity,
       l.unit_price_cents, l.promised_at, l.source, l.observed_at,
       o.number, o.customer_id, c.name AS customer_name, i.sku,
       p.id AS contract_id, COALESCE(p.unit_price_cents, i.list_price_cents) AS agreed_cents,
       COALESCE(p.source, i.source) AS price_source,
       COALESCE(p.observed_at, i.observed_at) AS price_observed_at
  FROM order_line l
  JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
  LEFT JOIN contract_price p ON p.id = (
       SELECT q.id FROM contract_price q
        WHERE q.customer_id = o.customer_id AND q.item_id = l.item_id AND q.deleted_at IS NULL
          AND q.valid_from <= :now AND (q.valid_until IS NULL OR q.valid_until > :now)
        ORDER BY q.valid_from DESC, q.id LIMIT 1)
 WHERE l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
   AND o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')
   AND COALESCE(p.unit_price_cents, i.list_price_cents) > 0
   AND abs(l.unit_price_cents - COALESCE(p.unit_price_cents, i.list_price_cents)) * 10000
       > :tolerance_bp * COALESCE(p.unit_price_cents, i.list_price_cents)
   AND abs(l.unit_price_cents - COALESCE(p.unit_price_cents, i.list_price_cents)) * l.ordered_quantity
       > :tolerance_cents
 ORDER BY l.id
""")

_PRICE_FLIPS = text("""
SELECT EXISTS (SELECT 1 FROM contract_price
                WHERE deleted_at IS NULL
                  AND ((valid_from > :earlier AND valid_from <= :later)
                       OR (valid_until > :earlier AND valid_until <= :later)))
""")

_INCOMPLETE = text("""
WITH gap AS (
  SELECT o.id AS order_id, group_concat(f.value, ',' ORDER BY f.key) AS missing
    FROM sales_order o
    JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
    JOIN json_each(c.required_fields) f
   WHERE o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed')
     AND trim(CASE f.value WHEN 'name' THEN o.ship_to_name WHEN 'street' THEN o.ship_to_street
                           WHEN 'postcode' THEN o.ship_to_postcode WHEN 'city' THEN o.ship_to_city
                           WHEN 'country' THEN o.ship_to_country WHEN 'contact' THEN o.ship_to_contact
                           ELSE '' END, char(32, 9, 10, 13)) = ''
   GROUP BY o.id)
SELECT o.id AS entity_id, gap.missing, o.number, o.customer_id, o.promised_at, o.ship_from_node_id,
       o.source, o.observed_at,
       c.name AS customer_name, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents,
       c.penalty_cap_bp, c.cancel_probability_bp,
       (SELECT g.number FROM sales_order g
         WHERE g.customer_id = o.customer_id AND g.id <> o.id AND g.deleted_at IS NULL
           AND g.ship_to_street <> '' AND g.ship_to_postcode <> '' AND g.ship_to_city <> ''
         ORDER BY g.ordered_at DESC, g.id LIMIT 1) AS last_good_order,
       l.id AS line_id, l.node_id, l.ordered_quantity * l.unit_price_cents AS value_cents,
       l.ordered_quantity * (l.unit_price_cents - COALESCE(i.landed_cost_cents, l.unit_price_cents))
         AS margin_cents
  FROM gap
  JOIN sales_order o ON o.id = gap.order_id
  JOIN customer c ON c.id = o.customer_id
  LEFT JOIN order_line l ON l.order_id = o.id AND l.cancelled = 0 AND l.deleted_at IS NULL
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
 ORDER BY o.id, l.id
""")


def _select_credit(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_CREDIT).all()


def _select_price(connection: Connection, moment: Moment) -> Sequence[Row[Any]]:
    policy = moment.policy
    values = {
        "now": moment.now_ms,
        "tolerance_bp": policy.price_tolerance_bp,
        "tolerance_cents": policy.price_tolerance_cents,
    }
    return connection.execute(_PRICE, values).all()


def _price_flips(connection: Connection, earlier_ms: int, later_ms: int) -> bool:
    return bool(connection.execute(_PRICE_FLIPS, {"earlier": earlier_ms, "later": later_ms}).scalar())


def _select_incomplete(connection: Connection, _moment: Moment) -> Sequence[Row[Any]]:
    return connection.execute(_INCOMPLETE).all()


def _blocked_losses(rows: Sequence[Row[Any]], moment: Moment) -> list[LineLoss]:
    sla = sla_of(rows[0])
    return [
        blocked_line_loss(
            key=row.line_id,
            value_cents=row.value_cents,
            margin_cents=row.margin_cents,
            promised_ms=row.promised_at,
            hour_ms=moment.hour_ms,
            sla=sla,
            policy=moment.policy,
        )
        for row in rows
        if row.line_id is not None
    ]


def _assess_credit(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = _blocked_losses(rows, moment)
    assumed = () if head.tier is not None else ("customer_terms",)
    impact = impact_of(losses, effort_minutes=OE_CREDIT.effort_minutes, assumed=assumed)
    value = head.total_cents or sum(row.value_cents or 0 for row in rows)
    customer = head.customer_name or head.customer_id
    held = head.credit_status == "hold"
    state = "is on credit hold" if held else "takes its customer over the credit limit"
    order = {"source": head.source, "as_of_ms": head.observed_at}
    terms = {"source": head.customer_source, "as_of_ms": head.customer_observed_at}
    who = (EntityKind.CUSTOMER, head.customer_id)
    limit = "none" if head.limit_cents is None else head.limit_cents
    return Finding(
        case_type=OE_CREDIT,
        entity=EntityRef(kind=EntityKind.SALES_ORDER, entity_id=head.entity_id),
        title=f"{head.number} held for credit" if held else f"{head.number} over the credit limit",
        consequence=(
            f"{head.number} of {customer} ({money_words(value)}) {state}; it cannot ship for "
            f"{day_words(head.promised_at)} until released."
        ),
        impact=impact,
        losses=tuple((part.key, part.loss_cents) for part in losses),
        severity=severity_of(impact.loss_cents, head.promised_at, moment.hour_ms, moment.policy),
        correlation_key=f"credit:{head.customer_id}",
        evidence=(
            fact(
                "order_value", value, unit="cents", entity=(EntityKind.SALES_ORDER, head.entity_id), **order
            ),
            fact("credit_status", head.credit_status, **order),
            fact("credit_limit", limit, unit="cents", entity=who, **terms),
            fact("open_receivables", head.open_receivables_cents or 0, unit="cents", entity=who, **terms),
            fact("days_past_due", head.days_past_due or 0, unit="days", entity=who, **terms),
            fact("tier", head.tier or "unknown", entity=who, **terms),
            fact("promised_at", iso(head.promised_at), **order),
        ),
        order_ids=(head.entity_id,),
        node_id=_node(rows),
        breach_at=from_ms(head.promised_at),
        sources=distinct([head.source, head.customer_source]),
    )


def _assess_price(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    gap = abs(row.unit_price_cents - row.agreed_cents)
    loss = gap * row.ordered_quantity
    basis = "contract" if row.contract_id else "list price"
    direction = "below" if row.unit_price_cents < row.agreed_cents else "above"
    line = {"source": row.source, "as_of_ms": row.observed_at}
    agreed = {"source": row.price_source, "as_of_ms": row.price_observed_at}
    priced_by = (
        (EntityKind.CONTRACT_PRICE, row.contract_id) if row.contract_id else (EntityKind.ITEM, row.item_id)
    )
    return Finding(
        case_type=OE_PRICE,
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.entity_id),
        title=f"{row.number} line {row.position} priced {direction} {basis}",
        consequence=(
            f"Line {row.position} of {row.number} ({row.sku}) is priced {money_words(row.unit_price_cents)} "
            f"where the {basis} says {money_words(row.agreed_cents)}: {money_words(loss)} off over "
            f"{row.ordered_quantity} ea."
        ),
        impact=Impact(
            loss_cents=loss,
            low_cents=loss,
            high_cents=loss,
            avoidable_cents=loss,
            effort_minutes=OE_PRICE.effort_minutes,
            margin_cents=loss,
        ),
        losses=((row.entity_id, loss),),
        severity=severity_of(loss, row.promised_at, moment.hour_ms, moment.policy),
        correlation_key=f"price:{row.customer_id}:{row.item_id}",
        evidence=(
            fact(
                "unit_price",
                row.unit_price_cents,
                unit="cents",
                entity=(EntityKind.ORDER_LINE, row.entity_id),
                **line,
            ),
            fact("agreed_price", row.agreed_cents, unit="cents", entity=priced_by, **agreed),
            fact("ordered_quantity", row.ordered_quantity, unit="units", **line),
            fact("price_source", basis, entity=priced_by, **agreed),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.price_source]),
    )


def _assess_incomplete(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = _blocked_losses(rows, moment)
    rework = OE_INCOMPLETE.effort_minutes * moment.policy.planner_cents_per_minute
    impact = impact_of(losses, effort_minutes=OE_INCOMPLETE.effort_minutes, rework_cents=rework)
    missing = head.missing.replace(",", ", ")
    order = {"source": head.source, "as_of_ms": head.observed_at}
    return Finding(
        case_type=OE_INCOMPLETE,
        entity=EntityRef(kind=EntityKind.SALES_ORDER, entity_id=head.entity_id),
        title=f"{head.number} lacks {missing}",
        consequence=(
            f"{head.number} of {head.customer_name} has no {missing}; it cannot be released for "
            f"{day_words(head.promised_at)}."
        ),
        impact=impact,
        losses=(
            *((part.key, part.loss_cents) for part in losses),
            (f"sales_order/{head.entity_id}", rework),
        ),
        severity=severity_of(impact.loss_cents, head.promised_at, moment.hour_ms, moment.policy),
        correlation_key=f"incomplete:{head.customer_id}:{head.missing}",
        evidence=(
            fact("missing_fields", missing, entity=(EntityKind.SALES_ORDER, head.entity_id), **order),
            fact("last_good_order", head.last_good_order or "none", **order),
            fact("promised_at", iso(head.promised_at), **order),
        ),
        order_ids=(head.entity_id,),
        node_id=_node(rows),
        breach_at=from_ms(head.promised_at),
        sources=distinct([head.source]),
    )


def _node(rows: Sequence[Row[Any]]) -> Any:  # noqa: ANN401 - a node id, as SQLite gives it
    return rows[0].ship_from_node_id or next((row.node_id for row in rows if row.node_id), None)


_ORDER_KINDS = frozenset(
    {EntityKind.SALES_ORDER, EntityKind.ORDER_LINE, EntityKind.CUSTOMER, EntityKind.ITEM}
)

CREDIT_RULE = Rule(case_type=OE_CREDIT, reads=_ORDER_KINDS, select=_select_credit, assess=_assess_credit)
PRICE_RULE = Rule(
    case_type=OE_PRICE,
    reads=_ORDER_KINDS | {EntityKind.CONTRACT_PRICE},
    select=_select_price,
    assess=_assess_price,
    flips=_price_flips,
)
INCOMPLETE_RULE = Rule(
    case_type=OE_INCOMPLETE, reads=_ORDER_KINDS, select=_select_incomplete, assess=_assess_incomplete
)
