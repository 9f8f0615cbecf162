"""The decision as a CP-SAT model: units by way, service and day; shipments and ways as switches."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from optimization.decision.measure import Move
from optimization.decision.problem import PLANNED, DecisionProblem, freight_cents_per_unit

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

#: What an option can be best at; each is a linear expression of the model.
COST, LATENESS, DISTURBANCE, UNFILLED = "cost", "lateness", "disturbance", "unfilled"


class DecisionModel:
    """The model of a problem; :meth:`minimise` one aim under ceilings for others."""

    def __init__(self, problem: DecisionProblem) -> None:
        """Build it once; ceilings are added and taken back by solving a copy."""
        from ortools.sat.python import cp_model

        self.problem = problem
        self.model = cp_model.CpModel()
        self.units: dict[tuple[str, str, int], Any] = {}
        self._late_days: dict[tuple[str, str, int], int] = {}
        self.aims = self._build()

    def minimise(
        self, aim: str, ceilings: dict[str, int], seed: int, effort: float
    ) -> tuple[Move, ...] | None:
        """The moves that are best at ``aim`` with every ceiling kept; ``None`` if there are none in time.

        ``effort`` is deterministic time, so that the same seed gives the same moves on every machine.
        """
        from ortools.sat.python import cp_model

        model = self.model.clone()
        for name, most in ceilings.items():
            model.add(self.aims[name] <= most)
        model.minimize(self.aims[aim])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self._read(solver)

    def _read(self, solver: cp_model.CpSolver) -> tuple[Move, ...]:
        lines = {way.way_id: way.line_id for way in self.problem.ways}
        moves = [
            Move(
                line_id=lines[way_id],
                way_id=way_id,
                service_id=service_id,
                ship_day=day,
                units=int(solver.value(units)),
            )
            for (way_id, service_id, day), units in self.units.items()
            if solver.value(units) > 0
        ]
        return tuple(sorted(moves))

    def _build(self) -> dict[str, Any]:
        problem, model = self.problem, self.model
        lines = {line.line_id: line for line in problem.lines}
        cost: list[Any] = []
        lateness: list[Any] = []
        disturbance: list[Any] = []
        leaving: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
        of_way: dict[str, list[Any]] = defaultdict(list)
        for way in problem.ways:
            line = lines[way.line_id]
            most = min(way.units, line.quantity)
            for service in (s for s in problem.services if s.node_id == way.node_id):
                for day in _days(problem, way.ready_day, service.pickup_days):
                    units = model.new_int_var(0, most, f"{way.way_id} {service.service_id} {day}")
                    self.units[way.way_id, service.service_id, day] = units
                    late = max(0, day + service.transit_days - problem.promised_day)
                    each = freight_cents_per_unit(line, service) + way.unit_cents
                    cost.append((each + late * line.late_cents_per_unit_day) * units)
                    lateness.append(late * units)
                    if not (way.kind in PLANNED and service.current):
                        disturbance.append(units)
                    leaving[way.node_id, service.service_id, day].append((units, most))
                    of_way[way.way_id].append(units)
        penalties, left = self._demand(of_way)
        cost += self._shipments(leaving) + self._ways(of_way) + penalties
        return {
            COST: sum(cost),
            LATENESS: sum(lateness),
            DISTURBANCE: sum(disturbance),
            UNFILLED: sum(left),
        }

    def _shipments(self, leaving: dict[tuple[str, str, int], list[Any]]) -> list[Any]:
        fixed = {(s.node_id, s.service_id): s.fixed_cents for s in self.problem.services}
        costs, opened = [], []
        for (node, service, day), units in leaving.items():
            leaves = self.model.new_bool_var(f"{node} {service} {day}")
            for each, most in units:
                self.model.add(each <= most * leaves)
            opened.append(leaves)
            costs.append(fixed[node, service] * leaves)
        if opened:
            self.model.add(sum(opened) <= self.problem.max_shipments)
        return costs

    def _ways(self, of_way: dict[str, list[Any]]) -> list[Any]:
        costs = []
        pools: dict[str, list[Any]] = defaultdict(list)
        there: dict[str, int] = defaultdict(int)
        for way in self.problem.ways:
            units = of_way.get(way.way_id, [])
            pool = way.pool_id or way.way_id
            pools[pool] += units
            there[pool] = max(there[pool], way.units)
            if way.fixed_cents and units:
                taken = self.model.new_bool_var(way.way_id)
                self.model.add(sum(units) <= way.units * taken)
                costs.append(way.fixed_cents * taken)
        for pool, units in pools.items():
            if units:
                self.model.add(sum(units) <= there[pool])
        return costs

    def _demand(self, of_way: dict[str, list[Any]]) -> tuple[list[Any], list[Any]]:
        problem = self.problem
        complete = self.model.new_bool_var("all of it") if problem.ship_complete else None
        costs, missing = [], []
        for line in problem.lines:
            units = [
                each for way in problem.ways if way.line_id == line.line_id for each in of_way[way.way_id]
            ]
            left = self.model.new_int_var(0, line.quantity, f"{line.line_id} left")
            self.model.add(sum(units) + left == line.quantity)
            if complete is not None:
                self.model.add(left == line.quantity * (1 - complete))
            costs.append(line.unfilled_cents_per_unit * left)
            missing.append(left)
        return costs, missing


def _days(problem: DecisionProblem, ready: int, pickups: tuple[int, ...]) -> list[int]:
    """The days worth leaving on: when goods of the order come ready, or the service's next pickup after.

    Waiting longer than for other goods of the order never pays.
    """
    moments = sorted({way.ready_day for way in problem.ways if way.ready_day >= ready} | {ready})
    days = set()
    for moment in moments:
        day = next((p for p in sorted(pickups) if p >= moment), None) if pickups else moment
        if day is not None and day <= problem.last_ship_day:
            days.add(day)
    return sorted(days)
