"""OE-QTY-OUTLIER: a quantity far above what is usual for the item, no full packs, or below the minimum.

What is usual is the median (the lower one of two) of all lines of the item that are not cancelled; the
lines of each quantity are counted from an index. The median is worked out only of items whose quantities
lie far enough apart, and only lines of an odd quantity are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import OPEN, OPEN_LINE
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.order_entry import OE_QTY_OUTLIER
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_KEPT = "h.deleted_at IS NULL AND h.cancelled = 0"

_SQL = f"""
WITH counted AS MATERIALIZED (
  SELECT h.item_id, h.ordered_quantity AS quantity, COUNT(*) AS lines
    FROM order_line h INDEXED BY det_line_quantity
   WHERE {{scope:h.item_id}} AND {_KEPT} GROUP BY h.item_id, h.ordered_quantity),
wide AS MATERIALIZED (
  SELECT item_id, SUM(lines) AS lines FROM counted GROUP BY item_id
  HAVING SUM(lines) >= {{setting:quantity_history_lines}}
         AND MAX(quantity) * 10000 > MIN(quantity) * {{setting:quantity_ratio_bp}}),
running AS (
  SELECT c.item_id, c.quantity, w.lines,
         SUM(c.lines) OVER (PARTITION BY c.item_id ORDER BY c.quantity) AS upto
    FROM counted c CROSS JOIN wide w ON w.item_id = c.item_id),
usual AS MATERIALIZED (
  SELECT item_id, MIN(quantity) AS median FROM running WHERE upto * 2 >= lines GROUP BY item_id),
odd AS MATERIALIZED (
  SELECT c.item_id, c.quantity, u.median,
         COALESCE(c.quantity * 10000 > u.median * {{setting:quantity_ratio_bp}}, 0) AS unusual,
         c.quantity % MAX(1, i.case_pack_quantity) <> 0 AS broken,
         c.quantity < i.minimum_order_quantity AS little
    FROM counted c CROSS JOIN item i ON i.id = c.item_id AND i.deleted_at IS NULL
    LEFT JOIN usual u ON u.item_id = c.item_id
   WHERE unusual OR broken OR little)
SELECT l.id AS entity_id, l.item_id AS scope_key, l.position, l.order_id, l.node_id, l.ordered_quantity,
       l.unit_price_cents, l.promised_at, l.source, l.observed_at, o.number, o.customer_id, c.tier,
       c.name AS customer_name, i.sku, i.case_pack_quantity, i.minimum_order_quantity,
       i.source AS item_source, i.observed_at AS item_observed_at,
       q.median, q.unusual, q.broken, q.little
  FROM odd q
  CROSS JOIN order_line l INDEXED BY det_line_quantity
             ON l.item_id = q.item_id AND l.ordered_quantity = q.quantity
  CROSS JOIN sales_order o ON o.id = l.order_id
  CROSS JOIN item i ON i.id = l.item_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
 WHERE {OPEN_LINE} AND l.quantity_confirmed = 0 AND o.deleted_at IS NULL AND o.status IN {OPEN}
   AND (q.unusual AND l.ordered_quantity * l.unit_price_cents >= {{setting:quantity_floor_cents}}
        OR (q.broken OR q.little)
           AND l.ordered_quantity * l.unit_price_cents >= {{setting:quantity_pack_floor_cents}})
   AND {{runs(node=l.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY l.id
"""  # noqa: S608 - constants only


def _why(row: Row[Any]) -> str:
    if row.unusual:
        return f"usually {row.median}"
    if row.little:
        return f"the minimum is {row.minimum_order_quantity}"
    return f"a case holds {row.case_pack_quantity}"


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    policy = moment.policy
    excess = max(0, row.ordered_quantity - row.median) if row.unusual else 0
    worst = excess * row.unit_price_cents * policy.setting("return_cost_bp") // BP
    rework = rework_cents_of(OE_QTY_OUTLIER.effort_minutes, policy)
    likely = worst * policy.setting("quantity_wrong_bp") // BP
    why = _why(row)
    line = {"source": row.source, "as_of_ms": row.observed_at}
    item = {
        "source": row.item_source,
        "as_of_ms": row.item_observed_at,
        "entity": (EntityKind.ITEM, row.scope_key),
    }
    value = row.ordered_quantity * row.unit_price_cents
    return Finding(
        case_type=OE_QTY_OUTLIER,
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.entity_id),
        title=f"{row.number} line {row.position}: {row.ordered_quantity} ea, {why}",
        consequence=(
            f"Line {row.position} of {row.number} asks for {row.ordered_quantity} ea of {row.sku} "
            f"({money_words(value)}); {why}. Ask {row.customer_name or row.customer_id} before it is picked."
        ),
        impact=Impact(
            loss_cents=likely + rework,
            low_cents=0,
            high_cents=worst + rework,
            avoidable_cents=likely + rework,
            effort_minutes=OE_QTY_OUTLIER.effort_minutes,
            rework_cents=likely + rework,
            assumed=("wrong_quantity",),
        ),
        losses=((row.entity_id, likely + rework),),
        severity=severity_of(likely + rework, row.promised_at, moment.hour_ms, policy, tier=row.tier),
        correlation_key=f"qty:{row.order_id}",
        evidence=(
            fact(
                "ordered_quantity",
                row.ordered_quantity,
                unit="units",
                entity=(EntityKind.ORDER_LINE, row.entity_id),
                **line,
            ),
            fact("usual_quantity", row.median or "unknown", unit="units", **item),
            fact("case_pack", row.case_pack_quantity, unit="units", **item),
            fact("minimum_quantity", row.minimum_order_quantity, unit="units", **item),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.item_source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.scope_key),),
    )


RULE = Rule(
    case_type=OE_QTY_OUTLIER,
    sql=_SQL,
    wakes=("order_line>item", "sales_order>item", "item>item", "customer>item"),
    assess=_assess,
    indexes=(
        partial_index(
            "det_line_quantity", "order_line (item_id, ordered_quantity, cancelled, deleted_at)", _KEPT
        ),
    ),
)
