"""WH-DOCK-STOCK: goods stand at the dock while open lines want more than is on hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import (
    LineLoss,
    churn_of,
    days_between,
    impact_of,
    line_loss,
    rework_cents_of,
    severity_of,
    sla_of,
)
from app.detection.phrasing import distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import best_tier, node_ref, orders_of
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_DOCK_STOCK
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Wanted is what lines have allocated at the node and what of them is not allocated yet and planned from
# there. Units bound to the stock come first, then tiers and promises, as in pegging.
_SQL = """
WITH docked AS MATERIALIZED (
  SELECT s.id, s.item_id, s.node_id,
         (SELECT COALESCE(SUM(p.on_hand_quantity), 0) FROM inventory_position p
           WHERE p.item_id = s.item_id AND p.node_id = s.node_id AND p.deleted_at IS NULL) AS on_hand
    FROM inbound_supply s INDEXED BY det_supply_docked
   WHERE {scope:CAST(s.item_id || '|' || s.node_id AS TEXT)} AND s.deleted_at IS NULL AND s.cancelled = 0
     AND s.dock_at IS NOT NULL AND s.received_at IS NULL
     AND s.received_quantity < s.ordered_quantity
     AND s.dock_at + {setting:dock_stock_hours} * 3600000 <= :now AND {runs(node=s.node_id)}),
want AS MATERIALIZED (
  SELECT d.id AS supply_id, d.on_hand, a.line_id, a.quantity AS units, a.status = 'reserved' AS bound
    FROM docked d CROSS JOIN allocation a ON a.item_id = d.item_id AND a.node_id = d.node_id
   WHERE a.deleted_at IS NULL AND a.quantity > 0
  UNION ALL
  SELECT d.id, d.on_hand, l.id, l.ordered_quantity - l.shipped_quantity
         - (SELECT COALESCE(SUM(a.quantity), 0) FROM allocation a
             WHERE a.line_id = l.id AND a.deleted_at IS NULL), 0
    FROM docked d CROSS JOIN order_line l ON l.item_id = d.item_id
   WHERE l.deleted_at IS NULL AND l.cancelled = 0 AND l.shipped_quantity < l.ordered_quantity
     AND COALESCE(l.node_id, (SELECT o.ship_from_node_id FROM sales_order o WHERE o.id = l.order_id))
         = d.node_id),
open_want AS MATERIALIZED (
  SELECT w.supply_id, w.on_hand, w.line_id, SUM(w.units) AS units, MAX(w.bound) AS bound,
         SUM(SUM(w.units)) OVER (PARTITION BY w.supply_id) AS wanted
    FROM want w CROSS JOIN order_line l ON l.id = w.line_id CROSS JOIN sales_order o ON o.id = l.order_id
   WHERE w.units > 0 AND l.deleted_at IS NULL AND l.cancelled = 0 AND o.deleted_at IS NULL
     AND l.shipped_quantity < l.ordered_quantity
     AND o.status IN ('confirmed', 'released') AND o.credit_status <> 'hold'
   GROUP BY w.supply_id, w.line_id)
SELECT s.id AS entity_id, s.item_id || '|' || s.node_id AS scope_key, s.number AS supply_number, s.item_id,
       s.node_id, s.dock_at, COALESCE(s.shipped_quantity, s.ordered_quantity) AS dock_quantity, s.source,
       s.observed_at, w.on_hand, w.wanted, w.line_id, w.units, w.bound, l.promised_at, l.unit_price_cents,
       l.order_id, o.customer_id, o.source AS order_source, i.sku, i.landed_cost_cents,
       n.name AS node_name, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents, c.penalty_cap_bp,
       c.cancel_probability_bp
  FROM open_want w
  CROSS JOIN inbound_supply s ON s.id = w.supply_id
  LEFT JOIN order_line l ON l.id = w.line_id
  LEFT JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN item i ON i.id = s.item_id AND i.deleted_at IS NULL
  LEFT JOIN node n ON n.id = s.node_id
 WHERE w.wanted > MAX(w.on_hand, 0)
 ORDER BY s.id, w.bound DESC, COALESCE(c.tier, 4), l.promised_at, w.line_id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    waiting = _waiting(rows)
    losses = [_loss(row, units, moment) for row, units in waiting]
    late = [row for row, _ in waiting]
    rework = rework_cents_of(WH_DOCK_STOCK.effort_minutes, moment.policy)
    impact = impact_of(
        losses, effort_minutes=WH_DOCK_STOCK.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    due = min(row.promised_at for row in late)
    where = head.node_name or head.node_id
    supply = (EntityKind.INBOUND_SUPPLY, head.entity_id)
    inbound = {"source": head.source, "as_of_ms": head.observed_at, "entity": supply}
    return Finding(
        case_type=WH_DOCK_STOCK,
        entity=EntityRef(kind=EntityKind.INBOUND_SUPPLY, entity_id=head.entity_id),
        title=f"{head.supply_number} waits at the dock of {where}",
        consequence=(
            f"{head.dock_quantity} ea of {head.sku or head.item_id} ({head.supply_number}) stand at the dock "
            f"of {where} since {iso(head.dock_at)[:16]}Z; {len(late)} lines want {head.wanted} ea with "
            f"{head.on_hand} on hand. Put it away first."
        ),
        impact=impact,
        losses=(
            *((part.key, part.loss_cents) for part in losses),
            (f"inbound_supply/{head.entity_id}", rework),
        ),
        severity=severity_of(impact.loss_cents, due, moment.hour_ms, moment.policy, tier=best_tier(late)),
        correlation_key=f"dock:{head.node_id}",
        evidence=(
            fact("dock_at", iso(head.dock_at), **inbound),
            fact("dock_quantity", head.dock_quantity, unit="units", **inbound),
            fact("on_hand_quantity", head.on_hand, unit="units", source=head.source),
            fact("wanted_quantity", head.wanted, unit="units", source=head.order_source),
            fact("lines_waiting", len(late), unit="lines", source=head.order_source),
        ),
        order_ids=orders_of(late),
        node_id=head.node_id,
        breach_at=from_ms(due),
        sources=distinct([head.source, *(row.order_source for row in late)]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=head.item_id), node_ref(head.node_id)),
    )


def _waiting(rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], int]]:
    """The lines that stock on hand does not serve, and the units they lack."""
    left = max(0, int(rows[0].on_hand))
    waiting = []
    for row in rows:
        served = min(left, row.units)
        left -= served
        if row.units > served:
            waiting.append((row, row.units - served))
    return waiting


def _loss(row: Row[Any], units: int, moment: Moment) -> LineLoss:
    price = row.unit_price_cents
    landed = price if row.landed_cost_cents is None else row.landed_cost_cents
    return line_loss(
        key=row.line_id,
        value_cents=units * price,
        margin_cents=units * (price - landed),
        days=max(1, days_between(row.promised_at, moment.hour_ms)),
        sla=sla_of(row),
        churn_cents=churn_of(row, moment),
    )


RULE = Rule(
    case_type=WH_DOCK_STOCK,
    sql=_SQL,
    wakes=(
        "inbound_supply>peg",
        "inventory_position>peg",
        "allocation>peg",
        "order_line>peg",
        "sales_order>peg",
        "customer>peg",
        "item>peg",
        "node>peg",
    ),
    assess=_assess,
    flips=(
        (
            "SELECT item_id || '|' || node_id FROM inbound_supply INDEXED BY det_supply_docked_at"
            " WHERE deleted_at IS NULL AND cancelled = 0 AND dock_at IS NOT NULL AND received_at IS NULL"
            " AND dock_at > :earlier - {setting:dock_stock_hours} * 3600000"
            " AND dock_at <= :later - {setting:dock_stock_hours} * 3600000"
        ),
    ),
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_supply_docked ON inbound_supply"
            " (CAST(item_id || '|' || node_id AS TEXT))"
            " WHERE deleted_at IS NULL AND cancelled = 0 AND dock_at IS NOT NULL AND received_at IS NULL"
        ),
        (
            "CREATE INDEX IF NOT EXISTS det_supply_docked_at ON inbound_supply (dock_at, item_id, node_id)"
            " WHERE deleted_at IS NULL AND cancelled = 0 AND dock_at IS NOT NULL AND received_at IS NULL"
        ),
    ),
)
