"""Order by order, cheapest source first: the baseline, the warm start and the fallback.

Orders are served by priority, then promised day, then id; firm quantities are set aside first.
Every plan made here obeys stock, capacity and shipment limits by construction; the only rule it
can miss is a firm quantity that needs a smarter choice, which the audit then says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from optimization.ledger import Ledger
from optimization.lookup import ProblemLookup
from optimization.plan import PlanLine, ReallocationPlan
from optimization.problem import LineDemand, OrderDemand
from optimization.sources import Source

SINGLE_SHIPMENTS_TRIED = 6
SCORE_SCALE = 10**6

Shipment = tuple[str, str, int]


@dataclass(slots=True)
class _Serving:
    """What one order takes: units per source, the shipments opened, and the cost so far."""

    taken: dict[Source, int] = field(default_factory=dict)
    opened: set[Shipment] = field(default_factory=set)

    def units(self, line_id: str) -> int:
        """Units of a line served so far."""
        return sum(units for source, units in self.taken.items() if source.line_id == line_id)

    def cost_cents(self, lines: Iterable[LineDemand], unit_cents: Mapping[Source, int]) -> int:
        """Freight, penalties and what is left unfilled, for the order alone."""
        fixed = {source.shipment: source.fixed_cents for source in self.taken}
        moving = sum(unit_cents[source] * units for source, units in self.taken.items())
        short = sum(
            (line.quantity - self.units(line.line_id))
            * (line.unfilled_cents_per_unit + line.change_cents_per_unit)
            for line in lines
        )
        return sum(fixed.values()) + moving + short


def greedy_plan(lookup: ProblemLookup, sources: Iterable[Source]) -> ReallocationPlan:
    """A plan from the given sources, one order after the other, nothing reconsidered."""
    return _Greedy(lookup, sources).plan(_by_priority(lookup), compare_single=True)


def greedy_by_value_plan(lookup: ProblemLookup, sources: Iterable[Source]) -> ReallocationPlan:
    """The same with the orders that lose most per unit first: often better when stock is scarce."""
    return _Greedy(lookup, sources).plan(_by_value(lookup), compare_single=True)


def greedy_at_prices_plan(
    lookup: ProblemLookup, sources: Iterable[Source], surcharges: Mapping[Source, int]
) -> ReallocationPlan:
    """The same with a surcharge on each unit for what it takes from others."""
    return _Greedy(lookup, sources, surcharges).plan(_by_priority(lookup), compare_single=True)


def todays_plan(lookup: ProblemLookup, current_sources: Iterable[Source]) -> ReallocationPlan:
    """What happens if nobody acts: each line ships from where it is planned, as its stock comes."""
    return _Greedy(lookup, current_sources).plan(_by_priority(lookup), compare_single=False)


def _by_priority(lookup: ProblemLookup) -> list[OrderDemand]:
    return sorted(lookup.problem.orders, key=lambda o: (o.priority, o.promised_day, o.order_id))


def _by_value(lookup: ProblemLookup) -> list[OrderDemand]:
    """Orders by penalty per unit, highest first."""

    def rank(order: OrderDemand) -> tuple[int, str]:
        lines = lookup.lines_of[order.order_id]
        units = sum(line.quantity for line in lines)
        cents = sum(line.quantity * line.unfilled_cents_per_unit for line in lines)
        return (-cents // max(1, units), order.order_id)

    return sorted(lookup.problem.orders, key=rank)


class _Greedy:
    """One pass over the orders with a shared ledger."""

    def __init__(
        self, lookup: ProblemLookup, sources: Iterable[Source], surcharges: Mapping[Source, int] | None = None
    ) -> None:
        self._lookup = lookup
        self._unit_cents: dict[Source, int] = {}
        self._ledger = Ledger(lookup)
        self._sources: dict[str, list[Source]] = defaultdict(list)
        self._by_shipment: dict[str, dict[Shipment, list[Source]]] = defaultdict(lambda: defaultdict(list))
        for source in sources:
            last = lookup.orders[source.order_id].last_ship_day
            if last is not None and source.ship_day > last:
                continue
            self._unit_cents[source] = source.unit_cents + (surcharges[source] if surcharges else 0)
            self._sources[source.line_id].append(source)
            self._by_shipment[source.order_id][source.shipment].append(source)

    def plan(self, orders: list[OrderDemand], *, compare_single: bool) -> ReallocationPlan:
        """Serve firm quantities of all orders, then every order in turn."""
        servings = {order.order_id: _Serving() for order in orders}
        for order in orders:
            self._serve_firm(order, servings[order.order_id])
        for order in orders:
            serving = servings[order.order_id]
            self._serve(order, serving)
            if compare_single and len(self._lookup.lines_of[order.order_id]) > 1:
                servings[order.order_id] = self._best_single(order, serving)
        rows = (
            PlanLine(
                line_id=s.line_id, node_id=s.node_id, sku_id=s.sku_id, ship_day=s.ship_day, quantity=units
            )
            for serving in servings.values()
            for s, units in serving.taken.items()
            if units
        )
        return ReallocationPlan(lines=tuple(rows))

    def _take(self, serving: _Serving, source: Source, units: int) -> None:
        self._ledger.take(source, units)
        serving.taken[source] = serving.taken.get(source, 0) + units
        serving.opened.add(source.shipment)

    def _give_back(self, serving: _Serving) -> None:
        for source, units in serving.taken.items():
            self._ledger.take(source, -units)

    def _serve_firm(self, order: OrderDemand, serving: _Serving) -> None:
        """Set firm quantities aside where they are, as early as they can leave."""
        for line in self._lookup.lines_of[order.order_id]:
            stays = [
                s for s in self._sources[line.line_id] if s.as_ordered and s.node_id == line.current_node_id
            ]
            self._fill(order, line, serving, stays, line.firm_quantity, force=True)

    def _serve(self, order: OrderDemand, serving: _Serving) -> None:
        """Fill every line of an order; an incomplete ship-complete order ships nothing."""
        lines = self._lookup.lines_of[order.order_id]
        for line in lines:
            self._fill(
                order, line, serving, self._sources[line.line_id], line.quantity, force=order.ship_complete
            )
        short = any(serving.units(line.line_id) < line.quantity for line in lines)
        if order.ship_complete and short and not any(line.firm_quantity for line in lines):
            self._give_back(serving)
            serving.taken.clear()
            serving.opened.clear()

    def _fill(
        self,
        order: OrderDemand,
        line: LineDemand,
        serving: _Serving,
        sources: list[Source],
        target_units: int,
        *,
        force: bool,
    ) -> None:
        """Take the cheapest source again and again until filled, dry, or dearer than the penalty."""
        left_cents = line.unfilled_cents_per_unit + line.change_cents_per_unit
        while (missing := target_units - serving.units(line.line_id)) > 0:
            best: tuple[int, Source, int] | None = None
            for source in sources:
                opening = source.shipment not in serving.opened
                if opening and len(serving.opened) >= order.max_shipments:
                    continue
                units = min(missing, self._ledger.available(source))
                if units <= 0:
                    continue
                cents = self._unit_cents[source] * units + (source.fixed_cents if opening else 0)
                if not force and cents > left_cents * units:
                    continue
                score = cents * SCORE_SCALE // units
                if best is None or score < best[0]:
                    best = (score, source, units)
            if best is None:
                return
            self._take(serving, best[1], best[2])

    def _best_single(self, order: OrderDemand, serving: _Serving) -> _Serving:
        """Keep the serving, or replace it by one shipment that carries the order for less."""
        lines = self._lookup.lines_of[order.order_id]
        if any(line.firm_quantity for line in lines):
            return serving
        best, best_cents = serving, serving.cost_cents(lines, self._unit_cents)
        self._give_back(serving)
        for sources in self._cheapest_shipments(order, lines):
            trial = _Serving()
            for line in lines:
                own = [source for source in sources if source.line_id == line.line_id]
                self._fill(order, line, trial, own, line.quantity, force=order.ship_complete)
            self._give_back(trial)
            complete = all(trial.units(line.line_id) == line.quantity for line in lines)
            if (complete or not order.ship_complete) and trial.cost_cents(
                lines, self._unit_cents
            ) < best_cents:
                best, best_cents = trial, trial.cost_cents(lines, self._unit_cents)
        for source, units in best.taken.items():
            self._ledger.take(source, units)
        return best

    def _cheapest_shipments(self, order: OrderDemand, lines: list[LineDemand]) -> list[list[Source]]:
        """Sources of the few shipments that look cheapest for the whole order, best first."""
        scored: list[tuple[int, Shipment, list[Source]]] = []
        for shipment, sources in self._by_shipment[order.order_id].items():
            unit_cents: dict[str, int] = {}
            for source in sources:
                unit_cents[source.line_id] = min(
                    source.unit_cents, unit_cents.get(source.line_id, source.unit_cents)
                )
            guess = sources[0].fixed_cents + sum(
                line.quantity * unit_cents.get(line.line_id, line.unfilled_cents_per_unit) for line in lines
            )
            scored.append((guess, shipment, sources))
        scored.sort(key=lambda row: row[:2])
        return [sources for _, _, sources in scored[:SINGLE_SHIPMENTS_TRIED]]
