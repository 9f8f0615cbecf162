"""What a screen needs of a baseline to name the lines and places of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.services.what_if.baseline import Baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBrief:
    """A line as people know it; ``at_nodes`` is today's allocation, ``case_id`` its open shortage if any."""

    line_id: str
    order_id: str
    order_number: str
    position: int
    sku: str
    item_name: str
    customer_id: str
    customer_name: str
    units: int
    value_cents: int
    at_nodes: tuple[str, ...]
    case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineBrief:
    """The baseline in words and numbers; lines in the order of every answer."""

    as_of: datetime
    today: date
    days: int
    currency: str
    orders: int
    units: int
    node_names: tuple[tuple[str, str], ...]
    lines: tuple[LineBrief, ...]
    left_out: tuple[tuple[str, int], ...]
    assumed_lanes: int


def brief_of(baseline: Baseline) -> BaselineBrief:
    """The brief of a baseline."""
    sku = baseline.tables.lines["sku"].tolist()
    return BaselineBrief(
        as_of=baseline.as_of,
        today=baseline.today,
        days=baseline.tables.sizes.days,
        currency=baseline.currency,
        orders=baseline.tables.sizes.orders,
        units=int(baseline.tables.lines["confirmable_qty"].sum()),
        node_names=tuple((str(node.node_id), node.name) for node in baseline.nodes),
        lines=tuple(
            LineBrief(
                line_id=str(line.line_id),
                order_id=str(line.order_id),
                order_number=line.order_number,
                position=line.position,
                sku=baseline.items[sku[place]].sku,
                item_name=baseline.items[sku[place]].name,
                customer_id=str(line.customer_id),
                customer_name=baseline.customer_of(place).name,
                units=line.open_quantity,
                value_cents=line.open_quantity * line.unit_price_cents,
                at_nodes=tuple(str(node) for node, _ in line.at_nodes),
                case_id=line.case_id,
            )
            for place, line in enumerate(baseline.lines)
        ),
        left_out=baseline.left_out,
        assumed_lanes=baseline.assumed_lanes,
    )
