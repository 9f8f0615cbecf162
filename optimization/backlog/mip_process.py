"""HiGHS in a process of its own, since it cannot be interrupted: killed when its time is over."""

from __future__ import annotations

import math
import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from optimization.backlog.mip_model import Model
from optimization.backlog.tables import Floats

GRACE_SECONDS = 1.5
RELATIVE_SLACK = 1e-7
OPTIMAL = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MipAnswer:
    """What the solver found: the columns if any, the bound it proved, and whether nothing better exists."""

    found: Floats | None
    bound_cents: int
    proven: bool


class MipProcess:
    """One model being solved elsewhere."""

    def __init__(self, model: Model, seconds: float) -> None:
        """Start at once."""
        self._answer: MipAnswer | None = None
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=solve_model, args=(theirs, model, seconds), name="control-tower-mip", daemon=True
        )
        self._process.start()
        theirs.close()

    def answer(self, seconds: float) -> MipAnswer | None:
        """What it found within some seconds; None when it is not done, or died."""
        if self._answer is None and self._ours.poll(max(0.0, seconds)):
            # A process that died has said nothing, which is no answer either.
            with suppress(EOFError):
                self._answer = self._ours.recv()
        return self._answer

    def proven(self) -> bool:
        """Whether it is done, with a plan that nothing beats."""
        answer = self.answer(0.0)
        return answer is not None and answer.proven

    def alive(self) -> bool:
        """Whether an answer may still come."""
        return self._process.is_alive() or self._ours.poll(0.0)

    def close(self) -> None:
        """End it, whether it is done or not."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()
        self._ours.close()


def solve_model(pipe: Connection, model: Model, seconds: float) -> None:
    """Solve, and send the answer; runs in the process."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    size = (model.row_lower.size, model.cost.size)
    matrix = csr_array((model.value, (model.row, model.column)), shape=size)
    result = milp(
        c=model.cost,
        integrality=model.integral,
        bounds=Bounds(np.zeros(model.cost.size), model.upper),
        constraints=LinearConstraint(matrix, model.row_lower, model.row_upper),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    pipe.send(
        MipAnswer(
            found=result.x,
            bound_cents=whole_bound(result.mip_dual_bound),
            proven=result.status == OPTIMAL,
        )
    )
    pipe.close()


def whole_bound(bound: float | None) -> int:
    """A bound in floats as whole cents: what it may have lost by rounding is given away, then rounded up."""
    if bound is None or not math.isfinite(bound):
        return 0
    return max(0, math.ceil(bound - RELATIVE_SLACK * abs(bound) - RELATIVE_SLACK))
