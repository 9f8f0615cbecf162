"""``control-tower solve`` and ``control-tower instance``: a backlog in a folder planned, or one made up."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import monotonic_seconds
from domain.errors import BadInputError

if TYPE_CHECKING:
    from optimization.backlog.instance import Instance
    from optimization.backlog.outcome import BacklogOutcome

STARTED_BEFORE_SECONDS = 0.25
"""What starting the interpreter took before the clock could be read."""


def solve(options: argparse.Namespace) -> int:
    """Plan the backlog of a folder, write the plan and its outcome; prints one line."""
    begun = monotonic_seconds() - STARTED_BEFORE_SECONDS
    from optimization.backlog.files import read_tables
    from optimization.backlog.instance import build_instance
    from optimization.backlog.limits import BacklogLimits
    from optimization.backlog.plan import write_plan
    from optimization.backlog.price_file import write_prices
    from optimization.backlog.solve import solve_backlog

    if options.time_limit <= 0:
        raise BadInputError(what="The time limit is not above 0.", remedy="Give seconds, for example 60.")
    instance = build_instance(read_tables(Path(options.problem)))
    # The limit is for the whole command: what reading took is gone.
    left = max(0.2, options.time_limit - (monotonic_seconds() - begun))
    limits = BacklogLimits(seconds=left, moves=options.moves, mip_lines=options.mip_lines)
    outcome = solve_backlog(instance, limits, options.seed, monotonic=monotonic_seconds)
    write_plan(outcome.plan, Path(options.out))
    if options.prices:
        write_prices(instance, outcome.certificate, Path(options.prices))
    told = outcome.as_json(monotonic_seconds() - begun)
    if options.explain is not None:
        _explain(instance, outcome, options.explain)
    if options.json:
        Path(options.json).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    gap = 100 * outcome.gap_parts_per_million / 1_000_000
    print(
        f"{outcome.status.value}: {outcome.objective_cents} cents, bound {outcome.bound_cents}, "
        f"gap {gap:.2f} %, {told['seconds']} s"
    )
    return 0


def _explain(instance: Instance, outcome: BacklogOutcome, line: int) -> None:
    """Print why the plan treats a line as it does."""
    from optimization.backlog.explain import explain_line
    from optimization.backlog.plan import pairs_of_plan
    from optimization.backlog.standing import Standing

    standing = Standing(instance, outcome.warm.led, pairs_of_plan(instance, outcome.plan))
    for sentence in explain_line(standing, line).sentences():
        print(sentence)


def make_instance(options: argparse.Namespace) -> int:
    """Write a seeded backlog of a family to a folder."""
    from optimization.backlog.files import write_tables
    from optimization.backlog.generate import generate_tables

    rules = [name.strip() for name in options.rules.split(",") if name.strip()]
    tables = generate_tables(options.family, options.lines, options.nodes, options.seed, rules)
    write_tables(tables, Path(options.out))
    print(
        f"{tables.sizes.lines} lines, {tables.sizes.orders} orders, {tables.sizes.skus} SKUs in {options.out}"
    )
    return 0
