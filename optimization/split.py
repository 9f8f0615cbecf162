"""Split now, wait and consolidate, or ship a part: the cheapest mix the customers accept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from optimization.decision.decide import decide
from optimization.engine import Answer, Question, answer
from optimization.limits import Limits, StopFlag
from optimization.listener import ProgressSink
from optimization.lookup import ProblemLookup
from optimization.measure import measure_orders
from optimization.money import money
from optimization.outcome import OptionLabel, Outcome, Reason, ReasonCode, Status
from optimization.plan import ReallocationPlan
from optimization.problem import OrderDemand, ReallocationProblem
from optimization.reallocate import reallocation_outcome, reallocation_question
from optimization.search import Clock, Search
from optimization.split_problem import SplitMode, SplitProblem

SHARE_MODE = 0.05
LABELS = {
    SplitMode.SPLIT_NOW: OptionLabel.SPLIT_NOW,
    SplitMode.CONSOLIDATE: OptionLabel.CONSOLIDATE,
    SplitMode.PARTIAL: OptionLabel.PARTIAL,
}


def solve_split(
    problem: SplitProblem,
    limits: Limits,
    seed: int,
    stop: StopFlag | None = None,
    progress: ProgressSink | None = None,
    monotonic: Clock | None = None,
) -> Outcome:
    """The cheapest way to ship the wave under its policies, and each single way as an option.

    The bound and gap belong to the mix: every accepted way is a special case of it.

    Raises:
        AuditRefusedError: a bug: a plan fails the independent check.
    """
    search = Search(limits, seed, stop, progress, monotonic)
    mixed = problem.as_reallocation()
    question = reallocation_question(mixed, search)
    found = answer(question, search)
    if found.status is not Status.INFEASIBLE:
        found = _with_modes(problem, question, found, search)
    outcome = reallocation_outcome(mixed, problem.digest, question, found, search)
    if problem.together is not None:
        outcome = replace(outcome, together=decide(problem.together, seed, stop))
    if not isinstance(outcome.plan, ReallocationPlan):
        return outcome
    # The choice says of each order what the reallocation's own sentence on its shipments would.
    rest = [reason for reason in outcome.reasons if reason.code is not ReasonCode.SPLIT]
    return replace(outcome, reasons=(*_choices(problem, mixed, outcome.plan), *rest))


def chosen_modes(
    problem: ReallocationProblem, plan: ReallocationPlan
) -> dict[str, tuple[SplitMode | None, int, int]]:
    """For each order: how it ships (None: not at all), its shipments, and its units left behind."""
    effects = measure_orders(ProblemLookup(problem), plan)
    modes: dict[str, tuple[SplitMode | None, int, int]] = {}
    for order_id, effect in effects.items():
        mode: SplitMode | None = SplitMode.CONSOLIDATE
        if effect.shipments == 0:
            mode = None
        elif effect.shipments > 1:
            mode = SplitMode.SPLIT_NOW
        elif effect.short:
            mode = SplitMode.PARTIAL
        modes[order_id] = (mode, effect.shipments, effect.units_unfilled)
    return modes


def _with_modes(
    problem: SplitProblem,
    question: Question[ReallocationPlan],
    found: Answer[ReallocationPlan],
    search: Search,
) -> Answer[ReallocationPlan]:
    """Add the best plan of each way; should one be cheaper than the mix found, take it."""
    labelled = list(found.labelled)
    best = found.plan
    for mode in problem.modes:
        if search.stopped:
            break
        narrowed = reallocation_question(problem.as_reallocation(mode), search)
        model = narrowed.build()
        warm = [plan for plan in (*narrowed.at_hand, narrowed.today) if narrowed.audit(plan).passed]
        hint = model.hint(min(warm, key=lambda p: question.effect(p).terms.total_cents)) if warm else None
        run = search.minimise(model.model, model.cost, stage=mode.value, share=SHARE_MODE, hint=hint)
        if not run.has_plan:
            continue
        plan = model.read(run.value)
        labelled.append((LABELS[mode], plan))
        if best is None or question.effect(plan).terms.total_cents < question.effect(best).terms.total_cents:
            best = plan
    status = found.status
    if found.plan is None and best is not None:
        status = Status.FEASIBLE
    return replace(found, status=status, plan=best, labelled=tuple(labelled))


def _choices(problem: SplitProblem, mixed: ReallocationProblem, plan: ReallocationPlan) -> tuple[Reason, ...]:
    """One sentence for every order: the way chosen, and what it costs."""
    modes = chosen_modes(mixed, plan)
    effects = measure_orders(ProblemLookup(mixed), plan)
    days: dict[str, set[int]] = defaultdict(set)
    order_of = {line.line_id: line.order_id for line in mixed.lines}
    for row in plan.lines:
        days[order_of[row.line_id]].add(row.ship_day)
    accepted = {
        policy.order_id: ", ".join(mode.replace("_", " ") for mode in policy.modes)
        for policy in problem.policies
    }
    reasons: list[Reason] = []
    for order in mixed.orders:
        mode, shipments, short = modes[order.order_id]
        terms = effects[order.order_id].terms
        freight, service = (
            money(terms.freight_cents, mixed.currency),
            money(terms.service_cents, mixed.currency),
        )
        text = (
            f"{_named(mode, shipments, short, sorted(days[order.order_id]))}: freight {freight}, "
            f"late and unfilled penalties {service} (customer accepts {accepted[order.order_id]})"
        )
        reasons.append(Reason(subject=order.order_id, code=_code(order, mode), text=text))
    return tuple(reasons)


def _named(mode: SplitMode | None, shipments: int, short: int, days: list[int]) -> str:
    """A choice in words."""
    when = " and ".join(f"day {day}" for day in days)
    if mode is None:
        return f"nothing ships, {short} units unfilled"
    if mode is SplitMode.SPLIT_NOW:
        rest = f", {short} units unfilled" if short else ""
        return f"split into {shipments} shipments on {when}{rest}"
    if mode is SplitMode.PARTIAL:
        return f"one part shipment on {when}, {short} units unfilled"
    return f"one complete shipment on {when}"


def _code(order: OrderDemand, mode: SplitMode | None) -> ReasonCode:
    codes = {
        SplitMode.SPLIT_NOW: ReasonCode.SPLIT,
        SplitMode.CONSOLIDATE: ReasonCode.CONSOLIDATED,
        SplitMode.PARTIAL: ReasonCode.PARTIAL,
    }
    if mode is None:
        return ReasonCode.UNFILLED_BY_POLICY if order.ship_complete else ReasonCode.UNFILLED_BY_COST
    return codes[mode]
