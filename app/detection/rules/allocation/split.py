"""AL-SPLIT: an order is planned from more nodes than its customer takes, or than its margin pays for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import severity_of
from app.detection.pegs.apart import APART
from app.detection.pegs.demand import INDEXES as PEG_INDEXES
from app.detection.pegs.demand import OPEN_ORDER, ORDER
from app.detection.phrasing import day_words, distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import OPEN_LINE
from app.detection.rules.order_entry.orders import OPEN_LINES_INDEX
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.allocation import AL_SPLIT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_GOES_ON = "o.deleted_at IS NULL AND o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold'"
_ALLOCATED = """COALESCE((SELECT SUM(b.quantity) FROM allocation b
                    WHERE b.line_id = l.id AND b.deleted_at IS NULL), 0)"""

_LINES = f"FROM order_line l INDEXED BY det_line_by_order WHERE l.order_id = o.id AND {OPEN_LINE}"

# Only an order whose lines name more than one node, or one of which is allocated elsewhere than it or its
# order names, can be too many shipments; of those the nodes are gathered.
_NAMES_ANOTHER = f"EXISTS (SELECT 1 {_LINES} AND l.node_id <> COALESCE(o.ship_from_node_id, ''))"
_HOLDS_ELSEWHERE = f"""EXISTS (
  SELECT 1 FROM order_line l INDEXED BY det_line_by_order
   CROSS JOIN allocation a INDEXED BY det_allocation_by_line ON a.line_id = l.id
   WHERE l.order_id = o.id AND {OPEN_LINE} AND a.deleted_at IS NULL AND a.quantity > 0
     AND a.node_id IS NOT COALESCE(l.node_id, o.ship_from_node_id))"""  # noqa: S608 - constants only
_MAYBE = f"""
SELECT o.id AS order_id FROM {ORDER}
 WHERE {OPEN_ORDER} AND {_NAMES_ANOTHER}
   AND (SELECT COUNT(DISTINCT COALESCE(l.node_id, o.ship_from_node_id, '')) {_LINES}) > 1
 UNION
SELECT l.order_id FROM temp.apart a
 CROSS JOIN order_line l ON l.id = a.line_id
 CROSS JOIN {ORDER} ON o.id = l.order_id
 WHERE a.quantity > 0 AND a.node_id IS NOT COALESCE(l.node_id, o.ship_from_node_id) AND {OPEN_ORDER}
"""  # noqa: S608 - constants only

_SQL = f"""
WITH maybe AS MATERIALIZED (
  SELECT o.id FROM {{full:({_MAYBE}) r CROSS JOIN sales_order o ON o.id = r.order_id}}
                   {{narrow:{ORDER}}}
   WHERE {{scope:o.id}} AND {_GOES_ON}
     {{narrow:AND {OPEN_ORDER} AND ({_NAMES_ANOTHER} OR {_HOLDS_ELSEWHERE})}}),
place AS MATERIALIZED (
  SELECT l.order_id, a.node_id
    FROM maybe r CROSS JOIN order_line l INDEXED BY det_line_by_order ON l.order_id = r.id
    CROSS JOIN allocation a ON a.line_id = l.id
   WHERE {OPEN_LINE} AND a.deleted_at IS NULL AND a.quantity > 0
   UNION
  SELECT l.order_id, COALESCE(l.node_id, o.ship_from_node_id)
    FROM maybe r CROSS JOIN order_line l INDEXED BY det_line_by_order ON l.order_id = r.id
    CROSS JOIN sales_order o ON o.id = l.order_id
   WHERE {OPEN_LINE} AND COALESCE(l.node_id, o.ship_from_node_id) IS NOT NULL
     AND l.ordered_quantity - l.shipped_quantity > {_ALLOCATED}),
wide AS MATERIALIZED (
  SELECT p.order_id, COUNT(*) AS nodes FROM place p GROUP BY p.order_id HAVING COUNT(*) > 1),
priced AS MATERIALIZED (
  SELECT w.order_id, w.nodes, p.node_id,
         (SELECT MIN(g.fixed_cost_cents) FROM lane g WHERE g.origin_node_id = p.node_id
                                                       AND g.zone_id = c.zone_id AND g.deleted_at IS NULL)
         AS freight_cents
    FROM wide w
    CROSS JOIN sales_order o ON o.id = w.order_id
    CROSS JOIN customer c ON c.id = o.customer_id
    CROSS JOIN place p ON p.order_id = w.order_id
   WHERE c.deleted_at IS NULL),
dear AS MATERIALIZED (
  SELECT x.order_id, x.nodes, SUM(x.freight_cents) - MAX(x.freight_cents) AS extra_cents,
         COALESCE((SELECT SUM(y.ordered_quantity * (y.unit_price_cents
                              - COALESCE((SELECT z.landed_cost_cents FROM item z WHERE z.id = y.item_id),
                                         y.unit_price_cents)))
                     FROM order_line y
                    WHERE y.order_id = x.order_id AND y.deleted_at IS NULL AND y.cancelled = 0), 0)
         AS order_margin_cents
    FROM priced x GROUP BY x.order_id)
SELECT o.id AS entity_id, o.number, o.customer_id, o.promised_at, o.source, o.observed_at,
       c.name AS customer_name, c.tier, c.max_shipments, c.source AS customer_source, p.node_id,
       n.name AS node_name, p.freight_cents, d.order_margin_cents
  FROM dear d
  CROSS JOIN sales_order o ON o.id = d.order_id
  CROSS JOIN customer c ON c.id = o.customer_id
  CROSS JOIN priced p ON p.order_id = d.order_id
  LEFT JOIN node n ON n.id = p.node_id
 WHERE (d.nodes > c.max_shipments
        OR d.extra_cents >= {{setting:split_freight_cents}}
           AND d.extra_cents * 10000 > MAX(d.order_margin_cents, 0) * {{setting:split_margin_bp}})
   AND {{runs(node=o.ship_from_node_id, customer=o.customer_id)}}
 ORDER BY o.id, p.node_id
"""  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    # Beyond the customer's limit what is too many is saved; a plan that is merely dear goes from one node.
    is_beyond = len(rows) > head.max_shipments
    too_many = len(rows) - head.max_shipments if is_beyond else len(rows) - 1
    freights = sorted(row.freight_cents or 0 for row in rows)
    extra = sum(freights[:too_many])
    unknown = any(row.freight_cents is None for row in rows)
    names = ", ".join(row.node_name or row.node_id for row in rows)
    order = {
        "source": head.source,
        "as_of_ms": head.observed_at,
        "entity": (EntityKind.SALES_ORDER, head.entity_id),
    }
    return Finding(
        case_type=AL_SPLIT,
        entity=EntityRef(kind=EntityKind.SALES_ORDER, entity_id=head.entity_id),
        title=f"{head.number} would ship from {len(rows)} nodes",
        consequence=(
            f"{head.number} is planned from {names}, and {_why(head, too_many=is_beyond)}: "
            f"{money_words(extra)} more freight, promised {day_words(head.promised_at)}."
        ),
        impact=Impact(
            loss_cents=extra,
            low_cents=0,
            high_cents=max(extra, sum(freights)),
            avoidable_cents=extra,
            effort_minutes=AL_SPLIT.effort_minutes,
            rework_cents=extra,
            assumed=("freight",) if unknown else (),
        ),
        losses=((f"sales_order/{head.entity_id}", extra),),
        severity=severity_of(extra, head.promised_at, moment.hour_ms, moment.policy, tier=head.tier),
        correlation_key=f"split:{head.entity_id}",
        evidence=(
            fact("nodes", names, **order),
            fact("max_shipments", head.max_shipments, unit="shipments", source=head.customer_source),
            fact("extra_freight", extra, unit="cents"),
            fact("order_margin", head.order_margin_cents, unit="cents", source=head.source),
        ),
        order_ids=(head.entity_id,),
        node_id=head.node_id,
        breach_at=from_ms(head.promised_at),
        sources=distinct([head.source, head.customer_source]),
        about=tuple(EntityRef(kind=EntityKind.NODE, entity_id=row.node_id) for row in rows),
    )


def _why(row: Row[Any], *, too_many: bool) -> str:
    """What speaks against the plan: the customer's limit, or what the order earns."""
    if too_many:
        shipments = "shipment" if row.max_shipments == 1 else "shipments"
        return f"{row.customer_name} takes {row.max_shipments} {shipments} an order"
    return f"its margin is {money_words(row.order_margin_cents)}"


RULE = Rule(
    case_type=AL_SPLIT,
    sql=_SQL,
    wakes=(
        "sales_order>order",
        "order_line>order",
        "allocation>order",
        "customer>order",
        "lane>order",
        "node>order",
        "item>order",
    ),
    assess=_assess,
    indexes=(*PEG_INDEXES, OPEN_LINES_INDEX),
    gathers=(APART,),
)
