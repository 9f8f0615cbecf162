"""What the rules of order entry share: an order with its customer and lines, and a case about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.detection.money import blocked_line_loss, churn_of, severity_of, sla_of
from app.detection.pegs.demand import INDEXES as PEG_INDEXES
from app.detection.phrasing import distinct
from app.detection.rule import Finding, Moment
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from app.detection.money import LineLoss
    from domain.cases import Fact, Impact
    from domain.catalogue.case_type import CaseType

#: Statuses of an order whose goods have not left.
OPEN = "('entered', 'confirmed', 'released')"
#: An order (as ``h``) that is not shipped; the same for a select that must go by a key.
OPEN_ORDER = f"h.deleted_at IS NULL AND h.status IN {OPEN}"
OPEN_BY_KEY = OPEN_ORDER.replace("h.status", "{narrow:+}h.status")

#: A line that still wants units. An index of such lines holds these columns too: without them SQLite goes
#: back to the row of every entry to see again what the index already says.
OPEN_LINE = "l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity"

_COLUMNS = """
       o.id AS entity_id, o.number, o.customer_id, o.status, o.channel, o.ordered_at, o.promised_at,
       o.total_cents, o.ship_from_node_id, o.source, o.observed_at,
       c.name AS customer_name, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents,
       c.penalty_cap_bp, c.cancel_probability_bp, c.source AS customer_source,
       c.observed_at AS customer_observed_at,
       l.id AS line_id, l.node_id, l.ordered_quantity * l.unit_price_cents AS value_cents,
       l.ordered_quantity * (l.unit_price_cents - COALESCE(i.landed_cost_cents, l.unit_price_cents))
         AS margin_cents
"""

_JOINS = """
  CROSS JOIN sales_order o ON o.id = f.id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN order_line l ON l.order_id = o.id AND l.cancelled = 0 AND l.deleted_at IS NULL
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
"""

#: What an order's money rests on besides its own row.
ORDER_MONEY_WAKES = ("sales_order>order", "order_line>order", "customer>order", "item>order")

#: The same for rules that look at all orders of a customer together.
CUSTOMER_MONEY_WAKES = ("sales_order>customer", "order_line>customer", "customer>customer", "item>customer")

#: Orders that are not shipped, as pegging keeps them.
OPEN_ORDERS_INDEX = next(sql for sql in PEG_INDEXES if "det_order_open " in sql)

#: Open lines of an order, with all that several rules ask of them.
OPEN_LINES_INDEX = partial_index(
    "det_line_by_order",
    "order_line (order_id, item_id, unit_price_cents, node_id, ordered_quantity, shipped_quantity, cancelled,"
    " price_approved, deleted_at)",
    OPEN_LINE,
)

#: Orders that may still be entered wrongly are few: the full pass of several rules goes by them.
ENTERED_INDEX = partial_index(
    "det_order_entered",
    "sales_order (id, customer_id, credit_status, total_cents, status, deleted_at)",
    "status = 'entered' AND deleted_at IS NULL",
)


def order_rows(found: str, extra: str = "") -> str:
    """The select of a rule about orders: ``found`` gives their ids, one row a line comes out.

    ``extra`` are further columns (of ``f``, the order ``o``, its customer ``c``, the line ``l`` and its
    item ``i``), each ended by a comma.
    """
    return f"""
WITH found AS MATERIALIZED (SELECT * FROM ({found}) ORDER BY id)
SELECT {extra} {_COLUMNS}
  FROM found f {_JOINS}
 WHERE {{runs(node=o.ship_from_node_id, customer=o.customer_id)}}
 ORDER BY o.id, l.id
"""  # noqa: S608 - every part is a constant of this program


def blocked_losses(rows: Sequence[Row[Any]], moment: Moment) -> list[LineLoss]:
    """What the lines of an order that cannot go on stand to lose."""
    head = rows[0]
    sla, churn = sla_of(head), churn_of(head, moment)
    return [
        blocked_line_loss(
            key=row.line_id,
            value_cents=row.value_cents,
            margin_cents=row.margin_cents,
            promised_ms=head.promised_at,
            hour_ms=moment.hour_ms,
            sla=sla,
            policy=moment.policy,
            churn_cents=churn,
        )
        for row in rows
        if row.line_id is not None
    ]


def order_value(rows: Sequence[Row[Any]]) -> int:
    """What the order is worth: by its header, else by its lines."""
    return int(rows[0].total_cents or sum(row.value_cents or 0 for row in rows))


def customer_name(row: Row[Any]) -> str:
    """The customer as people call it."""
    return str(row.customer_name or row.customer_id)


def order_facts(row: Row[Any]) -> dict[str, Any]:
    """Where facts of the order come from."""
    return {"source": row.source, "as_of_ms": row.observed_at, "entity": _ref(row)}


def customer_facts(row: Row[Any]) -> dict[str, Any]:
    """Where facts of the customer come from."""
    return {
        "source": row.customer_source,
        "as_of_ms": row.customer_observed_at,
        "entity": (EntityKind.CUSTOMER, row.customer_id),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCase:
    """What a rule says of an order; the rest of the case follows from the order."""

    case_type: CaseType
    title: str
    consequence: str
    impact: Impact
    losses: Sequence[tuple[str, int]]
    correlation_key: str
    evidence: Sequence[Fact]
    about: Sequence[EntityRef] = ()


def order_finding(rows: Sequence[Row[Any]], moment: Moment, case: OrderCase) -> Finding:
    """A case about the order of these rows, due at its promise."""
    head = rows[0]
    nodes = [head.ship_from_node_id, *(row.node_id for row in rows)]
    return Finding(
        case_type=case.case_type,
        entity=EntityRef(kind=EntityKind.SALES_ORDER, entity_id=head.entity_id),
        title=case.title,
        consequence=case.consequence,
        impact=case.impact,
        losses=tuple(case.losses),
        severity=severity_of(
            case.impact.loss_cents, head.promised_at, moment.hour_ms, moment.policy, tier=head.tier
        ),
        correlation_key=case.correlation_key,
        evidence=tuple(case.evidence),
        order_ids=(head.entity_id,),
        node_id=next((node for node in nodes if node), None),
        breach_at=from_ms(head.promised_at),
        sources=distinct([head.source, head.customer_source]),
        about=(EntityRef(kind=EntityKind.CUSTOMER, entity_id=head.customer_id), *case.about),
    )


def _ref(row: Row[Any]) -> tuple[EntityKind, Any]:
    return EntityKind.SALES_ORDER, row.entity_id
