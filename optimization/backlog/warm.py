"""``python -m optimization.backlog.warm``: compile the kernels once, so that the first solve does not."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from optimization.kernel_cache import warm_kernels

LINES, NODES, MOVES = 60, 4, 200


def compile_kernels() -> None:
    """Use every kernel once, on a backlog made up for it."""
    from optimization.backlog.explain import explain_line
    from optimization.backlog.generate import generate_tables
    from optimization.backlog.instance import build_instance
    from optimization.backlog.limits import BacklogLimits
    from optimization.backlog.repair import local_repair, one_order
    from optimization.backlog.solve import solve_backlog
    from optimization.backlog.standing import Standing

    instance = build_instance(generate_tables("T", LINES, NODES, 1))
    outcome = solve_backlog(instance, BacklogLimits(moves=MOVES), 1, monotonic=_stopped_clock)
    standing = Standing(instance, outcome.warm.led, outcome.warm.pairs)
    fewer = instance.arrays._replace(pick=instance.arrays.pick // 2)
    local_repair(standing, replace(instance, arrays=fewer))
    one_order(standing, 0)
    explain_line(standing, int(instance.line_id[0]))


def _stopped_clock() -> float:
    """No time passes: a budget of moves asks for none."""
    return 0.0


if __name__ == "__main__":
    sys.exit(warm_kernels(Path(__file__).parent, compile_kernels))
