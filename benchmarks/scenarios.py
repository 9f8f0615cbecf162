"""64 scenarios of one backlog: two workers against one, in a process pool and on a Dask cluster.

``python -m benchmarks.scenarios [--quick] [--json FILE]``. Workers are warm before the clock starts;
results are compared byte by byte between all runs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from optimization.backlog.generate import generate_tables
from optimization.rebooking.solve import Effort
from optimization.scenarios.overrides import DemandSurge, NodeClosed, Scenario, SupplyDelayed
from optimization.scenarios.runners import open_runner, solve_all
from optimization.scenarios.tasks import Baseline, Task

BAR = 1.7
NODES = 20
EMPTY = Scenario(name="warm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One engine: seconds with one worker and with two."""

    engine: str
    scenarios: int
    one_worker_seconds: float
    two_worker_seconds: float
    ratio: float
    same_bytes: bool


def scenarios(count: int) -> list[Scenario]:
    """Closures, delays and surges in turn."""
    made: list[Scenario] = []
    for number in range(count):
        node = number // 3 % NODES
        override = (
            NodeClosed(node=node, last_day=number % 2),
            SupplyDelayed(node=node, days=1 + number % 3),
            DemandSurge(percent=1 + number),
        )[number % 3]
        made.append(Scenario(name=f"scenario {number}", overrides=(override,)))
    return made


def run(
    engine: str, workers: int, baseline: Baseline, task: Task, todo: Sequence[Scenario]
) -> tuple[float, list[str]]:
    """Seconds for all scenarios with warm workers, and the digests of the results."""
    with ExitStack() as stack:
        executor = engine
        if engine == "dask":
            cluster = stack.enter_context(
                import_module("distributed").LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                    dashboard_address=None, silence_logs=40,
                )
            )  # fmt: skip
            executor = f"dask://{cluster.scheduler_address.removeprefix('tcp://')}"
        runner = stack.enter_context(open_runner(executor, baseline, task, time.monotonic, workers))
        solve_all(runner, [EMPTY] * (2 * workers))
        started = time.perf_counter()
        found = [result.digest for result in solve_all(runner, todo)]
        return time.perf_counter() - started, found


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 scenarios of 1,000 lines")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    lines, count = (1_000, 8) if arguments.quick else (10_000, 64)
    baseline = generate_tables("D", lines, NODES, 1)
    task = Task(seed=1, effort=Effort(threads=1), moves=lines // 5)
    todo = scenarios(count)
    rows: list[Row] = []
    seen: set[tuple[str, ...]] = set()
    for engine in ("pool", "dask"):
        alone, first = run(engine, 1, baseline, task, todo)
        both, second = run(engine, 2, baseline, task, todo)
        seen |= {tuple(first), tuple(second)}
        row = Row(
            engine=engine,
            scenarios=count,
            one_worker_seconds=round(alone, 2),
            two_worker_seconds=round(both, 2),
            ratio=round(alone / both, 2),
            same_bytes=len(seen) == 1,
        )
        rows.append(row)
        verdict = "held" if row.ratio >= BAR and row.same_bytes else "MISSED"
        times = f"{alone:.2f} s with 1 worker, {both:.2f} s with 2, ratio {row.ratio:.2f}"
        print(
            f"{engine:5} {count} scenarios of {lines} lines: {times}, same bytes {row.same_bytes}: {verdict}"
        )
    if arguments.json:
        arguments.json.write_text(
            json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
