"""IN-PRICE: billed at another price than the order says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import LineLoss, dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.invoicing.amounts import leak_loss
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_PRICE
from domain.ids import EntityKind, EntityRef

_SQL = """
SELECT v.id AS entity_id, v.number AS invoice_number, v.status, v.order_id, v.customer_id, v.issued_at,
       v.source, v.observed_at, b.line_id, b.item_id, b.quantity - b.credited_quantity AS quantity,
       b.unit_price_cents AS billed_price, l.unit_price_cents AS order_price, l.source AS line_source,
       l.observed_at AS line_observed_at,
       ABS(b.unit_price_cents - l.unit_price_cents) * (b.quantity - b.credited_quantity) AS amount_cents,
       o.number, o.ship_from_node_id, i.sku, c.tier
  FROM invoice v CROSS JOIN invoice_line b ON b.invoice_id = v.id
  CROSS JOIN order_line l ON l.id = b.line_id
  LEFT JOIN sales_order o ON o.id = v.order_id
  LEFT JOIN item i ON i.id = l.item_id
  LEFT JOIN customer c ON c.id = v.customer_id
 WHERE {scope:v.id} AND v.deleted_at IS NULL AND v.status <> 'cancelled'
   AND b.unit_price_cents <> l.unit_price_cents AND l.deleted_at IS NULL
   AND ABS(b.unit_price_cents - l.unit_price_cents) * 10000
       > {setting:invoice_price_tolerance_bp} * l.unit_price_cents
   AND amount_cents > {setting:invoice_price_tolerance_cents}
   AND {runs(node=o.ship_from_node_id, customer=v.customer_id, category=i.category)}
 ORDER BY v.id, b.line_id, b.ordinal
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = max(rows, key=lambda row: row.amount_cents)
    policy = moment.policy
    amount = sum(row.amount_cents for row in rows)
    losses = [_loss(row, moment) for row in rows]
    rework = rework_cents_of(IN_PRICE.effort_minutes, policy)
    impact = impact_of(losses, effort_minutes=IN_PRICE.effort_minutes, rework_cents=rework)
    breach_ms = head.issued_at + IN_PRICE.resolve_minutes * 60_000
    too_much = head.billed_price > head.order_price
    risk = "will be disputed" if too_much else "is given away"
    lines = f"{head.sku or head.item_id}" + (f" and {len(rows) - 1} more lines" if len(rows) > 1 else "")
    this = (EntityKind.INVOICE, head.entity_id)
    billed = {"entity": this, "source": head.source, "as_of_ms": head.observed_at}
    ordered = {
        "entity": (EntityKind.ORDER_LINE, head.line_id),
        "source": head.line_source,
        "as_of_ms": head.line_observed_at,
    }
    return Finding(
        case_type=IN_PRICE,
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id=head.entity_id),
        title=f"{head.invoice_number} bills {'above' if too_much else 'below'} the order price",
        consequence=(
            f"{head.invoice_number} of {head.number or head.order_id} bills {lines} at "
            f"{money_words(head.billed_price)} instead of {money_words(head.order_price)}: "
            f"{money_words(amount)} {risk} unless the price is corrected."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"invoice/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"invoice-price:{head.ship_from_node_id or head.customer_id}",
        evidence=(
            fact("billed_price_cents", head.billed_price, unit="cents", **billed),
            fact("order_price_cents", head.order_price, unit="cents", **ordered),
            fact("billed_quantity", head.quantity, unit="units", **billed),
            fact("difference_cents", amount, unit="cents", **billed),
        ),
        order_ids=(head.order_id,),
        node_id=head.ship_from_node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.source, head.line_source]),
        about=(
            EntityRef(kind=EntityKind.ITEM, entity_id=head.item_id),
            EntityRef(kind=EntityKind.CUSTOMER, entity_id=head.customer_id),
        ),
    )


def _loss(row: Row[Any], moment: Moment) -> LineLoss:
    if row.billed_price > row.order_price:
        return dispute_loss(key=row.line_id, open_cents=row.amount_cents, policy=moment.policy)
    lost_bp = moment.policy.setting("unbilled_lost_bp")
    return leak_loss(key=row.line_id, open_cents=row.amount_cents, lost_bp=lost_bp)


RULE = Rule(
    case_type=IN_PRICE,
    sql=_SQL,
    wakes=(
        "invoice>invoice",
        "order_line>invoice",
        "sales_order>invoice",
        "customer>invoice",
        "item>invoice",
    ),
    assess=_assess,
    indexes=("CREATE INDEX IF NOT EXISTS det_invoice_customer ON invoice (customer_id)",),
)
