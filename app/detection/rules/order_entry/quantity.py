"""OE-QTY-OUTLIER: a quantity far above what is usual for the item, no full packs, or below the minimum.

What is usual is the median (the lower one of two) of all lines of the item that are not cancelled. It is
worked out only of items whose largest quantity is unusual, which counting over an index tells: a quantity
is too much if at least half of the lines are that much smaller.
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

    from domain.cases import Fact

_KEPT = "h.deleted_at IS NULL AND h.cancelled = 0"

_OF_ITEM = f"FROM order_line h INDEXED BY det_line_quantity WHERE h.item_id = i.id AND {_KEPT}"
# Of a quantity from this on, the largest one of the item is not too much.
_LARGE = f"""((SELECT MAX(h.ordered_quantity) {_OF_ITEM}) * 10000
             + {{setting:quantity_ratio_bp}} - 1) / {{setting:quantity_ratio_bp}}"""
_LINES = f"item i CROSS JOIN order_line h INDEXED BY det_line_quantity ON h.item_id = i.id AND {_KEPT}"

_SQL = f"""
WITH suspect AS MATERIALIZED (
  SELECT i.id FROM item i
   WHERE {{scope:i.id}} AND i.deleted_at IS NULL
     AND (SELECT COUNT(*) FROM (SELECT 1 {_OF_ITEM} LIMIT {{setting:quantity_history_lines}}))
         = {{setting:quantity_history_lines}}
     AND (SELECT COUNT(*) {_OF_ITEM} AND h.ordered_quantity < {_LARGE})
         >= (SELECT COUNT(*) {_OF_ITEM} AND h.ordered_quantity >= {_LARGE})),
counted AS MATERIALIZED (
  SELECT h.item_id, h.ordered_quantity AS quantity, COUNT(*) AS lines
    FROM suspect s CROSS JOIN order_line h INDEXED BY det_line_quantity ON h.item_id = s.id AND {_KEPT}
   GROUP BY h.item_id, h.ordered_quantity),
running AS (
  SELECT item_id, quantity, SUM(lines) OVER (PARTITION BY item_id ORDER BY quantity) AS upto,
         SUM(lines) OVER (PARTITION BY item_id) AS lines FROM counted),
usual AS MATERIALIZED (
  SELECT item_id, MIN(quantity) AS median FROM running WHERE upto * 2 >= lines GROUP BY item_id),
odd AS MATERIALIZED (
  SELECT h.id, u.median
    FROM usual u CROSS JOIN order_line h INDEXED BY det_line_quantity
         ON h.item_id = u.item_id AND h.ordered_quantity > u.median * {{setting:quantity_ratio_bp}} / 10000
   WHERE {_KEPT}
   UNION
  SELECT h.id, NULL FROM {_LINES}
   WHERE {{scope:i.id}} AND i.deleted_at IS NULL AND i.case_pack_quantity > 1
     AND h.ordered_quantity % i.case_pack_quantity <> 0
   UNION
  SELECT h.id, NULL FROM {_LINES}
   WHERE {{scope:i.id}} AND i.deleted_at IS NULL AND h.ordered_quantity < i.minimum_order_quantity),
each_line AS (SELECT id, MAX(median) AS median FROM odd GROUP BY id)
SELECT l.id AS entity_id, l.item_id AS scope_key, l.position, l.order_id, l.node_id, l.ordered_quantity,
       l.unit_price_cents, l.promised_at, l.source, l.observed_at, o.number, o.customer_id, c.tier,
       c.name AS customer_name, i.sku, i.case_pack_quantity, i.minimum_order_quantity,
       i.source AS item_source, i.observed_at AS item_observed_at,
       q.median, q.median IS NOT NULL AS unusual,
       l.ordered_quantity % MAX(1, i.case_pack_quantity) <> 0 AS broken,
       l.ordered_quantity < i.minimum_order_quantity AS little
  FROM each_line q
  CROSS JOIN order_line l ON l.id = q.id
  CROSS JOIN sales_order o ON o.id = l.order_id
  CROSS JOIN item i ON i.id = l.item_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
 WHERE {OPEN_LINE} AND l.quantity_confirmed = 0 AND o.deleted_at IS NULL AND o.status IN {OPEN}
   AND (unusual AND l.ordered_quantity * l.unit_price_cents >= {{setting:quantity_floor_cents}}
        OR (broken OR little)
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
        correlation_key=f"qty:{row.customer_id}",
        evidence=_evidence(row),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.item_source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.scope_key),),
    )


def _evidence(row: Row[Any]) -> tuple[Fact, ...]:
    line = {"source": row.source, "as_of_ms": row.observed_at}
    item = {
        "source": row.item_source,
        "as_of_ms": row.item_observed_at,
        "entity": (EntityKind.ITEM, row.scope_key),
    }
    return (
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
