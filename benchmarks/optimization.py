"""How fast and how good: one case, 50 and 300 lines, carrier rebooking; against the greedy rule.

``python -m benchmarks.optimization [--quick] [--json FILE]``; seeded instances, median of the runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from optimization.carrier_problem import RebookingProblem
from optimization.choices import build_choices, greedy_bookings
from optimization.greedy import greedy_plan
from optimization.instances import generate_reallocation, generate_rebooking
from optimization.limits import Limits
from optimization.lookup import ProblemLookup
from optimization.measure import measure_orders, total_effect
from optimization.measure_bookings import measure_bookings
from optimization.outcome import Outcome
from optimization.problem import ReallocationProblem
from optimization.solve import solve
from optimization.sources import build_sources

Instance = ReallocationProblem | RebookingProblem

SEEDS = (1, 2, 3)
BASIS_POINTS_PER_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Medians over the seeds of one size."""

    name: str
    seconds: float
    status: str
    gap_percent: float
    greedy_percent_above: float
    options: float


def greedy_cents(problem: Instance) -> int:
    """What the rule that ERPs use would cost: order by order, cheapest source first."""
    if isinstance(problem, ReallocationProblem):
        lookup = ProblemLookup(problem)
        plan = greedy_plan(lookup, build_sources(lookup))
        return total_effect(measure_orders(lookup, plan)).terms.total_cents
    return measure_bookings(problem, greedy_bookings(problem, build_choices(problem))).terms.total_cents


def measure(name: str, make: Callable[[int], Instance], limits: Limits, seeds: tuple[int, ...]) -> Row:
    """Solve the instance of every seed, and take medians."""
    seconds: list[float] = []
    gaps: list[float] = []
    above: list[float] = []
    outcomes: list[Outcome] = []
    for seed in seeds:
        problem = make(seed)
        started = time.monotonic()
        outcome = solve(problem, limits, seed, monotonic=time.monotonic)
        seconds.append(time.monotonic() - started)
        outcomes.append(outcome)
        cents = outcome.objective_cents or 1
        gaps.append((outcome.gap_basis_points or 0) / BASIS_POINTS_PER_PERCENT)
        above.append(100 * (greedy_cents(problem) - cents) / cents)
    return Row(
        name=name,
        seconds=round(statistics.median(seconds), 2),
        status=", ".join(sorted({outcome.status.value for outcome in outcomes})),
        gap_percent=round(statistics.median(gaps), 2),
        greedy_percent_above=round(statistics.median(above), 1),
        options=statistics.median(len(outcome.options) for outcome in outcomes),
    )


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed and a tenth of the effort")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    seeds = SEEDS[:1] if arguments.quick else SEEDS
    limits = Limits(deterministic_time=0.5 if arguments.quick else 5.0, wall_seconds=300.0)
    sizes: list[tuple[str, Callable[[int], Instance]]] = [
        ("one case: 4 lines, 5 nodes", lambda seed: generate_reallocation(4, 5, seed)),
        ("50 lines, 8 nodes", lambda seed: generate_reallocation(50, 8, seed)),
        ("300 lines, 10 nodes", lambda seed: generate_reallocation(300, 10, seed)),
        ("rebooking: 50 shipments, 6 services", lambda seed: generate_rebooking(50, 6, seed)),
        ("rebooking: 300 shipments, 8 services", lambda seed: generate_rebooking(300, 8, seed)),
    ]
    # The library is loaded before the first measurement, as in the solver process.
    solve(generate_reallocation(1, 2, 1), limits, 1)
    head = f"{'instance':38}{'seconds':>9}{'gap %':>8}{'greedy +%':>11}{'options':>9}  status"
    print(head)
    rows: list[Row] = []
    for name, make in sizes:
        row = measure(name, make, limits, seeds)
        rows.append(row)
        figures = (
            f"{row.seconds:9.2f}{row.gap_percent:8.2f}{row.greedy_percent_above:11.1f}{row.options:9.0f}"
        )
        print(f"{row.name:38}{figures}  {row.status}", flush=True)
    if arguments.json:
        report = {"limits": asdict(limits), "seeds": seeds, "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
