"""Solving the baseline and its scenarios one after the other, by the engine that plans every backlog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.services.what_if.baseline import Baseline
from app.services.what_if.outcome import WorldAnswer, kpis_of, line_answers
from app.services.what_if.rebooking import rebook
from app.services.what_if.translate import Translated, translate
from domain.what_if import WhatIf
from optimization.audit import AuditRefusedError
from optimization.backlog.audit import audit_plan
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.outcome import BacklogOutcome, Milestone
from optimization.backlog.plan import BacklogPlan, pairs_of_plan, plan_of_pairs
from optimization.backlog.repair import local_repair
from optimization.backlog.solve import solve_backlog
from optimization.backlog.standing import Standing
from optimization.backlog.tables import Tables
from optimization.limits import StopFlag
from optimization.outcome import Ending
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.settle import settled

BASELINE = WhatIf(name="Baseline")
SEED = 1
MOVES_AN_ORDER = 40
FEWEST_MOVES, MOST_MOVES = 10_000, 1_000_000
SAFETY_SECONDS = 600.0
REPAIRED = "repaired"

Clock = Callable[[], float]
#: Told while a world is solved: its number (0 is the baseline) and where the solve stands.
Tell = Callable[[int, Milestone], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How every world is solved: a seed and a budget of moves, so that the same again is the same answer.

    ``moves`` 0 takes a budget by the number of orders; ``seconds`` is the safety net.
    """

    seed: int = SEED
    moves: int = 0
    seconds: float = SAFETY_SECONDS

    def moves_for(self, orders: int) -> int:
        """The budget for so many orders."""
        return self.moves or min(MOST_MOVES, max(FEWEST_MOVES, MOVES_AN_ORDER * orders))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SolvedWorld:
    """An answer, and its plan laid out for the questions that follow."""

    answer: WorldAnswer
    standing: Standing


def solve_worlds(
    baseline: Baseline,
    what_ifs: Sequence[WhatIf],
    effort: Effort,
    *,
    monotonic: Clock,
    stop: StopFlag | None = None,
    tell: Tell | None = None,
) -> tuple[SolvedWorld, ...]:
    """The baseline first, then every scenario; a stop gives the best plan so far of each begun.

    Scenarios not begun when it is stopped are left out; the baseline is always there. A plan found for one
    world is taken for another where it holds and costs less, so that a harder world never looks cheaper.

    Raises:
        AuditRefusedError: a bug: a plan breaks a law.
    """
    found: list[_Found] = []
    standing: Standing | None = None
    for number, what_if in enumerate((BASELINE, *what_ifs)):
        if number and stop is not None and stop.is_set():
            break
        ask = _Asking(effort=effort, number=number, monotonic=monotonic, stop=stop, tell=tell)
        found.append(_solve(baseline, translate(what_if, baseline), ask, standing))
        if standing is None and what_ifs:
            warm = found[0].outcome.warm
            standing = Standing(found[0].instance, warm.led, warm.pairs)
    plans = [plan for each in found for plan in each.plans]
    first = _cheapest(found[0].instance.tables, plans)
    return tuple(
        _answer(baseline, each, first if each is found[0] else _kept(each, plans, first)) for each in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A world as it was solved; ``plans`` are all that were found for it."""

    translated: Translated
    instance: Instance
    outcome: BacklogOutcome
    plans: tuple[BacklogPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """How a world is solved, its number, and who may end it or wants to hear of it."""

    effort: Effort
    number: int
    monotonic: Clock
    stop: StopFlag | None
    tell: Tell | None

    def listen(self, milestone: Milestone) -> None:
        if self.tell is not None:
            self.tell(self.number, milestone)


def _solve(baseline: Baseline, translated: Translated, ask: _Asking, standing: Standing | None) -> _Found:
    """Solve a world; where the baseline's plan can be mended for it, that is told first."""
    instance = build_instance(apply_to_backlog(baseline.tables, translated.scenario))
    mended = None if standing is None else _mended(standing, instance, ask)
    effort = ask.effort
    limits = BacklogLimits(seconds=effort.seconds, moves=effort.moves_for(instance.n_orders))
    outcome = solve_backlog(
        instance, limits, effort.seed, monotonic=ask.monotonic, stop=ask.stop, listener=ask.listen
    )
    plans = (outcome.plan,) if mended is None else (outcome.plan, mended)
    return _Found(translated=translated, instance=instance, outcome=outcome, plans=plans)


def _mended(standing: Standing, instance: Instance, ask: _Asking) -> BacklogPlan | None:
    """The baseline's plan made to hold in another world, if that world is enough like it."""
    begun = ask.monotonic()
    repaired = local_repair(standing, instance, ask.effort.seed)
    if repaired is None:
        return None
    elapsed = round(1000 * (ask.monotonic() - begun))
    cents = repaired.objective_cents
    ask.listen(Milestone(stage=REPAIRED, elapsed_ms=elapsed, objective_cents=cents, bound_cents=0))
    return plan_of_pairs(instance, repaired.pairs)


def _cheapest(tables: Tables, plans: Sequence[BacklogPlan]) -> BacklogPlan:
    """Of the plans that hold in a world the one that costs least; the first of equals."""
    audits = [(audit_plan(tables, plan), plan) for plan in plans]
    lawful = [(audit.terms.total_cents, plan) for audit, plan in audits if not audit.errors]
    return min(lawful, key=lambda each: each[0])[1]


def _kept(found: _Found, plans: Sequence[BacklogPlan], before: BacklogPlan) -> BacklogPlan:
    tables = found.instance.tables
    return settled(tables, _cheapest(tables, (*found.plans, *plans)), before)


def _answer(baseline: Baseline, found: _Found, plan: BacklogPlan) -> SolvedWorld:
    tables, outcome = found.instance.tables, found.outcome
    audit = audit_plan(tables, plan)
    if audit.errors:
        raise AuditRefusedError(audit.errors[0])
    lines = line_answers(baseline, tables, plan)
    standing = Standing(found.instance, outcome.warm.led, pairs_of_plan(found.instance, plan))
    answer = WorldAnswer(
        what_if=found.translated.what_if,
        dropped=found.translated.dropped,
        status=outcome.status.value,
        stopped=outcome.ending is Ending.STOPPED,
        seed=outcome.seed,
        moves=outcome.moves,
        solve_ms=outcome.solve_ms,
        digest=outcome.instance_digest,
        as_of=baseline.as_of,
        kpis=kpis_of(baseline, tables, plan, audit, outcome.bound_cents, lines),
        lines=lines,
        line_orders=tuple(tables.lines["order"].tolist()),
        order_cents=tuple(standing.order_costs().tolist()),
        rebooking=rebook(
            baseline.bookings, found.translated.kept_changes, baseline.today, found.outcome.seed
        ),
    )
    return SolvedWorld(answer=answer, standing=standing)
