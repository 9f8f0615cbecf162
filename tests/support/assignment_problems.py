"""Generalized assignment through the same core: jobs are shipments, agents are carriers with weight.

Instances follow the published rule of types D and E, or come from a text file of the OR-Library's
form: agents and jobs, the costs agent by agent, the loads agent by agent, the capacities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.checks import require
from domain.errors import BadInputError
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.tables import NONE, Contracts, Options, Services, Shipments, Slots, WeightLimits

LEFT_OUT_FACTOR = 20
TYPES = ("D", "E")
TABLE_DIMENSIONS = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class AssignmentProblem:
    """Every job goes to one agent: cost and load by agent and job, capacity by agent."""

    cost: IntColumn
    load: IntColumn
    capacity: IntColumn

    def __post_init__(self) -> None:
        """Refuse tables of different shapes."""
        require(self.cost.ndim == TABLE_DIMENSIONS, "cost is not a table of agents by jobs.")
        require(self.cost.shape == self.load.shape, "cost and load have different shapes.")
        require(self.capacity.shape == self.cost.shape[:1], "capacity does not have a row an agent.")


def generate_assignment(kind: str, agents: int, jobs: int, seed: int) -> AssignmentProblem:
    """An instance of type D or E.

    Raises:
        BadInputError: there is no such type.
    """
    if kind not in TYPES:
        raise BadInputError(what=f"There is no type {kind!r}.", remedy=f"Use one of {', '.join(TYPES)}.")
    draw = np.random.default_rng(seed)
    shape = (agents, jobs)
    if kind == "D":
        load = draw.integers(1, 101, shape)
        cost = 111 - load + draw.integers(-10, 11, shape)
    else:
        raw = 1.0 - 10.0 * np.log(1.0 - draw.random(shape))
        cost = np.maximum(1, np.rint(1_000.0 / raw - 10.0 * draw.random(shape))).astype(np.int64)
        load = np.maximum(1, np.rint(raw)).astype(np.int64)
    capacity = 8 * load.sum(axis=1) // (10 * agents)
    return AssignmentProblem(cost=cost, load=load, capacity=capacity)


def read_assignment(text: str) -> AssignmentProblem:
    """An instance from a text of the OR-Library's form.

    Raises:
        BadInputError: there are too few or too many numbers, or something else than numbers.
    """
    try:
        numbers = [int(word) for word in text.split()]
    except ValueError as error:
        raise BadInputError(
            what=f"The file holds more than numbers ({error}).", remedy="Check it."
        ) from error
    agents, jobs = (*numbers[:2], 0, 0)[:2]
    size = agents * jobs
    if len(numbers) != 2 + 2 * size + agents or size == 0:
        what = (
            f"{agents} agents and {jobs} jobs need {2 + 2 * size + agents} numbers, {len(numbers)} are there."
        )
        raise BadInputError(what=what, remedy="Use one instance a file.")
    table = np.array(numbers[2:], dtype=np.int64)
    return AssignmentProblem(
        cost=table[:size].reshape(agents, jobs),
        load=table[size : 2 * size].reshape(agents, jobs),
        capacity=table[2 * size :],
    )


def as_rebooking(problem: AssignmentProblem) -> RebookingInstance:
    """The same problem as a rebooking; a job left out costs more than any that is not."""
    agents, jobs = problem.cost.shape
    every = np.arange(agents)
    nothing = np.zeros(jobs, dtype=np.int64)
    return RebookingInstance(
        first_option=np.arange(jobs + 1) * agents,
        shipments=Shipments(
            node=nothing,
            customer=nothing,
            ready_day=nothing,
            unbooked_cents=np.full(jobs, LEFT_OUT_FACTOR * int(problem.cost.max())),
            late_cents_per_day=nothing,
            rebooking_cents=nothing,
            current_option=np.full(jobs, NONE),
        ),
        options=Options(
            slot=np.tile(every, jobs),
            rate_cents=problem.cost.T.reshape(-1),
            late_days=np.zeros(agents * jobs, dtype=np.int64),
            weight=problem.load.T.reshape(-1),
        ),
        slots=Slots(
            service=every,
            node=np.zeros(agents, dtype=np.int64),
            day=np.zeros(agents, dtype=np.int64),
            pickups=np.full(agents, jobs),
            weight_limit=every,
        ),
        services=Services(carrier=every, premium=np.zeros(agents, dtype=np.int64)),
        weight_limits=WeightLimits(
            carrier=every, day=np.zeros(agents, dtype=np.int64), limit=problem.capacity
        ),
        contracts=Contracts(carrier=every[:0], minimum_shipments=every[:0], shortfall_cents=every[:0]),
    )
