"""OE-PRICE: a line's unit price is off the price agreed with its customer, else off the list price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import severity_of
from app.detection.phrasing import distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import OPEN, OPEN_LINE, OPEN_LINES_INDEX, OPEN_ORDERS_INDEX
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.order_entry import OE_PRICE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_TIER = "(SELECT k.tier FROM customer k WHERE k.id = o.customer_id AND k.deleted_at IS NULL)"
_CATEGORY = "(SELECT g.category FROM item g WHERE g.id = l.item_id AND g.deleted_at IS NULL)"
_WIDE = f"""
   AND @agreed > 0
   AND abs(l.unit_price_cents - @agreed) * 10000
       > {{decide:price_tolerance.tolerance_bp(tier={_TIER}, category={_CATEGORY})}} * @agreed
   AND abs(l.unit_price_cents - @agreed) * l.ordered_quantity
       > {{decide:price_tolerance.tolerance_cents(tier={_TIER}, category={_CATEGORY})}}
"""
_VALID = "q.deleted_at IS NULL AND q.valid_from <= :now AND (q.valid_until IS NULL OR q.valid_until > :now)"
_PRICED = f"{OPEN_LINE} AND l.price_approved = 0"
_OPEN = f"{{scope:l.id}} AND {_PRICED} AND o.deleted_at IS NULL AND o.status IN {OPEN}"
# What the indexes of lines hold besides their keys.
_LINE = "ordered_quantity, shipped_quantity, cancelled, price_approved, deleted_at"

_CONTRACT = f"""contract_price q INDEXED BY det_contract
               ON q.customer_id = o.customer_id AND q.item_id = l.item_id AND {_VALID}
              AND NOT EXISTS (SELECT 1 FROM contract_price n INDEXED BY det_contract
                      WHERE n.customer_id = q.customer_id AND n.item_id = q.item_id
                        AND n.valid_from <= :now AND {_VALID.replace("q.", "n.")}
                        AND (n.valid_from > q.valid_from OR n.valid_from = q.valid_from AND n.id < q.id))
"""  # noqa: S608 - constants only
# A customer with some contract that is not the list price of its item.
_APART = f"""
SELECT q.customer_id FROM contract_price q INDEXED BY det_contract
 WHERE {_VALID} AND NOT EXISTS (
       SELECT 1 FROM item i INDEXED BY det_item_price
        WHERE i.id = q.item_id AND i.deleted_at IS NULL AND i.list_price_cents = q.unit_price_cents)
"""  # noqa: S608 - constants only
_AGREED = "COALESCE(q.unit_price_cents, i.list_price_cents)"
# Below the list price, and above it.
_OFF_LIST = """
l.unit_price_cents BETWEEN CASE side.above WHEN 0 THEN -1 ELSE i.list_price_cents + 1 END
                       AND CASE side.above WHEN 0 THEN i.list_price_cents - 1 ELSE 9223372036854775807 END
"""

# Lines with a contract are compared with the newest one valid now, the others with the list price. The full
# pass looks for the contract of every line only where the customer has one apart from the list. For all
# other customers a line priced as listed is priced as agreed, too: there it begins with the other lines.
_SQL = f"""
WITH {{full:apart AS MATERIALIZED ({_APART}),}}
agreed AS (
  SELECT l.id, q.id AS contract_id
    FROM {{full:sales_order o INDEXED BY det_order_open
    CROSS JOIN order_line l INDEXED BY det_line_by_order ON l.order_id = o.id
    CROSS JOIN}}
         {{narrow:order_line l CROSS JOIN sales_order o INDEXED BY det_order_open ON o.id = l.order_id
    LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
    LEFT JOIN}} {_CONTRACT}
   WHERE {_OPEN} {{full:AND o.customer_id IN (SELECT customer_id FROM apart)}}
     {_WIDE.replace("@agreed", "{full:q.unit_price_cents}{narrow:" + _AGREED + "}")}),
listed AS (
  SELECT l.id, q.id AS contract_id
    FROM item i INDEXED BY det_item_price
    CROSS JOIN (SELECT 0 AS above UNION ALL SELECT 1) side
    CROSS JOIN order_line l INDEXED BY det_line_by_price ON l.item_id = i.id AND {_OFF_LIST}
    CROSS JOIN sales_order o INDEXED BY det_order_open ON o.id = l.order_id
    LEFT JOIN {_CONTRACT}
   WHERE {_OPEN} AND i.deleted_at IS NULL AND l.unit_price_cents <> i.list_price_cents
     AND (q.id IS NULL OR o.customer_id NOT IN (SELECT customer_id FROM apart))
     {_WIDE.replace("@agreed", _AGREED)}),
found AS MATERIALIZED (SELECT * FROM agreed {{full:UNION ALL SELECT * FROM listed}})
SELECT l.id AS entity_id, l.position, l.order_id, l.item_id, l.node_id, l.ordered_quantity,
       l.unit_price_cents, l.promised_at, l.source, l.observed_at,
       o.number, o.customer_id, c.name AS customer_name, c.tier, i.sku, i.landed_cost_cents,
       p.id AS contract_id, COALESCE(p.unit_price_cents, i.list_price_cents) AS agreed_cents,
       COALESCE(p.source, i.source) AS price_source,
       COALESCE(p.observed_at, i.observed_at) AS price_observed_at
  FROM found f
  CROSS JOIN order_line l ON l.id = f.id
  CROSS JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
  LEFT JOIN contract_price p ON p.id = f.contract_id
 WHERE {{runs(node=l.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY l.id
"""  # noqa: S608 - constants only

_CONTRACT_LINES = """
  FROM contract_price p CROSS JOIN sales_order o ON o.customer_id = p.customer_id
  CROSS JOIN order_line l ON l.order_id = o.id AND +l.item_id = p.item_id
 WHERE p.deleted_at IS NULL AND
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    loss = abs(row.unit_price_cents - row.agreed_cents) * row.ordered_quantity
    basis = "contract" if row.contract_id else "list price"
    direction = "below" if row.unit_price_cents < row.agreed_cents else "above"
    at_loss = row.landed_cost_cents is not None and row.unit_price_cents < row.landed_cost_cents
    return Finding(
        case_type=OE_PRICE,
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.entity_id),
        title=f"{row.number} line {row.position} priced {direction} {basis}",
        consequence=(
            f"Line {row.position} of {row.number} ({row.sku}) is priced {money_words(row.unit_price_cents)} "
            f"where the {basis} says {money_words(row.agreed_cents)}: {money_words(loss)} off over "
            f"{row.ordered_quantity} ea{', and below cost' if at_loss else ''}."
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
        severity=severity_of(loss, row.promised_at, moment.hour_ms, moment.policy, tier=row.tier),
        correlation_key=f"price:{row.item_id}",
        evidence=_evidence(row, basis),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.price_source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


def _evidence(row: Row[Any], basis: str) -> tuple[Any, ...]:
    line = {"source": row.source, "as_of_ms": row.observed_at}
    agreed = {
        "source": row.price_source,
        "as_of_ms": row.price_observed_at,
        "entity": (EntityKind.CONTRACT_PRICE, row.contract_id)
        if row.contract_id
        else (EntityKind.ITEM, row.item_id),
    }
    this = (EntityKind.ORDER_LINE, row.entity_id)
    return (
        fact("unit_price", row.unit_price_cents, unit="cents", entity=this, **line),
        fact("agreed_price", row.agreed_cents, unit="cents", **agreed),
        fact("ordered_quantity", row.ordered_quantity, unit="units", **line),
        fact("price_source", basis, **agreed),
    )


RULE = Rule(
    case_type=OE_PRICE,
    sql=_SQL,
    wakes=("order_line>line", "sales_order>line", "contract_price>line", "item>line", "customer>line"),
    assess=_assess,
    flips=(
        f"SELECT l.id {_CONTRACT_LINES} p.valid_from > :earlier AND p.valid_from <= :later",
        f"SELECT l.id {_CONTRACT_LINES} p.valid_until > :earlier AND p.valid_until <= :later",
    ),
    indexes=(
        OPEN_ORDERS_INDEX,
        OPEN_LINES_INDEX,
        partial_index(
            "det_line_by_price", f"order_line (item_id, unit_price_cents, order_id, {_LINE})", _PRICED
        ),
        partial_index("det_item_price", "item (id, list_price_cents, deleted_at)", "deleted_at IS NULL"),
        partial_index(
            "det_contract",
            "contract_price (customer_id, item_id, valid_from, valid_until, unit_price_cents, deleted_at)",
            "deleted_at IS NULL",
        ),
        partial_index("det_contract_from", "contract_price (valid_from)", "deleted_at IS NULL"),
        partial_index(
            "det_contract_until",
            "contract_price (valid_until)",
            "deleted_at IS NULL AND valid_until IS NOT NULL",
        ),
    ),
)
