"""Limits, stopping, progress and reproducibility on a problem too large to finish."""

from __future__ import annotations

import threading
import time

from optimization.audit import audit_reallocation
from optimization.instances import generate_reallocation, generate_rebooking
from optimization.limits import Limits
from optimization.outcome import Ending, OptionLabel, Progress, Status
from optimization.plan import ReallocationPlan
from optimization.solve import solve

LARGE = generate_reallocation(lines=60, nodes=6, seed=4)
SMALL_BUDGET = Limits(deterministic_time=0.4, wall_seconds=300.0)
NO_END = Limits(deterministic_time=10_000.0, wall_seconds=300.0)
STOP_WITHIN_SECONDS = 10.0


def test_a_limited_search_is_reproducible_and_honest_about_its_gap() -> None:
    first, again = (solve(LARGE, SMALL_BUDGET, seed=9) for _ in range(2))
    assert again.digest == first.digest
    assert first.ending is Ending.DETERMINISTIC_LIMIT
    assert first.status is Status.FEASIBLE
    assert first.objective_cents is not None
    assert first.gap_basis_points is not None
    assert 0 < first.bound_cents < first.objective_cents
    assert first.gap_basis_points > 0
    today = first.option(OptionLabel.DO_NOTHING)
    assert today is not None
    assert first.objective_cents < today.effect.terms.total_cents


def test_stop_ends_the_search_with_the_best_so_far() -> None:
    stop = threading.Event()
    seen: list[Progress] = []

    def listen(progress: Progress) -> None:
        seen.append(progress)
        if progress.objective_cents is not None:
            stop.set()

    started = time.monotonic()
    outcome = solve(LARGE, NO_END, seed=9, stop=stop, progress=listen, monotonic=time.monotonic)
    assert time.monotonic() - started < STOP_WITHIN_SECONDS
    assert outcome.status is Status.CANCELLED
    assert outcome.ending is Ending.STOPPED
    assert isinstance(outcome.plan, ReallocationPlan)
    assert audit_reallocation(LARGE, outcome.plan).passed
    assert seen[0].stage == "cheapest"
    assert outcome.solve_ms > 0


def test_stop_before_the_start_gives_the_greedy_plan_at_once() -> None:
    stop = threading.Event()
    stop.set()
    outcome = solve(LARGE, NO_END, seed=9, stop=stop)
    assert outcome.status is Status.CANCELLED
    assert outcome.plan is not None
    assert outcome.objective_cents is not None
    assert outcome.bound_cents <= outcome.objective_cents


def test_no_thread_is_left_behind() -> None:
    before = set(threading.enumerate())
    solve(generate_rebooking(5, 2, seed=1), SMALL_BUDGET, seed=1, stop=threading.Event())
    assert set(threading.enumerate()) == before


def test_progress_never_gets_worse_within_a_stage() -> None:
    seen: list[Progress] = []
    solve(generate_reallocation(lines=12, nodes=4, seed=2), SMALL_BUDGET, seed=1, progress=seen.append)
    cheapest = [p for p in seen if p.stage == "cheapest"]
    objectives = [p.objective_cents for p in cheapest if p.objective_cents is not None]
    bounds = [p.bound_cents for p in cheapest if p.bound_cents is not None]
    assert objectives == sorted(objectives, reverse=True)
    assert bounds == sorted(bounds)
    assert all(p.gap_basis_points is None or 0 <= p.gap_basis_points <= 10_000 for p in seen)
