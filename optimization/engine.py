"""From a problem's model to an audited outcome: best plan, proof, runner-up options.

The same steps for every kind of problem:
1. price the plans at hand (today's and the greedy one) and keep the cheaper as warm start;
2. minimise cost, and keep the best of what was found and what was at hand;
3. look for the fastest plan and for the one that disturbs least, each cheapest of its kind;
4. audit every plan, rank them by cost, and measure each against doing nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from optimization.audit import AuditReport, require_audit
from optimization.constraints.rule import CostLines
from optimization.outcome import Effect, Ending, Option, OptionLabel, Status
from optimization.plan import Plan
from optimization.plan_model import PlanModel
from optimization.search import Found, Search, Verdict

P = TypeVar("P", bound=Plan)

SHARE_WHOLE = 0.55
SHARE_WHOLE_BEFORE_PARTS = 0.15
SHARE_PARTS = 0.4
SHARE_LEVEL = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[P]):
    """What the engine needs to know about one problem.

    ``improve`` makes a plan cheaper within a share of the limits, where one model is too large to
    do it (None where it is not); ``today`` is the plan if nobody acts, ``at_hand`` further plans to
    start from; ``floor_cents`` is a bound that holds before any search.
    """

    build: Callable[[], PlanModel[P]]
    effect: Callable[[P], Effect]
    audit: Callable[[P], AuditReport]
    improve: Callable[[P, float], P] | None
    today: P
    at_hand: tuple[P, ...]
    floor_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[P]):
    """The best plan (None: infeasible or nothing found), the proof, and what else was found."""

    status: Status
    ending: Ending
    plan: P | None
    bound_cents: int
    labelled: tuple[tuple[OptionLabel, P], ...]


def answer(question: Question[P], search: Search) -> Answer[P]:
    """Find the cheapest plan and the runner-ups."""
    feasible = [plan for plan in (question.today, *question.at_hand) if question.audit(plan).passed]
    warm = min(feasible, key=lambda plan: _cents(question, plan), default=None)
    model = question.build()
    hint = None if warm is None else model.hint(warm)
    share = SHARE_WHOLE if question.improve is None else SHARE_WHOLE_BEFORE_PARTS
    found = search.minimise(model.model, model.cost, stage="cheapest", share=share, hint=hint)
    plan = model.read(found.value) if found.has_plan else None
    if plan is None or (warm is not None and _cents(question, warm) < _cents(question, plan)):
        plan = warm
    if question.improve is not None and plan is not None and not found.proven and not search.stopped:
        plan = question.improve(plan, SHARE_PARTS)
    labelled = [(OptionLabel.DO_NOTHING, question.today)] if question.today in feasible else []
    if plan is not None and not search.stopped:
        labelled += runner_ups(question, search, plan)
    # A search cut short may miss what a runner-up then finds.
    best = min((p for _, p in labelled), key=lambda p: _cents(question, p), default=plan)
    if plan is not None and best is not None and _cents(question, best) < _cents(question, plan):
        plan = best
    bound = max(question.floor_cents, found.bound or 0)
    cents = None if plan is None else _cents(question, plan)
    return Answer(
        status=_status(found, search, plan, warm, proven=cents is not None and cents <= bound),
        ending=_ending(found, search),
        plan=plan,
        bound_cents=bound if cents is None else min(bound, cents),
        labelled=tuple(labelled),
    )


def runner_ups(question: Question[P], search: Search, cheapest: P) -> list[tuple[OptionLabel, P]]:
    """The fastest plan, and the one that moves least while customers fare as well as in ``cheapest``."""
    probe = question.build()
    service_cents = _value(probe, probe.service, cheapest)
    found: list[tuple[OptionLabel, P]] = []
    for label, pick, limit in (
        (OptionLabel.FASTEST, lambda model: model.lateness, None),
        (OptionLabel.LEAST_DISTURBANCE, lambda model: model.disturbance, service_cents),
    ):
        plan = _extreme(question, search, cheapest, label.value, pick, limit)
        if plan is not None:
            found.append((label, plan))
    return found


def _extreme(
    question: Question[P],
    search: Search,
    cheapest: P,
    stage: str,
    pick: Callable[[PlanModel[P]], CostLines],
    service_limit_cents: int | None,
) -> P | None:
    """The cheapest among the plans that are best in one respect; None when the search was stopped."""

    def build() -> PlanModel[P]:
        model = question.build()
        if service_limit_cents is not None:
            _at_most(model, model.service, service_limit_cents)
        return model

    first = build()
    level = _value(first, pick(first), cheapest)
    start = cheapest
    if level > 0:
        found = search.minimise(
            first.model,
            pick(first),
            stage=stage,
            share=SHARE_LEVEL,
            hint=first.hint(cheapest),
            in_cents=False,
        )
        if found.has_plan and found.objective < level:
            start, level = first.read(found.value), found.objective
        elif search.stopped:
            return None
    if start is cheapest:
        return cheapest
    second = build()
    _at_most(second, pick(second), level)
    found = search.minimise(
        second.model, second.cost, stage=stage, share=SHARE_LEVEL, hint=second.hint(start)
    )
    if not found.has_plan:
        return start
    return min((start, second.read(found.value)), key=lambda plan: _cents(question, plan))


def rank_options(
    question: Question[P], best: P, labelled: Iterable[tuple[OptionLabel, P]]
) -> tuple[Option, ...]:
    """Distinct plans, cheapest first, audited, each measured against doing nothing.

    Plans with the same effect count as one option that carries every label. When today's plan
    cannot be kept (a firm commitment it breaks), the deltas are against the cheapest plan.
    """
    merged: dict[Effect, tuple[P, list[OptionLabel]]] = {}
    for label, plan in ((OptionLabel.CHEAPEST, best), *labelled):
        effect = question.effect(plan)
        require_audit(question.audit(plan), effect.terms)
        merged.setdefault(effect, (plan, []))[1].append(label)
    order = list(OptionLabel)
    ranked = sorted(merged.items(), key=lambda item: (item[0].terms.total_cents, order.index(item[1][1][0])))
    base = next((effect for effect, (_, labels) in ranked if OptionLabel.DO_NOTHING in labels), ranked[0][0])
    return tuple(
        Option(
            rank=rank,
            labels=tuple(sorted(set(labels), key=order.index)),
            plan=plan,
            effect=effect,
            delta=effect.terms.minus(base.terms),
            late_orders_delta=effect.late_orders - base.late_orders,
            otif_delta_basis_points=effect.otif_basis_points - base.otif_basis_points,
            units_moved_delta=effect.units_moved - base.units_moved,
            units_unfilled_delta=effect.units_unfilled - base.units_unfilled,
        )
        for rank, (effect, (plan, labels)) in enumerate(ranked, start=1)
    )


def _cents(question: Question[P], plan: P) -> int:
    return question.effect(plan).terms.total_cents


def _value(model: PlanModel[P], objective: CostLines, plan: P) -> int:
    """An objective's value for a plan, without solving."""
    values = {variable.index: value for variable, value in model.hint(plan)}
    return sum(weight * values[variable.index] for weight, variable in objective)


def _at_most(model: PlanModel[P], objective: CostLines, limit: int) -> None:
    """Hold an objective at or below a value."""
    from ortools.sat.python import cp_model

    weights, variables = [weight for weight, _ in objective], [variable for _, variable in objective]
    model.model.add(cp_model.LinearExpr.weighted_sum(variables, weights) <= limit)


def _ending(found: Found, search: Search) -> Ending:
    """What ended the search, the clock named whenever it took part."""
    if found.ending is not Ending.DETERMINISTIC_LIMIT:
        return found.ending
    if search.stopped:
        return Ending.STOPPED
    return Ending.WALL_LIMIT if search.wall_struck else found.ending


def _status(found: Found, search: Search, plan: P | None, warm: P | None, *, proven: bool) -> Status:
    """Name how the plan was come by."""
    if found.verdict is Verdict.INFEASIBLE:
        return Status.INFEASIBLE
    if plan is not None and proven:
        return Status.OPTIMAL
    if search.stopped:
        return Status.CANCELLED
    if plan is None:
        return Status.UNKNOWN
    return Status.FALLBACK if plan is warm and not found.has_plan else Status.FEASIBLE
