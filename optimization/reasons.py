"""Why each line and order of a reallocation is planned as it is, in one sentence each."""

from __future__ import annotations

from collections import Counter, defaultdict

from optimization.lookup import ProblemLookup
from optimization.measure import OrderEffect, measure_orders
from optimization.money import money
from optimization.outcome import Reason, ReasonCode
from optimization.plan import PlanLine, ReallocationPlan
from optimization.problem import LineDemand, OrderDemand


def reallocation_reasons(
    lookup: ProblemLookup, plan: ReallocationPlan, today: ReallocationPlan
) -> tuple[Reason, ...]:
    """One reason for every line that changes, is late or short, or stays; one for every split order."""
    return _Explainer(lookup, plan, today).reasons()


class _Explainer:
    """The two plans side by side."""

    def __init__(self, lookup: ProblemLookup, plan: ReallocationPlan, today: ReallocationPlan) -> None:
        self._lookup = lookup
        self._rows = _by_line(plan)
        self._today = _by_line(today)
        self._effects = measure_orders(lookup, plan)
        self._effects_today = measure_orders(lookup, today)
        self._shipped: Counter[tuple[str, str]] = Counter()
        self._picked: Counter[tuple[str, int]] = Counter()
        for row in plan.lines:
            self._shipped[row.sku_id, row.node_id] += row.quantity
            self._picked[row.node_id, row.ship_day] += row.quantity

    def reasons(self) -> tuple[Reason, ...]:
        """Orders in id order, each followed by its lines."""
        found: list[Reason] = []
        for order in self._lookup.problem.orders:
            effect = self._effects[order.order_id]
            if effect.shipments > 1:
                found.append(self._split(order, effect))
            for line in self._lookup.lines_of[order.order_id]:
                found += self._line(order, line)
        return tuple(found)

    def _money(self, cents: int, *, signed: bool = False) -> str:
        return money(cents, self._lookup.problem.currency, signed=signed)

    def _split(self, order: OrderDemand, effect: OrderEffect) -> Reason:
        places = sorted(
            {
                (row.ship_day, row.node_id)
                for line in self._lookup.lines_of[order.order_id]
                for row in self._rows[line.line_id]
            }
        )
        listed = ", ".join(f"{node_id} day {day}" for day, node_id in places)
        text = (
            f"{effect.shipments} shipments ({listed}), {order.max_shipments} allowed: "
            f"{self._trade(order.order_id)}"
        )
        return Reason(subject=order.order_id, code=ReasonCode.SPLIT, text=text)

    def _line(self, order: OrderDemand, line: LineDemand) -> list[Reason]:
        rows, today = self._rows[line.line_id], self._today[line.line_id]
        missing = line.quantity - sum(row.quantity for row in rows)
        found: list[Reason] = []
        if rows and rows != today:
            found.append(self._changed(order, line))
        elif rows:
            found.append(self._kept(line, rows))
        late = [row for row in rows if self._late_days(order, row)]
        if late:
            units = sum(row.quantity for row in late)
            days = max(self._late_days(order, row) for row in late)
            text = f"{units} of {line.quantity} arrive up to {days} days after the promised day"
            found.append(Reason(subject=line.line_id, code=ReasonCode.LATE, text=text))
        if missing:
            found.append(self._unfilled(order, line, missing))
        return found

    def _kept(self, line: LineDemand, rows: list[PlanLine]) -> Reason:
        units = sum(row.quantity for row in rows)
        nodes = " and ".join(sorted({row.node_id for row in rows}))
        text = f"stays at {nodes}, which covers {units} of {line.quantity}; nothing else is cheaper"
        return Reason(subject=line.line_id, code=ReasonCode.KEPT, text=text)

    def _changed(self, order: OrderDemand, line: LineDemand) -> Reason:
        rows = self._rows[line.line_id]
        parts = [self._coverage(order, line)]
        for row in rows:
            stock = self._lookup.supplied_by(row.sku_id, row.node_id, row.ship_day)
            item = "" if row.sku_id == line.sku_id else f" of substitute {row.sku_id}"
            parts.append(f"{row.quantity} from {row.node_id}, which has {stock}{item} by day {row.ship_day}")
        parts.append(self._trade(order.order_id))
        if any(row.sku_id != line.sku_id for row in rows):
            code = ReasonCode.SUBSTITUTED
        elif any(row.node_id != line.current_node_id for row in rows):
            code = ReasonCode.MOVED
        else:
            code = ReasonCode.DELAYED
        return Reason(subject=line.line_id, code=code, text="; ".join(parts))

    def _coverage(self, order: OrderDemand, line: LineDemand) -> str:
        """What today's plan could do for the line."""
        if line.current_node_id is None:
            return f"not planned anywhere today ({line.quantity} needed)"
        today = self._today[line.line_id]
        units = sum(row.quantity for row in today)
        if units < line.quantity:
            return f"stock at {line.current_node_id} covers {units} of {line.quantity}"
        in_time = sum(row.quantity for row in today if not self._late_days(order, row))
        if in_time < line.quantity:
            return f"{line.current_node_id} delivers {in_time} of {line.quantity} in time"
        return f"{line.current_node_id} could deliver {units} of {line.quantity}, at a higher cost in all"

    def _trade(self, order_id: str) -> str:
        """What the order's change costs against what it saves, in money."""
        delta = self._effects[order_id].terms.minus(self._effects_today[order_id].terms)
        parts = [f"freight {self._money(delta.freight_cents, signed=True)}"]
        named = (
            ("substitution", delta.substitution_cents),
            ("change", delta.change_cents),
            ("late penalty", delta.late_cents),
            ("unfilled penalty", delta.unfilled_cents),
        )
        parts += [f"{name} {self._money(cents, signed=True)}" for name, cents in named if cents]
        return ", ".join(parts) + f", in all {self._money(delta.total_cents, signed=True)} against today"

    def _unfilled(self, order: OrderDemand, line: LineDemand, missing: int) -> Reason:
        """Say what stands in the way of the missing units: stock, capacity, policy or price."""
        left, reachable = self._left_for(order, line)
        if not left:
            stock = sum(reachable.values())
            text = (
                f"{missing} of {line.quantity} unfilled: all {stock} units within reach ship to other demand"
            )
            if stock < line.quantity:
                text = f"{missing} of {line.quantity} unfilled: only {stock} units are within reach"
            return Reason(subject=line.line_id, code=ReasonCode.UNFILLED_NO_STOCK, text=text)
        open_nodes = {node_id for (_, node_id) in left if self._has_room(order, node_id)}
        nodes = ", ".join(sorted({node_id for _, node_id in left}))
        if not open_nodes:
            text = (
                f"{missing} of {line.quantity} unfilled: {nodes} has stock but no pick capacity left in time"
            )
            return Reason(subject=line.line_id, code=ReasonCode.UNFILLED_NO_CAPACITY, text=text)
        limited = self._effects[order.order_id].shipments >= order.max_shipments
        if limited or order.ship_complete:
            rule = f"at most {order.max_shipments} shipments" if limited else "the order must ship complete"
            text = f"{missing} of {line.quantity} unfilled although {nodes} has stock: {rule}"
            return Reason(subject=line.line_id, code=ReasonCode.UNFILLED_BY_POLICY, text=text)
        penalty = self._money(line.unfilled_cents_per_unit)
        text = f"{missing} of {line.quantity} unfilled: {nodes} would cost more than the penalty of {penalty}"
        return Reason(subject=line.line_id, code=ReasonCode.UNFILLED_BY_COST, text=text)

    def _left_for(
        self, order: OrderDemand, line: LineDemand
    ) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
        """Stock rows that could serve a line: what the plan leaves in them, and what they hold."""
        last = self._lookup.problem.days - 1
        if order.last_ship_day is not None:
            last = min(last, order.last_ship_day)
        reachable = {
            (sku_id, node_id): self._lookup.supplied_by(sku_id, node_id, last)
            for sku_id, _ in self._lookup.skus_for(line)
            for node_id in self._lookup.nodes_of[sku_id]
            if (node_id, order.zone_id) in self._lookup.lanes
        }
        left = {
            row: units - self._shipped[row] for row, units in reachable.items() if units > self._shipped[row]
        }
        return left, reachable

    def _has_room(self, order: OrderDemand, node_id: str) -> bool:
        """Whether a node has pick capacity left on a day that is not too late for the order."""
        return any(
            node == node_id
            and (order.last_ship_day is None or day <= order.last_ship_day)
            and units > self._picked[node, day]
            for (node, day), units in self._lookup.pick_units.items()
        )

    def _late_days(self, order: OrderDemand, row: PlanLine) -> int:
        lane = self._lookup.lanes[row.node_id, order.zone_id]
        return max(0, row.ship_day + lane.transit_days - order.promised_day)


def _by_line(plan: ReallocationPlan) -> dict[str, list[PlanLine]]:
    rows: dict[str, list[PlanLine]] = defaultdict(list)
    for row in plan.lines:
        rows[row.line_id].append(row)
    return rows
