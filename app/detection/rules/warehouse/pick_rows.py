"""What the rules of the warehouse select of a pick, and what its order line stands to lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, LineLoss, churn_of, days_between, line_loss, sla_of
from app.detection.phrasing import distinct, iso
from domain.ids import EntityKind, EntityRef, OrderId, SourceName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Row

    from app.detection.rule import Moment

_COLUMNS = """t.id AS task_id, t.order_id, t.line_id, t.item_id, t.node_id, t.bin_code, t.wave_id,
       t.requested_quantity, t.picked_quantity, t.due_at, t.status, t.work_minutes, t.quality,
       t.reason_code, t.source, t.observed_at, o.number, o.customer_id, o.source AS order_source,
       l.unit_price_cents, i.sku, i.landed_cost_cents, n.name AS node_name, c.tier,
       c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp, c.cancel_probability_bp"""
_JOINS = """LEFT JOIN sales_order o ON o.id = t.order_id
  LEFT JOIN order_line l ON l.id = t.line_id AND l.deleted_at IS NULL
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN item i ON i.id = t.item_id AND i.deleted_at IS NULL
  LEFT JOIN node n ON n.id = t.node_id"""
# The goods of the line have not left and are still wanted; an order or line not read yet is taken to be.
_WANTED = """COALESCE(o.status, 'released') NOT IN ('shipped', 'invoiced', 'cancelled')
   AND COALESCE(l.cancelled, 0) = 0"""

#: Paths by which the money and the order of a pick reach the key of its case.
TASK_MONEY_WAKES = ("sales_order>task", "order_line>task", "customer>task", "item>task", "node>task")
#: The index of open picks by when they are due; it holds what it is asked for, so that no row is fetched.
DUE_PICKS_INDEX = (
    "CREATE INDEX IF NOT EXISTS det_task_due ON pick_task"
    " (node_id, due_at, status, deleted_at, requested_quantity, picked_quantity)"
    " WHERE deleted_at IS NULL AND status IN ('released', 'started')"
)
#: The index of open picks by what they take from where.
OPEN_PICKS_INDEX = (
    "CREATE INDEX IF NOT EXISTS det_task_stock ON pick_task"
    " (item_id, node_id, bin_code, status, deleted_at, requested_quantity, picked_quantity)"
    " WHERE deleted_at IS NULL AND status IN ('released', 'started')"
)


def with_picks(sql: str) -> str:
    """Fill in ``@columns`` and ``@joins`` of picks (as ``t``), and ``@wanted``: their goods still are."""
    return sql.replace("@columns", _COLUMNS).replace("@joins", _JOINS).replace("@wanted", _WANTED)


def open_units(row: Row[Any]) -> int:
    """Units of the pick that are still to be picked."""
    return max(0, int(row.requested_quantity) - int(row.picked_quantity))


def pick_losses(
    rows: Sequence[Row[Any]],
    moment: Moment,
    *,
    units: Callable[[Row[Any]], int] = open_units,
    probability_bp: int = BP,
) -> list[LineLoss]:
    """What the lines of these picks lose when the units miss the cut-off: at least a day, each line once."""
    missing: dict[str, int] = {}
    heads: dict[str, Row[Any]] = {}
    for row in rows:
        missing[row.line_id] = missing.get(row.line_id, 0) + units(row)
        earliest = heads.get(row.line_id)
        if earliest is None or row.due_at < earliest.due_at:
            heads[row.line_id] = row
    return [
        _line(heads[key], quantity, moment, probability_bp) for key, quantity in missing.items() if quantity
    ]


def _line(row: Row[Any], quantity: int, moment: Moment, probability_bp: int) -> LineLoss:
    price = row.unit_price_cents or 0
    landed = price if row.landed_cost_cents is None else row.landed_cost_cents
    return line_loss(
        key=row.line_id,
        value_cents=quantity * price,
        margin_cents=quantity * (price - landed),
        days=max(1, days_between(row.due_at, moment.hour_ms)),
        sla=sla_of(row),
        churn_cents=churn_of(row, moment),
        probability_bp=probability_bp,
    )


def distinct_picks(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Each pick once, in order; rows without a pick are left out."""
    return list({row.task_id: row for row in rows if row.task_id is not None}.values())


def best_tier(rows: Sequence[Row[Any]]) -> int | None:
    """The tier of the customer that is served first among those of the rows."""
    return min((row.tier for row in rows if row.tier is not None), default=None)


def orders_of(rows: Sequence[Row[Any]]) -> tuple[OrderId, ...]:
    """The orders of the rows, each once."""
    return distinct([row.order_id for row in rows])


def sources_of(rows: Sequence[Row[Any]]) -> tuple[SourceName, ...]:
    """The sources that the rows rest on, each once."""
    return distinct([row.source for row in rows] + [row.order_source for row in rows])


def place_of(row: Row[Any]) -> str:
    """The node as people call it."""
    return str(row.node_name or row.node_id)


def clock_words(ms: int) -> str:
    """A time of day for a sentence: ``16:00 UTC``."""
    return f"{iso(ms)[11:16]} UTC"


def bin_ref(node_id: str, bin_code: str) -> EntityRef:
    """A bin as an entity: ``node|bin``."""
    return EntityRef(kind=EntityKind.BIN, entity_id=f"{node_id}|{bin_code}")


def node_ref(node_id: str) -> EntityRef:
    """A node as an entity."""
    return EntityRef(kind=EntityKind.NODE, entity_id=node_id)


def where_picked(row: Row[Any]) -> tuple[EntityRef, ...]:
    """What a pick is about besides itself: its bin, its wave and its node."""
    wave = EntityRef(kind=EntityKind.WAVE, entity_id=f"{row.node_id}|{row.wave_id}")
    return (bin_ref(row.node_id, row.bin_code), *((wave,) if row.wave_id else ()), node_ref(row.node_id))
