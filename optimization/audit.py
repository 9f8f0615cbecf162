"""The independent check: any plan, by plain arithmetic, from the problem's rows alone.

This file shares no code with the models, the greedy or the measures. It reads the problem's
tables as given, counts, multiplies and compares. Nothing is shown to anyone that it refuses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from optimization.carrier_problem import RebookingProblem
from optimization.outcome import CostTerms
from optimization.plan import BookingPlan, PlanLine, ReallocationPlan
from optimization.problem import LineDemand, OrderDemand, ReallocationProblem


class AuditRefusedError(RuntimeError):
    """A bug: a plan about to be returned breaks a rule or misstates its cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Every rule the plan breaks, in words, and its cost recomputed (None if it cannot be priced)."""

    violations: tuple[str, ...]
    terms: CostTerms | None

    @property
    def passed(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations


def require_audit(report: AuditReport, claimed: CostTerms) -> None:
    """Raise unless the plan breaks nothing and costs exactly what is claimed.

    Raises:
        AuditRefusedError: a rule is broken or a cost term differs; this is always a bug.
    """
    if report.violations:
        message = "the plan breaks: " + "; ".join(report.violations[:5])
        raise AuditRefusedError(message)
    if report.terms != claimed:
        message = f"the plan costs {report.terms}, claimed was {claimed}"
        raise AuditRefusedError(message)


def audit_reallocation(problem: ReallocationProblem, plan: ReallocationPlan) -> AuditReport:
    """Check and price a reallocation plan."""
    unreadable = _unreadable_rows(problem, plan)
    if unreadable:
        return AuditReport(violations=tuple(unreadable), terms=None)
    found = [
        *_line_violations(problem, plan),
        *_stock_violations(problem, plan),
        *_capacity_violations(problem, plan),
        *_order_violations(problem, plan),
    ]
    return AuditReport(violations=tuple(found), terms=_reallocation_terms(problem, plan))


def _unreadable_rows(problem: ReallocationProblem, plan: ReallocationPlan) -> list[str]:
    """Rows that name something the problem does not hold, so that nothing else can be said."""
    lines = {line.line_id: line for line in problem.lines}
    zones = {order.order_id: order.zone_id for order in problem.orders}
    lanes = {(lane.node_id, lane.zone_id) for lane in problem.lanes}
    substitutes = {sku.sku_id: {s.sku_id for s in sku.substitutes} for sku in problem.skus}
    found: list[str] = []
    for row in plan.lines:
        line = lines.get(row.line_id)
        if line is None:
            found.append(f"line {row.line_id} is unknown")
            continue
        if (row.node_id, zones[line.order_id]) not in lanes:
            found.append(f"line {row.line_id}: {row.node_id} has no lane to {zones[line.order_id]}")
        stands_in = line.allow_substitutes and row.sku_id in substitutes[line.sku_id]
        if row.sku_id != line.sku_id and not stands_in:
            found.append(f"line {row.line_id}: {row.sku_id} may not replace {line.sku_id}")
        if not 0 <= row.ship_day < problem.days:
            found.append(f"line {row.line_id}: ship day {row.ship_day} is outside the horizon")
    return found


def _line_violations(problem: ReallocationProblem, plan: ReallocationPlan) -> list[str]:
    """Too many units on a line, or fewer firm units than promised."""
    shipped: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    lines = {line.line_id: line for line in problem.lines}
    for row in plan.lines:
        line = lines[row.line_id]
        shipped[row.line_id] += row.quantity
        if row.node_id == line.current_node_id and row.sku_id == line.sku_id:
            kept[row.line_id] += row.quantity
    found = [
        f"line {line.line_id} ships {shipped[line.line_id]} of {line.quantity}"
        for line in problem.lines
        if shipped[line.line_id] > line.quantity
    ]
    found += [
        f"line {line.line_id} keeps {kept[line.line_id]} of {line.firm_quantity} firm units"
        for line in problem.lines
        if kept[line.line_id] < line.firm_quantity
    ]
    return found


def _stock_violations(problem: ReallocationProblem, plan: ReallocationPlan) -> list[str]:
    """More units shipped by a day than had arrived by that day."""
    balance: Counter[tuple[str, str, int]] = Counter()
    for arrival in problem.arrivals:
        balance[arrival.sku_id, arrival.node_id, arrival.day] += arrival.quantity
    for row in plan.lines:
        balance[row.sku_id, row.node_id, row.ship_day] -= row.quantity
    found: list[str] = []
    for sku_id, node_id in sorted({(row.sku_id, row.node_id) for row in plan.lines}):
        left = 0
        for day in range(problem.days):
            left += balance[sku_id, node_id, day]
            if left < 0:
                found.append(f"stock of {sku_id} at {node_id} by day {day}: {-left} more shipped than there")
    return found


def _capacity_violations(problem: ReallocationProblem, plan: ReallocationPlan) -> list[str]:
    """More units picked at a node on a day than it can pick."""
    room = {(row.node_id, row.day): row.pick_units for row in problem.pick_capacity}
    picked: Counter[tuple[str, int]] = Counter()
    for row in plan.lines:
        picked[row.node_id, row.ship_day] += row.quantity
    return [
        f"{node_id} day {day}: {units} picked, capacity {room.get((node_id, day), 0)}"
        for (node_id, day), units in sorted(picked.items())
        if units > room.get((node_id, day), 0)
    ]


def _order_violations(problem: ReallocationProblem, plan: ReallocationPlan) -> list[str]:
    """Too many shipments, a part of a ship-complete order, or a departure after the last day."""
    rows_of: dict[str, list[PlanLine]] = {order.order_id: [] for order in problem.orders}
    lines_of: dict[str, list[LineDemand]] = {order.order_id: [] for order in problem.orders}
    order_of = {line.line_id: line.order_id for line in problem.lines}
    for line in problem.lines:
        lines_of[line.order_id].append(line)
    for row in plan.lines:
        rows_of[order_of[row.line_id]].append(row)
    found: list[str] = []
    for order in problem.orders:
        rows = rows_of[order.order_id]
        shipments = len({(row.node_id, row.ship_day) for row in rows})
        if shipments > order.max_shipments:
            found.append(f"order {order.order_id}: {shipments} shipments, {order.max_shipments} allowed")
        ordered = sum(line.quantity for line in lines_of[order.order_id])
        shipped = sum(row.quantity for row in rows)
        if order.ship_complete and 0 < shipped < ordered:
            found.append(f"order {order.order_id} ships {shipped} of {ordered} but must be complete")
        found += [
            f"order {order.order_id} leaves {row.node_id} on day {row.ship_day}, after {order.last_ship_day}"
            for row in rows
            if order.last_ship_day is not None and row.ship_day > order.last_ship_day
        ]
    return found


def _reallocation_terms(problem: ReallocationProblem, plan: ReallocationPlan) -> CostTerms:
    """Every cent of a readable plan, term by term."""
    lines: dict[str, LineDemand] = {line.line_id: line for line in problem.lines}
    orders: dict[str, OrderDemand] = {order.order_id: order for order in problem.orders}
    lanes = {(lane.node_id, lane.zone_id): lane for lane in problem.lanes}
    grams = {sku.sku_id: sku.weight_grams for sku in problem.skus}
    extra = {(sku.sku_id, s.sku_id): s.extra_cents_per_unit for sku in problem.skus for s in sku.substitutes}
    variable = substitution = late = change = 0
    shipments: set[tuple[str, str, int]] = set()
    missing = Counter({line.line_id: line.quantity for line in problem.lines})
    for row in plan.lines:
        line = lines[row.line_id]
        order = orders[line.order_id]
        lane = lanes[row.node_id, order.zone_id]
        missing[row.line_id] -= row.quantity
        shipments.add((line.order_id, row.node_id, row.ship_day))
        # round() of a Fraction is exact and goes half to even.
        variable += row.quantity * round(Fraction(grams[row.sku_id] * lane.rate_cents_per_kg, 1_000))
        substitution += row.quantity * extra.get((line.sku_id, row.sku_id), 0)
        overdue = row.ship_day + lane.transit_days - order.promised_day
        late += row.quantity * line.late_cents_per_unit_day * (max(0, overdue))
        if line.current_node_id not in (None, row.node_id):
            change += row.quantity * line.change_cents_per_unit
    for line_id, units in missing.items():
        if lines[line_id].current_node_id is not None:
            change += units * lines[line_id].change_cents_per_unit
    return CostTerms(
        freight_fixed_cents=sum(lanes[n, orders[o].zone_id].fixed_cents for o, n, _ in shipments),
        freight_variable_cents=variable,
        substitution_cents=substitution,
        late_cents=late,
        change_cents=change,
        unfilled_cents=sum(
            units * lines[line_id].unfilled_cents_per_unit for line_id, units in missing.items()
        ),
    )


def audit_rebooking(problem: RebookingProblem, plan: BookingPlan) -> AuditReport:
    """Check and price a carrier booking plan."""
    shipments = {row.shipment_id: row for row in problem.shipments}
    offers = {(row.shipment_id, row.service_id): row for row in problem.offers}
    room = {(row.service_id, row.day): row for row in problem.service_days}
    cutoff = {row.service_id: row.cutoff_minute_of_day for row in problem.services}
    found: list[str] = []
    count: Counter[tuple[str, int]] = Counter()
    grams: Counter[tuple[str, int]] = Counter()
    for booking in plan.bookings:
        name = f"{booking.shipment_id} with {booking.service_id} on day {booking.pickup_day}"
        slot = (booking.service_id, booking.pickup_day)
        shipment = shipments.get(booking.shipment_id)
        if shipment is None or (booking.shipment_id, booking.service_id) not in offers:
            return AuditReport(violations=(f"{name}: there is no such offer",), terms=None)
        count[slot] += 1
        grams[slot] += shipment.weight_grams
        if slot not in room:
            found.append(f"{name}: no pickup that day")
        missed = shipment.ready_minute_of_day > cutoff[booking.service_id]
        if booking.pickup_day < shipment.ready_day + (1 if missed else 0):
            found.append(f"{name}: not ready at the cut-off")
    for slot, row in room.items():
        if count[slot] > row.pickups:
            found.append(f"{slot[0]} day {slot[1]}: {count[slot]} pickups, {row.pickups} possible")
        if row.weight_grams is not None and grams[slot] > row.weight_grams:
            found.append(f"{slot[0]} day {slot[1]}: {grams[slot]} g, {row.weight_grams} g possible")
    return AuditReport(violations=tuple(found), terms=_rebooking_terms(problem, plan))


def _rebooking_terms(problem: RebookingProblem, plan: BookingPlan) -> CostTerms:
    """Every cent of a readable booking plan, term by term."""
    shipments = {row.shipment_id: row for row in problem.shipments}
    offers = {(row.shipment_id, row.service_id): row for row in problem.offers}
    carrier = {row.service_id: row.carrier_id for row in problem.services}
    rates = late = change = 0
    given: Counter[str] = Counter()
    for booking in plan.bookings:
        shipment = shipments[booking.shipment_id]
        offer = offers[booking.shipment_id, booking.service_id]
        given[carrier[booking.service_id]] += 1
        rates += offer.rate_cents
        overdue = booking.pickup_day + offer.transit_days - shipment.due_day
        late += shipment.late_cents_per_day * (max(0, overdue))
        now = (shipment.current_service_id, shipment.current_pickup_day)
        if now[0] is not None and now != (booking.service_id, booking.pickup_day):
            change += shipment.rebooking_cents
    booked = {booking.shipment_id for booking in plan.bookings}
    return CostTerms(
        freight_fixed_cents=rates,
        late_cents=late,
        change_cents=change,
        unfilled_cents=sum(row.unbooked_cents for row in problem.shipments if row.shipment_id not in booked),
        shortfall_cents=sum(
            max(0, row.minimum_shipments - given[row.carrier_id]) * row.shortfall_cents_per_shipment
            for row in problem.contract_minimums
        ),
    )
