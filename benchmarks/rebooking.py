"""Carrier rebooking at scale: gap, seconds and memory, with room and with kilograms short.

``python -m benchmarks.rebooking [--quick] [--json FILE]``. Seeded instances, median of three
seeds; beside each the rule that books every shipment on its cheapest option with room, in id order.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks._greedy_bookings import greedy_cents
from optimization.rebooking.generator import generate_instance
from optimization.rebooking.solve import Effort, effort_for, solve_instance

SEEDS = (1, 2, 3)
SIZES = ((1_000, 10), (10_000, 20), (100_000, 50))
BARS = {
    (10_000, False): (1.0, 0.1),
    (100_000, False): (8.0, 0.3),
    (10_000, True): (1.0, 1.0),
    (100_000, True): (8.0, 1.0),
}
"""Seconds and gap in percent, by shipments and whether kilograms are short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Medians over the seeds of one size."""

    shipments: int
    nodes: int
    short_of_weight: bool
    options: int
    seconds: float
    gap_percent: float
    worst_gap_percent: float
    greedy_percent_above: float
    resident_mb: int
    within_bar: bool | None


def measure(shipments: int, nodes: int, seeds: tuple[int, ...], *, tight: bool) -> Row:
    """Solve the instance of every seed; options are made beforehand, as they are when rates are read."""
    seconds: list[float] = []
    gaps: list[float] = []
    above: list[float] = []
    options = 0
    small = Effort(exact_time=0.0)
    for seed in seeds:
        instance = generate_instance(shipments, nodes, seed, tight=tight)
        options = instance.option_count
        effort = small if shipments <= SIZES[0][0] else effort_for(shipments)
        started = time.perf_counter()
        answer = solve_instance(instance, effort, seed)
        seconds.append(time.perf_counter() - started)
        gaps.append(100 * answer.gap)
        above.append(100 * (greedy_cents(instance) / answer.objective_cents - 1))
    bar = BARS.get((shipments, tight))
    took, gap = statistics.median(seconds), statistics.median(gaps)
    return Row(
        shipments=shipments,
        nodes=nodes,
        short_of_weight=tight,
        options=options,
        seconds=round(took, 2),
        gap_percent=round(gap, 4),
        worst_gap_percent=round(max(gaps), 4),
        greedy_percent_above=round(statistics.median(above), 2),
        resident_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        within_bar=None if bar is None else took <= bar[0] and gap <= bar[1],
    )


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, no 100,000 shipments")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    seeds = SEEDS[:1] if arguments.quick else SEEDS
    # Kernels are compiled before the first measurement, as after `make setup`.
    solve_instance(generate_instance(200, 20, 1, tight=True), Effort(passes=1), 1)
    print(f"{'shipments':>10}{'nodes':>6}{'options':>10}  weight  {'seconds':>8}{'gap %':>9}{'worst':>9}"
          f"{'greedy +%':>11}{'MB':>6}  bar")  # fmt: skip
    rows: list[Row] = []
    for shipments, nodes in SIZES[:2] if arguments.quick else SIZES:
        for tight in (False, True):
            row = measure(shipments, nodes, seeds, tight=tight)
            rows.append(row)
            kind = "short" if tight else "enough"
            verdict = {None: "-", True: "held", False: "MISSED"}[row.within_bar]
            figures = f"{row.seconds:8.2f}{row.gap_percent:9.4f}{row.worst_gap_percent:9.4f}"
            figures += f"{row.greedy_percent_above:11.2f}{row.resident_mb:6}"
            print(f"{shipments:10}{nodes:6}{row.options:10}  {kind:6}  {figures}  {verdict}", flush=True)
    if arguments.json:
        report = {"seeds": seeds, "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
