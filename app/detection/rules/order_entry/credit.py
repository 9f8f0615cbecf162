"""OE-CREDIT: the order is on credit hold, or takes its customer over the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of
from app.detection.phrasing import day_words, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    ENTERED_INDEX,
    OPEN_ORDER,
    ORDER_MONEY_WAKES,
    OrderCase,
    blocked_losses,
    customer_facts,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
    order_value,
)
from domain.catalogue.order_entry import OE_CREDIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Once confirmed, an order has passed the credit check of its system; only a hold speaks after that.
_FOUND = f"""
SELECT h.id FROM sales_order h INDEXED BY det_order_hold
 WHERE {{scope:h.id}} AND h.credit_status = 'hold' AND {OPEN_ORDER}
 UNION
SELECT h.id FROM sales_order h INDEXED BY det_order_entered
 CROSS JOIN customer k ON k.id = h.customer_id
 WHERE {{scope:h.id}} AND h.status = 'entered' AND h.deleted_at IS NULL AND h.credit_status = 'clear'
   AND k.deleted_at IS NULL AND k.limit_cents IS NOT NULL
   AND k.open_receivables_cents + h.total_cents > k.limit_cents
"""  # noqa: S608 - constants only

_EXTRA = "o.credit_status, c.limit_cents, c.open_receivables_cents, c.days_past_due,"


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = blocked_losses(rows, moment)
    assumed = () if head.tier is not None else ("customer_terms",)
    value = order_value(rows)
    held = head.credit_status == "hold"
    state = "is on credit hold" if held else "takes its customer over the credit limit"
    order, terms = order_facts(head), customer_facts(head)
    limit = "none" if head.limit_cents is None else head.limit_cents
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_CREDIT,
            title=f"{head.number} held for credit" if held else f"{head.number} over the credit limit",
            consequence=(
                f"{head.number} of {customer_name(head)} ({money_words(value)}) {state}; it cannot ship for "
                f"{day_words(head.promised_at)} until released."
            ),
            impact=impact_of(losses, effort_minutes=OE_CREDIT.effort_minutes, assumed=assumed),
            losses=[(part.key, part.loss_cents) for part in losses],
            correlation_key=f"credit:{head.customer_id}",
            evidence=(
                fact("order_value", value, unit="cents", **order),
                fact("credit_status", head.credit_status, **order),
                fact("credit_limit", limit, unit="cents", **terms),
                fact("open_receivables", head.open_receivables_cents or 0, unit="cents", **terms),
                fact("days_past_due", head.days_past_due or 0, unit="days", **terms),
                fact("tier", head.tier or "unknown", **terms),
                fact("promised_at", iso(head.promised_at), **order),
            ),
        ),
    )


RULE = Rule(
    case_type=OE_CREDIT,
    sql=order_rows(_FOUND, _EXTRA),
    wakes=ORDER_MONEY_WAKES,
    assess=_assess,
    indexes=(
        ENTERED_INDEX,
        partial_index(
            "det_order_hold",
            "sales_order (id, status, credit_status, deleted_at)",
            f"h.credit_status = 'hold' AND {OPEN_ORDER}",
        ),
    ),
)
