"""How fast and how good a whole backlog is planned: families D, E, B and T, beside the rule of ERPs.

``python -m benchmarks.backlog [--quick] [--rules] [--peers] [--processor-time] [--json FILE]``: each instance
is written to a folder and solved by ``control-tower solve`` in a process of its own, so that the seconds are
those of the whole command; then a closed node is repaired and single orders are asked about. ``--peers``
gives HiGHS, SCIP and CP-SAT the same small backlogs, ``--rules`` adds backlogs with transfers, floors and
other rules. ``--processor-time`` is for a busy machine: it solves in this process by the processor's clock.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._backlog_peers import PEERS, Peer
from optimization.backlog.files import read_tables, write_tables
from optimization.backlog.generate import generate_tables
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.repair import local_repair, one_order
from optimization.backlog.solve import solve_backlog
from optimization.backlog.standing import Standing
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.overrides import NodeClosed, Scenario

PEER_SECONDS = 60.0
NO_BAR = 100.0
ASKED_ORDERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One instance, the time it is given, and what is asked of it."""

    family: str
    lines: int
    nodes: int
    seconds: float
    gap_percent: float
    seed: int = 1
    rules: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As the table calls it."""
        return "+".join((f"{self.family}_{self.lines}_{self.nodes}", *self.rules))


BARS = (
    Bar(family="D", lines=1_000, nodes=10, seconds=3, gap_percent=1.1),
    Bar(family="D", lines=1_000, nodes=10, seconds=20, gap_percent=0.3),
    Bar(family="D", lines=10_000, nodes=20, seconds=5, gap_percent=0.6),
    Bar(family="D", lines=10_000, nodes=50, seconds=5, gap_percent=1.1),
    Bar(family="D", lines=100_000, nodes=50, seconds=60, gap_percent=1.1),
    Bar(family="E", lines=100_000, nodes=50, seconds=60, gap_percent=0.3),
    Bar(family="B", lines=100_000, nodes=50, seconds=60, gap_percent=3.5),
    Bar(family="T", lines=100_000, nodes=50, seconds=60, gap_percent=12.0),
    Bar(family="D", lines=500_000, nodes=50, seconds=200, gap_percent=1.8),
)
QUICK = BARS[:4]
RULED = tuple(
    Bar(family="D", lines=10_000, nodes=20, seconds=10, gap_percent=NO_BAR, rules=rules)
    for rules in (
        ("transfers",), ("substitutes",), ("expedite",), ("floors",),
        ("transfers", "substitutes", "expedite", "floors"),
        ("lots", "safety-stock", "packs", "firm", "fences"),
    )
)  # fmt: skip
"""Backlogs with further rules: how long and how good is told, nothing is asked but to be done in time."""
PEER_BARS = (BARS[0], BARS[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came out for one instance."""

    name: str
    limit_seconds: float
    seconds: float
    first_plan_seconds: float
    objective_cents: int
    bound_cents: int
    gap_percent: float
    bar_percent: float
    rule_percent_above: float
    megabytes: int
    moves: int


# What the child runs: the command, and then the most memory it had.
CHILD = """
import resource, sys
from app.__main__ import main
code = main(sys.argv[1:])
print("kilobytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""


def solve_in_a_process(bar: Bar, folder: Path) -> Row:
    """Run the command and read what it wrote."""
    told = folder / "outcome.json"
    command = [sys.executable, "-c", CHILD, "solve", "--problem", str(folder), "--seed", str(bar.seed)]
    command += ["--out", str(folder / "plan.parquet"), "--json", str(told), "--time-limit", str(bar.seconds)]
    begun = time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.monotonic() - begun
    megabytes = int(done.stdout.rsplit("kilobytes", 1)[1]) // 1024
    return row_of(bar, json.loads(told.read_text(encoding="utf-8")), seconds, megabytes)


def processor_seconds() -> float:
    """What the clock of two idle cores would show: this thread's time, and half of that of the others."""
    own = time.thread_time()
    return own + (time.process_time() - own) / 2


def solve_by_processor_time(bar: Bar, folder: Path) -> Row:
    """Solve here by the processor's clock, which stands still while a busy machine does other work.

    Not for backlogs so small that a process beside this one works on them.
    """
    begun = processor_seconds()
    instance = build_instance(read_tables(folder))
    limits = BacklogLimits(seconds=bar.seconds - (processor_seconds() - begun))
    outcome = solve_backlog(instance, limits, bar.seed, monotonic=processor_seconds)
    seconds = processor_seconds() - begun
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = outcome.as_json(seconds)
    (folder / "outcome.json").write_text(json.dumps(told), encoding="utf-8")
    return row_of(bar, told, seconds, megabytes)


def row_of(bar: Bar, outcome: dict[str, Any], seconds: float, megabytes: int) -> Row:
    """A row of the table from what the outcome file says."""
    cents = outcome["objective_cents"]
    first = next(each for each in outcome["milestones"] if each["stage"] == "first plan")
    before = outcome["seconds"] - outcome["solve_seconds"]
    return Row(
        name=bar.name,
        limit_seconds=bar.seconds,
        seconds=round(seconds, 2),
        first_plan_seconds=round(before + first["elapsed_ms"] / 1000, 2),
        objective_cents=cents,
        bound_cents=outcome["bound_cents"],
        gap_percent=round(100 * outcome["gap"], 3),
        bar_percent=bar.gap_percent,
        rule_percent_above=round(100 * (outcome["erp_rule_cents"] - cents) / cents, 1),
        megabytes=megabytes,
        moves=outcome["moves"],
    )


def ask_small_questions(instance: Instance, seconds: float) -> dict[str, float]:
    """A node closed, and single orders asked about, on a plan that was searched for some seconds.

    Both run in one thread; the seconds are those that the processor spent on them.
    """
    outcome = solve_backlog(instance, BacklogLimits(seconds=seconds), 1, monotonic=time.monotonic)
    standing = Standing(instance, outcome.warm.led, outcome.warm.pairs)
    units = np.bincount(outcome.plan.node, outcome.plan.qty, instance.arrays.n_nodes)
    small = np.where((units > 0) & (units <= 0.02 * units.sum()), units, -1)
    node = int(small.argmax())
    closing = Scenario(name="closed", overrides=(NodeClosed(node=node),))
    closed = build_instance(apply_to_backlog(instance.tables, closing))
    begun = time.process_time()
    repaired = local_repair(standing, closed)
    repair = time.process_time() - begun
    if repaired is None:
        raise SystemExit("A closed node left other rows or pairs; that must not be.")
    asked: list[float] = []
    saved: list[int] = []
    orders = np.random.default_rng(1).choice(instance.n_orders, ASKED_ORDERS)
    for order in orders:
        begun = time.process_time()
        saved.append(one_order(standing, int(order)).saved_cents)
        asked.append(time.process_time() - begun)
    base = outcome.objective_cents
    return {
        "repair_seconds": round(repair, 3),
        "affected_orders": int(repaired.affected_orders.size),
        "repaired_percent_above": round(100 * (repaired.objective_cents - base) / base, 3),
        "one_order_p50_ms": round(1000 * statistics.median(asked), 2),
        "one_order_p99_ms": round(1000 * sorted(asked)[int(0.99 * len(asked))], 2),
        "orders_that_save": sum(each > 0 for each in saved),
    }


def main() -> None:
    """Print the tables, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the instances up to 10,000 lines")
    parser.add_argument("--peers", action="store_true", help="give other solvers the small ones, 60 s each")
    parser.add_argument("--rules", action="store_true", help="also transfers, floors and other rules")
    parser.add_argument("--processor-time", action="store_true", help="count no time that others took")
    parser.add_argument("--only", default="", metavar="NAME", help="for example D_100000_50")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    chosen = (QUICK if arguments.quick else BARS) + (RULED if arguments.rules else ())
    bars = [bar for bar in chosen if arguments.only in {"", bar.name}]
    print(
        f"{'instance':52}{'limit s':>8}{'s':>8}{'first s':>9}{'gap %':>8}{'bar %':>7}{'rule +%':>9}{'MB':>6}"
    )
    report: dict[str, object] = {"rows": (rows := [])}
    with tempfile.TemporaryDirectory() as place:
        for bar in bars:
            folder = Path(place) / bar.name
            if not folder.exists():
                made = generate_tables(bar.family, bar.lines, bar.nodes, bar.seed, bar.rules)
                write_tables(made, folder)
            row = (solve_by_processor_time if arguments.processor_time else solve_in_a_process)(bar, folder)
            rows.append(asdict(row))
            print(
                f"{row.name:52}{row.limit_seconds:8.0f}{row.seconds:8.2f}{row.first_plan_seconds:9.2f}"
                f"{row.gap_percent:8.3f}{row.bar_percent:7.1f}{row.rule_percent_above:9.1f}{row.megabytes:6}",
                flush=True,
            )
        plain = (bar for bar in bars if bar.family == "D" and not bar.rules)
        largest = max(plain, key=lambda bar: bar.lines, default=None)
        if largest is not None:
            instance = build_instance(read_tables(Path(place) / largest.name))
            questions = ask_small_questions(instance, min(20.0, largest.seconds))
            report["questions"] = {"instance": largest.name, **questions}
            print(json.dumps(report["questions"]))
        if arguments.peers:
            report["peers"] = compare(PEERS, Path(place), 5.0 if arguments.quick else PEER_SECONDS)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def compare(peers: dict[str, Peer], place: Path, seconds: float) -> list[dict[str, object]]:
    """The same backlogs, one model each, as others solve it."""
    found: list[dict[str, object]] = []
    for bar in PEER_BARS:
        instance = build_instance(generate_tables(bar.family, bar.lines, bar.nodes, bar.seed))
        told = place / bar.name / "outcome.json"
        ours = json.loads(told.read_text(encoding="utf-8"))["objective_cents"] if told.exists() else 0
        for name, solve in peers.items():
            begun = time.monotonic()
            cents, bound = solve(instance, seconds)
            above = 100 * (cents - ours) / ours if cents is not None and ours else None
            row: dict[str, object] = {
                "instance": bar.name, "peer": name, "seconds": round(time.monotonic() - begun, 1),
                "objective_cents": cents, "bound_cents": bound, "percent_above_ours": above,
            }  # fmt: skip
            found.append(row)
            print(row, flush=True)
    return found


if __name__ == "__main__":
    main()
