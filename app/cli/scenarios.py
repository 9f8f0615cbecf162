"""``control-tower scenarios``: solve what-if scenarios of a backlog and compare them with it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.bootstrap import monotonic_seconds


def run(options: argparse.Namespace) -> int:
    """Solve the baseline and every scenario; print a line each, write JSON where asked."""
    from optimization.backlog.files import read_tables
    from optimization.rebooking.solve import Effort
    from optimization.scenarios.files import read_scenarios
    from optimization.scenarios.overrides import Scenario
    from optimization.scenarios.rebase import rebase
    from optimization.scenarios.results import compare
    from optimization.scenarios.runners import open_runner, solve_all
    from optimization.scenarios.tasks import Task

    baseline = read_tables(Path(options.problem))
    scenarios = read_scenarios(Path(options.scenarios))
    if options.rebase:
        rebased = [rebase(scenario, baseline) for scenario in scenarios]
        for each in rebased:
            for _, why in each.dropped:
                print(f"{each.scenario.name}: left out, {why}")
        scenarios = tuple(each.scenario for each in rebased)
    task = Task(seed=options.seed, effort=Effort(threads=1), moves=options.moves)
    with open_runner(options.executor, baseline, task, monotonic_seconds, options.workers) as runner:
        first, *others = solve_all(runner, (Scenario(name="baseline"), *scenarios))
    print(f"baseline: {first.objective_cents} cents, at least {first.bound_cents}")
    compared = [compare(first, other) for other in others]
    for told in compared:
        print(told.sentence)
    if options.json:
        report = [
            {
                "scenario": each.scenario,
                "objective_delta_cents": each.objective_delta_cents,
                "least_cents": each.least_cents,
                "most_cents": each.most_cents,
                "verdict": each.verdict.value,
                "terms": dict(each.terms),
                "flipped": each.flipped.tolist(),
                "lost": each.lost.tolist(),
                "won": each.won.tolist(),
            }
            for each in compared
        ]
        Path(options.json).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0
