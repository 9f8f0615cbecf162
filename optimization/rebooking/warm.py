"""``python -m optimization.rebooking.warm``: compile the kernels once, so that the first solve does not."""

from __future__ import annotations

import sys
from pathlib import Path

from optimization.kernel_cache import warm_kernels

SHIPMENTS, NODES = 200, 20


def compile_kernels() -> None:
    """Use every kernel once, on a tight instance made up for it."""
    from optimization.rebooking.generator import generate_instance
    from optimization.rebooking.solve import Effort, solve_instance

    instance = generate_instance(SHIPMENTS, NODES, 1, tight=True)
    solve_instance(instance, Effort(passes=1, sweeps=2, exact_time=0.0), 1)


if __name__ == "__main__":
    sys.exit(warm_kernels(Path(__file__).parent, compile_kernels))
