"""What the rules of transport select of a shipment, and what its order lines stand to lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, MS_PER_HOUR, LineLoss, churn_of, days_between, line_loss, sla_of
from app.detection.phrasing import distinct
from domain.ids import EntityKind, EntityRef, OrderId, SourceName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from app.detection.rule import Moment

_COLUMNS = """s.id AS shipment_id, s.number AS shipment_number, s.order_id, s.customer_id, s.origin_node_id,
       s.zone_id, s.status, s.planned_pickup_at, s.window_end_at, s.eta_at, s.service_id, s.scac,
       s.freight_cost_cents, s.source, s.observed_at, v.name AS service_name, o.number,
       o.source AS order_source, n.name AS node_name, c.name AS customer_name, c.tier,
       c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp, c.cancel_probability_bp,
       b.line_id, b.quantity, b.quantity * COALESCE(l.unit_price_cents, i.list_price_cents, 0) AS value_cents,
       b.quantity * (COALESCE(l.unit_price_cents, i.list_price_cents, 0)
                     - COALESCE(i.landed_cost_cents, l.unit_price_cents, 0)) AS margin_cents"""
_JOINS = """LEFT JOIN shipment_line b ON b.shipment_id = s.id
  LEFT JOIN order_line l ON l.id = b.line_id
  LEFT JOIN item i ON i.id = b.item_id
  LEFT JOIN sales_order o ON o.id = s.order_id
  LEFT JOIN customer c ON c.id = s.customer_id AND c.deleted_at IS NULL
  LEFT JOIN carrier_service v ON v.id = s.service_id
  LEFT JOIN node n ON n.id = s.origin_node_id"""
# It has not left; it is not there yet.
_HERE = "IN ('planned', 'booked', 'packed')"
_OPEN = "IN ('planned', 'booked', 'packed', 'in_transit')"
# A milestone that another one corrects does not count; the newest of those that do says how things are.
_COUNTS = """m.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM milestone x
           WHERE x.corrects_id = m.id AND x.corrects_id <> '' AND x.deleted_at IS NULL)"""
_NEWEST = """NOT EXISTS (SELECT 1 FROM milestone k
           WHERE k.shipment_id = m.shipment_id AND k.deleted_at IS NULL
             AND (k.happened_at, k.id) > (m.happened_at, m.id)
             AND NOT EXISTS (SELECT 1 FROM milestone x
                   WHERE x.corrects_id = k.id AND x.corrects_id <> '' AND x.deleted_at IS NULL))"""
_MEANING = "{decide:milestone_meaning.meaning(milestone=m.code, raw=m.raw_code, reason=m.reason_code)}"
# Milestones that say more than that all goes its way: few, and kept in an index of their own.
_NOTABLE = (
    "NOT (code IN ('picked_up', 'departed', 'in_transit', 'arrived', 'out_for_delivery', 'delivered')"
    " AND reason_code IN ('', 'NS', 'NA') AND raw_code IN ('', 'AF', 'P1', 'X1', 'X4', 'X6', 'D1'))"
)
_FRAGMENTS = {
    "@columns": _COLUMNS,
    "@joins": _JOINS,
    "@here": _HERE,
    "@open": _OPEN,
    "@counts": _COUNTS,
    "@newest": _NEWEST,
    "@meaning": _MEANING,
    "@notable": _NOTABLE,
}

#: The index of notable milestones, for rules that begin with them.
NOTABLE_INDEX = (
    "CREATE INDEX IF NOT EXISTS det_milestone_notable ON milestone"
    " (shipment_id, happened_at, code, raw_code, reason_code, deleted_at)"
    f" WHERE deleted_at IS NULL AND {_NOTABLE}"
)
#: Indexes of what has not left: by id with its pickup, and by when it is picked up.
HERE_INDEX = (
    "CREATE INDEX IF NOT EXISTS det_shipment_here ON shipment (id, planned_pickup_at, status, deleted_at)"
    " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
)
PICKUP_INDEX = (
    "CREATE INDEX IF NOT EXISTS det_shipment_pickup ON shipment (planned_pickup_at, scac, origin_node_id)"
    " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
)
#: Paths by which the money and the order of a shipment reach its case.
SHIPMENT_MONEY_WAKES = (
    "sales_order>shipment",
    "order_line>shipment",
    "customer>shipment",
    "item>shipment",
    "carrier_service>shipment",
    "node>shipment",
)
NOT_DEPARTED = frozenset({"planned", "booked", "packed"})


def with_shipments(sql: str) -> str:
    """Fill in the fragments that begin with ``@``: of shipments (as ``s``) and milestones (as ``m``)."""
    for name, text in _FRAGMENTS.items():
        sql = sql.replace(name, text)
    return sql


def shipment_losses(
    rows: Sequence[Row[Any]], moment: Moment, *, days: int, probability_bp: int = BP
) -> list[LineLoss]:
    """What the lines of these shipments lose when they come ``days`` late, each line once."""
    heads: dict[str, Row[Any]] = {}
    worth: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.line_id is not None:
            heads.setdefault(row.line_id, row)
            value, margin = worth.get(row.line_id, (0, 0))
            worth[row.line_id] = (value + row.value_cents, margin + row.margin_cents)
    return [
        line_loss(
            key=line_id,
            value_cents=worth[line_id][0],
            margin_cents=worth[line_id][1],
            days=days,
            sla=sla_of(head),
            churn_cents=churn_of(head, moment),
            probability_bp=probability_bp,
        )
        for line_id, head in heads.items()
    ]


def delayed_losses(rows: Sequence[Row[Any]], moment: Moment, *, from_ms: int, hours: int) -> list[LineLoss]:
    """What a delay of ``hours`` at ``from_ms`` costs: certain when it eats the slack, else unlikely."""
    head = rows[0]
    planned = head.eta_at if head.eta_at is not None else head.planned_pickup_at
    started = max(0, moment.hour_ms - from_ms)
    days = days_between(head.window_end_at, planned + started + hours * MS_PER_HOUR)
    likely = BP if days else moment.policy.setting("slack_late_bp")
    return shipment_losses(rows, moment, days=max(1, days), probability_bp=likely)


def last_moment_avoidable_bp(row: Row[Any], moment: Moment) -> int:
    """The share that acting saves: all of it before the shipment leaves, little on its way."""
    return BP if row.status in NOT_DEPARTED else moment.policy.setting("in_transit_avoidable_bp")


def whose(row: Row[Any]) -> str:
    """The order of a shipment, as people call it."""
    return str(row.number or row.order_id)


def origin_of(row: Row[Any]) -> str:
    """The node that a shipment leaves from, as people call it."""
    return str(row.node_name or row.origin_node_id)


def orders_of(rows: Sequence[Row[Any]]) -> tuple[OrderId, ...]:
    """The orders of the rows, each once."""
    return distinct([row.order_id for row in rows])


def sources_of(rows: Sequence[Row[Any]]) -> tuple[SourceName, ...]:
    """The sources that the rows rest on, each once."""
    return distinct([row.source for row in rows] + [row.order_source for row in rows])


def best_tier(rows: Sequence[Row[Any]]) -> int | None:
    """The tier of the customer that is served first among those of the rows."""
    return min((row.tier for row in rows if row.tier is not None), default=None)


def said_of(row: Row[Any]) -> dict[str, Any]:
    """Source, time and entity of facts that the shipment's own record gives."""
    return {
        "source": row.source,
        "as_of_ms": row.observed_at,
        "entity": (EntityKind.SHIPMENT, row.shipment_id),
    }


def way_of(row: Row[Any]) -> tuple[EntityRef, ...]:
    """What a shipment is about besides itself: carrier at its origin, carrier, lane and origin."""
    pairs = (
        (EntityKind.CARRIER, f"{row.scac}|{row.origin_node_id}" if row.scac else ""),
        (EntityKind.CARRIER, row.scac),
        (EntityKind.LANE, f"{row.origin_node_id}|{row.zone_id}" if row.zone_id else ""),
        (EntityKind.NODE, row.origin_node_id),
    )
    return tuple(EntityRef(kind=kind, entity_id=key) for kind, key in pairs if key)
