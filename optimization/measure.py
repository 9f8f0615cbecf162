"""What a reallocation plan does to money, service and today's plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from optimization.lookup import ProblemLookup
from optimization.outcome import BASIS_POINTS, CostTerms, Effect
from optimization.plan import PlanLine, ReallocationPlan
from optimization.problem import OrderDemand


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEffect:
    """What a plan does for one order."""

    order_id: str
    terms: CostTerms
    late: bool
    short: bool
    late_unit_days: int
    units_moved: int
    units_unfilled: int
    units_substituted: int
    shipments: int


def measure_orders(lookup: ProblemLookup, plan: ReallocationPlan) -> dict[str, OrderEffect]:
    """The effect of a plan, order by order; nothing is shared between orders but stock."""
    rows: dict[str, list[PlanLine]] = defaultdict(list)
    for row in plan.lines:
        rows[lookup.lines[row.line_id].order_id].append(row)
    return {order.order_id: _measure(lookup, order, rows[order.order_id]) for order in lookup.problem.orders}


def total_effect(effects: dict[str, OrderEffect]) -> Effect:
    """The sum over orders; OTIF is the share of orders that are neither late nor short."""
    values = list(effects.values())
    good = sum(not effect.late and not effect.short for effect in values)
    return Effect(
        terms=CostTerms(
            freight_fixed_cents=sum(e.terms.freight_fixed_cents for e in values),
            freight_variable_cents=sum(e.terms.freight_variable_cents for e in values),
            substitution_cents=sum(e.terms.substitution_cents for e in values),
            late_cents=sum(e.terms.late_cents for e in values),
            change_cents=sum(e.terms.change_cents for e in values),
            unfilled_cents=sum(e.terms.unfilled_cents for e in values),
        ),
        orders=len(values),
        late_orders=sum(effect.late for effect in values),
        short_orders=sum(effect.short for effect in values),
        otif_basis_points=good * BASIS_POINTS // len(values) if values else BASIS_POINTS,
        late_unit_days=sum(effect.late_unit_days for effect in values),
        units_moved=sum(effect.units_moved for effect in values),
        units_unfilled=sum(effect.units_unfilled for effect in values),
        units_substituted=sum(effect.units_substituted for effect in values),
        shipments=sum(effect.shipments for effect in values),
    )


def _measure(lookup: ProblemLookup, order: OrderDemand, rows: list[PlanLine]) -> OrderEffect:
    """One order's share of a plan, priced row by row."""
    variable = substitution = late = change = unfilled_cents = 0
    late_unit_days = moved = substituted = 0
    served: dict[str, int] = defaultdict(int)
    for row in rows:
        line = lookup.lines[row.line_id]
        lane = lookup.lanes[row.node_id, order.zone_id]
        late_days = max(0, row.ship_day + lane.transit_days - order.promised_day)
        served[row.line_id] += row.quantity
        variable += row.quantity * lookup.freight_cents_per_unit(row.sku_id, lane)
        late += row.quantity * late_days * line.late_cents_per_unit_day
        late_unit_days += row.quantity * late_days
        if row.sku_id != line.sku_id:
            substitution += row.quantity * dict(lookup.skus_for(line))[row.sku_id]
            substituted += row.quantity
        if line.current_node_id is not None and row.node_id != line.current_node_id:
            change += row.quantity * line.change_cents_per_unit
            moved += row.quantity
    short_units = 0
    for line in lookup.lines_of[order.order_id]:
        short = line.quantity - served[line.line_id]
        short_units += short
        unfilled_cents += short * line.unfilled_cents_per_unit
        change += short * line.change_cents_per_unit
    shipments = {(row.node_id, row.ship_day) for row in rows}
    return OrderEffect(
        order_id=order.order_id,
        terms=CostTerms(
            freight_fixed_cents=sum(
                lookup.lanes[node_id, order.zone_id].fixed_cents for node_id, _ in shipments
            ),
            freight_variable_cents=variable,
            substitution_cents=substitution,
            late_cents=late,
            change_cents=change,
            unfilled_cents=unfilled_cents,
        ),
        late=late_unit_days > 0,
        short=short_units > 0,
        late_unit_days=late_unit_days,
        units_moved=moved,
        units_unfilled=short_units,
        units_substituted=substituted,
        shipments=len(shipments),
    )
