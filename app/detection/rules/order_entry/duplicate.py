"""OE-DUP: a customer's later order repeats an earlier one, by its PO number or by its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, rework_cents_of
from app.detection.phrasing import day_words, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    OPEN,
    OrderCase,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
    order_value,
)
from domain.cases import Impact
from domain.catalogue.order_entry import OE_DUP
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_OPEN = f"h.status IN {OPEN} AND h.reviewed = 0"
_KEPT = "h.deleted_at IS NULL AND h.status <> 'cancelled'"
_EARLIER_KEPT = _KEPT.replace("h.", "e.")
# The lines of an order as one text; a second order with the same text wants the same goods.
_LINES = """(SELECT group_concat(x.item_id || char(58) || x.ordered_quantity, ' ' ORDER BY x.item_id,
             x.ordered_quantity) FROM order_line x
             WHERE x.order_id = @.id AND x.deleted_at IS NULL AND x.cancelled = 0)"""
_COUNT = """(SELECT COUNT(*) FROM order_line x
             WHERE x.order_id = h.id AND x.deleted_at IS NULL AND x.cancelled = 0)"""

# Lines are compared only with orders of the same total, which are few; a source that gives no totals has
# its duplicates found by PO number alone.
_FOUND = f"""
SELECT id, customer_id AS scope_key, MIN(first_by_po) AS first_by_po, MIN(first_by_lines) AS first_by_lines
  FROM (
SELECT h.id, h.customer_id,
       (SELECT e.id FROM sales_order e INDEXED BY det_order_po
         WHERE e.customer_id = h.customer_id AND e.customer_po = h.customer_po AND e.customer_po <> ''
           AND {_EARLIER_KEPT} AND (e.ordered_at, e.id) < (h.ordered_at, h.id)
           AND e.ordered_at >= h.ordered_at - {{setting:duplicate_po_days}} * 86400000
         ORDER BY e.ordered_at, e.id LIMIT 1) AS first_by_po, NULL AS first_by_lines
  FROM (SELECT customer_id, customer_po FROM sales_order h INDEXED BY det_order_po
         WHERE {{scope:h.customer_id}} AND h.customer_po <> '' AND {_KEPT}
         GROUP BY customer_id, customer_po HAVING COUNT(*) > 1) g
  CROSS JOIN sales_order h INDEXED BY det_order_po
             ON h.customer_id = g.customer_id AND h.customer_po = g.customer_po
 WHERE h.customer_po <> '' AND {_KEPT} AND {_OPEN}
UNION ALL
SELECT h.id, h.customer_id, NULL,
       (SELECT e.id FROM sales_order e INDEXED BY det_order_total
         WHERE e.customer_id = h.customer_id AND e.total_cents = h.total_cents AND e.total_cents <> 0
           AND {_EARLIER_KEPT} AND (e.ordered_at, e.id) < (h.ordered_at, h.id)
           AND e.ordered_at >= h.ordered_at - {{setting:duplicate_window_hours}} * 3600000
           AND {_LINES.replace("@", "e")} = {_LINES.replace("@", "h")}
           AND (h.customer_po = '' OR e.customer_po = '' OR {_COUNT} >= {{setting:duplicate_lines}})
         ORDER BY e.ordered_at, e.id LIMIT 1)
  FROM (SELECT customer_id, total_cents FROM sales_order h INDEXED BY det_order_total
         WHERE {{scope:h.customer_id}} AND h.total_cents <> 0 AND {_KEPT}
         GROUP BY customer_id, total_cents HAVING COUNT(*) > 1) g
  CROSS JOIN sales_order h INDEXED BY det_order_total
             ON h.customer_id = g.customer_id AND h.total_cents = g.total_cents
 WHERE h.total_cents <> 0 AND {_KEPT} AND {_OPEN})
 WHERE first_by_po IS NOT NULL OR first_by_lines IS NOT NULL
 GROUP BY id
"""  # noqa: S608 - constants only

_FIRST = "(SELECT e.@ FROM sales_order e WHERE e.id = COALESCE(f.first_by_po, f.first_by_lines))"
_EXTRA = f"""f.scope_key, o.customer_po, f.first_by_po, COALESCE(f.first_by_po, f.first_by_lines) AS first_id,
       {_FIRST.replace("@", "number")} AS first_number,
       {_FIRST.replace("@", "ordered_at")} AS first_ordered_at,"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    by_po = head.first_by_po is not None
    likely_bp = policy.setting("duplicate_po_bp" if by_po else "duplicate_lines_bp")
    cost_bp = policy.setting("return_cost_bp")
    losses = [(row.line_id, row.value_cents * cost_bp // BP * likely_bp // BP) for row in rows if row.line_id]
    rework = rework_cents_of(OE_DUP.effort_minutes, policy)
    value, goods = order_value(rows), sum(cents for _, cents in losses)
    same = f"PO number {head.customer_po}" if by_po else "lines"
    order = order_facts(head)
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_DUP,
            title=f"{head.number} repeats {head.first_number}",
            consequence=(
                f"{head.number} of {customer_name(head)} ({money_words(value)}) has the same {same} as "
                f"{head.first_number} of {day_words(head.first_ordered_at)}; if nobody asks, it ships for "
                f"{day_words(head.promised_at)} and comes back."
            ),
            impact=Impact(
                loss_cents=goods + rework,
                low_cents=0,
                high_cents=max(goods + rework, value * cost_bp // BP + rework),
                avoidable_cents=goods,
                effort_minutes=OE_DUP.effort_minutes,
                rework_cents=goods + rework,
                assumed=("duplicate",),
            ),
            losses=[*losses, (f"sales_order/{head.entity_id}", rework)],
            correlation_key=f"dup:{head.customer_id}:{head.customer_po if by_po else head.first_id}",
            evidence=(
                fact("first_order", head.first_number, entity=(EntityKind.SALES_ORDER, head.first_id)),
                fact("same", same, **order),
                fact("ordered_at", iso(head.ordered_at), **order),
                fact("first_ordered_at", iso(head.first_ordered_at)),
                fact("order_value", value, unit="cents", **order),
            ),
            about=(EntityRef(kind=EntityKind.SALES_ORDER, entity_id=head.first_id),),
        ),
    )


RULE = Rule(
    case_type=OE_DUP,
    sql=order_rows(_FOUND, _EXTRA),
    wakes=("sales_order>customer", "order_line>customer", "customer>customer", "item>customer"),
    assess=_assess,
    indexes=(
        partial_index(
            "det_order_po",
            "sales_order (customer_id, customer_po, ordered_at, status, reviewed, deleted_at)",
            f"customer_po <> '' AND {_KEPT}",
        ),
        partial_index(
            "det_order_total",
            "sales_order (customer_id, total_cents, ordered_at, status, reviewed, customer_po, deleted_at)",
            f"total_cents <> 0 AND {_KEPT}",
        ),
    ),
)
