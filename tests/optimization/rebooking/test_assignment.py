"""Generalized assignment through the rebooking core: the rule, the text form, and a bound that holds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from domain.errors import BadInputError
from optimization.rebooking.solve import Effort, solve_instance, waiting
from tests.support.assignment_polish import polish
from tests.support.assignment_problems import (
    AssignmentProblem,
    as_rebooking,
    generate_assignment,
    read_assignment,
)


def optimum(problem: AssignmentProblem) -> int:
    """The cheapest assignment of all jobs, by trying everything."""
    agents, jobs = problem.cost.shape
    every = range(jobs)
    costs = []
    for plan in product(range(agents), repeat=jobs):
        used = np.zeros(agents, dtype=np.int64)
        np.add.at(used, list(plan), problem.load[list(plan), every])
        if (used <= problem.capacity).all():
            costs.append(int(problem.cost[list(plan), every].sum()))
    return min(costs)


@pytest.mark.parametrize("kind", ["D", "E"])
def test_the_core_proves_small_assignments(kind: str) -> None:
    problem = generate_assignment(kind, 3, 7, seed=2)
    answer = solve_instance(as_rebooking(problem), Effort(passes=60, threads=1), seed=1)
    assert answer.bound_cents == answer.objective_cents == optimum(problem)
    assert waiting(answer).size == 0


def test_the_types_follow_the_published_rule() -> None:
    one = generate_assignment("D", 5, 100, seed=1)
    assert one.load.min() >= 1
    assert one.load.max() <= 100
    assert (np.abs(one.cost + one.load - 111) <= 10).all()
    assert (one.capacity == 8 * one.load.sum(axis=1) // 50).all()
    with pytest.raises(BadInputError, match="no type 'C'"):
        generate_assignment("C", 5, 10, seed=1)


def test_the_text_form_is_read_and_bad_ones_are_refused() -> None:
    problem = read_assignment("2 3\n1 2 3\n4 5 6\n7 8 9\n1 1 1\n20 2\n")
    assert problem.cost.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert problem.load.tolist() == [[7, 8, 9], [1, 1, 1]]
    assert problem.capacity.tolist() == [20, 2]
    with pytest.raises(BadInputError, match="need 16 numbers, 5 are there"):
        read_assignment("2 3 1 2 3")
    with pytest.raises(BadInputError, match="more than numbers"):
        read_assignment("2 x")


def test_a_polish_is_checked_and_never_worse() -> None:
    instance = as_rebooking(generate_assignment("E", 5, 40, seed=3))
    answer = solve_instance(instance, Effort(passes=60, exact_time=0.0, threads=1), seed=1)
    polished = polish(instance, answer, keep=5, seconds=2.0)
    assert answer.bound_cents <= polished.objective_cents <= answer.objective_cents
    assert polished.terms.total_cents == polished.objective_cents
