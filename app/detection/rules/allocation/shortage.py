"""What the rules of allocation share: a short line with what it lacks, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.detection.money import BP, churn_of, days_between, line_loss, sla_of
from app.detection.rules.indexes import partial_index
from domain.cases import Impact
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from app.detection.money import LineLoss
    from app.detection.rule import Moment
    from domain.catalogue.case_type import CaseType

#: A line that still wants units, and an order that is not shipped yet.
OPEN_LINE = "l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity"
OPEN_ORDER = "o.deleted_at IS NULL AND o.status IN ('entered', 'confirmed', 'released')"

#: Who is served last where nobody says better.
LAST_TIER = 4

# What the line lacks over all nodes that it is planned from, and when that may come.
_COLUMNS = """
       l.id AS line_id, l.position, l.order_id, l.item_id, l.ordered_quantity, l.requested_at,
       l.promised_at, l.unit_price_cents, l.source, l.observed_at, o.number, o.customer_id, i.sku,
       i.landed_cost_cents, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp,
       c.cancel_probability_bp,
       (SELECT SUM(p.short_quantity) FROM peg_short p WHERE p.line_id = l.id) AS short_quantity,
       (SELECT MAX(p.next_eta_at) FROM peg_short p WHERE p.line_id = l.id) AS next_eta_at,
       (SELECT MIN(p.next_eta_at IS NOT NULL) FROM peg_short p WHERE p.line_id = l.id) AS eta_known
"""

_JOINS = """
  LEFT JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN item i ON i.id = l.item_id AND i.deleted_at IS NULL
"""


def with_short_line(sql: str) -> str:
    """Fill in ``@columns`` of the short line ``l`` and ``@joins`` of its order, customer and item."""
    return sql.replace("@columns", _COLUMNS).replace("@joins", _JOINS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLine:
    """What a short line stands to lose, how many days late it will be, and what of that is assumed."""

    loss: LineLoss
    days: int
    assumed: tuple[str, ...]


def short_line(row: Row[Any], moment: Moment, *, units: int | None = None) -> ShortLine:
    """The loss of the short units of a line (or of ``units`` of them).

    They are late until the next inbound, else by a default; never less than they are late already.
    """
    assumed = [] if row.tier is not None else ["customer_terms"]
    if row.landed_cost_cents is None:
        assumed.append("landed_cost")
    if row.eta_known:
        expected = days_between(row.promised_at, row.next_eta_at)
    else:
        expected = moment.policy.setting("unknown_delay_days")
        assumed.append("days_late")
    days = max(1, expected, days_between(row.promised_at, moment.hour_ms))
    landed = row.unit_price_cents if row.landed_cost_cents is None else row.landed_cost_cents
    quantity = row.short_quantity if units is None else units
    loss = line_loss(
        key=row.line_id,
        value_cents=quantity * row.unit_price_cents,
        margin_cents=quantity * (row.unit_price_cents - landed),
        days=days,
        sla=sla_of(row),
        churn_cents=churn_of(row, moment),
    )
    return ShortLine(loss=loss, days=days, assumed=tuple(assumed))


def chased(loss_cents: int, losses: Sequence[LineLoss], case_type: CaseType, moment: Moment) -> Impact:
    """The impact of goods that are chased at their supplier: it helps in so many cases out of a hundred."""
    return Impact(
        loss_cents=loss_cents,
        low_cents=0,
        high_cents=loss_cents,
        avoidable_cents=loss_cents * moment.policy.setting("expedite_success_bp") // BP,
        effort_minutes=case_type.effort_minutes,
        penalty_cents=sum(part.penalty_cents for part in losses),
        margin_cents=sum(part.margin_cents for part in losses),
        churn_cents=sum(part.churn_cents for part in losses),
        assumed=("expedite_success",),
    )


#: What the loss of a short line rests on, by the scopes under which rules look at short lines.
LINE_MONEY_WAKES = ("order_line>line", "sales_order>line", "customer>line", "item>line")
ITEM_MONEY_WAKES = ("order_line>item", "sales_order>item", "customer>item", "item>item")
PEG_MONEY_WAKES = ("order_line>peg", "sales_order>peg", "customer>peg", "item>peg")

#: The key ``item|node`` of a group. Only as a cast has it the affinity by which an index is searched.
KEY_OF_GROUP = "CAST(@item_id || '|' || @node_id AS TEXT)"
#: Groups that are short, by their key.
GROUP_KEY = KEY_OF_GROUP.replace("@", "p.")
GROUP_INDEX = f"CREATE INDEX IF NOT EXISTS det_short_by_key ON peg_short ({KEY_OF_GROUP.replace('@', '')})"

#: Reserved stock by group.
RESERVED_INDEX = partial_index(
    "det_allocation_reserved",
    "allocation (item_id, node_id, line_id, quantity, allocated_at, status, deleted_at)",
    "deleted_at IS NULL AND status = 'reserved' AND quantity > 0",
)


def line_ref(line_id: str) -> EntityRef:
    """An order line as an entity."""
    return EntityRef(kind=EntityKind.ORDER_LINE, entity_id=line_id)
