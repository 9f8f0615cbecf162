"""Reallocation: which node, SKU and day serve each line, at the least cost that can be proven."""

from __future__ import annotations

from functools import partial

from optimization.audit import audit_reallocation
from optimization.conflicts import firm_conflict
from optimization.engine import Answer, Question, answer, rank_options
from optimization.greedy import greedy_at_prices_plan, greedy_by_value_plan, greedy_plan, todays_plan
from optimization.limits import Limits, StopFlag
from optimization.listener import ProgressSink
from optimization.lookup import ProblemLookup
from optimization.measure import measure_orders, total_effect
from optimization.neighbourhoods import improve
from optimization.outcome import Effect, OptionLabel, Outcome, Status, gap_basis_points
from optimization.plan import ReallocationPlan
from optimization.price_bound import price_bound_cents
from optimization.prices import scarcity_prices
from optimization.problem import ReallocationProblem
from optimization.reallocation_model import build_reallocation_model
from optimization.reasons import reallocation_reasons
from optimization.search import Clock, Search
from optimization.sources import Source, build_sources
from optimization.versions import versions

SHARE_TODAY = 0.03
SHARE_PRICES = 0.2
FEWEST_SOURCES_OF_A_LARGE_ONE = 300


def solve_reallocation(
    problem: ReallocationProblem,
    limits: Limits,
    seed: int,
    stop: StopFlag | None = None,
    progress: ProgressSink | None = None,
    monotonic: Clock | None = None,
) -> Outcome:
    """The cheapest plan found, its proof, its reasons, and the runner-up options.

    Raises:
        AuditRefusedError: a bug: the plan fails the independent check.
    """
    search = Search(limits, seed, stop, progress, monotonic)
    question = reallocation_question(problem, search)
    return reallocation_outcome(problem, problem.digest, question, answer(question, search), search)


def reallocation_question(problem: ReallocationProblem, search: Search) -> Question[ReallocationPlan]:
    """A reallocation as the engine sees it."""
    lookup = ProblemLookup(problem)
    sources = build_sources(lookup)
    at_hand = [greedy_plan(lookup, sources), greedy_by_value_plan(lookup, sources)]
    floor = floor_cents(lookup, sources)
    large = len(sources) >= FEWEST_SOURCES_OF_A_LARGE_ONE
    if large and not search.stopped:
        prices = scarcity_prices(lookup, sources, partial(search.relax, share=SHARE_PRICES))
        if prices is not None:
            at_hand.append(greedy_at_prices_plan(lookup, sources, prices.surcharges(sources)))
            floor = max(floor, price_bound_cents(lookup, sources, prices))

    def effect(plan: ReallocationPlan) -> Effect:
        return total_effect(measure_orders(lookup, plan))

    return Question(
        build=lambda: build_reallocation_model(lookup, sources),
        effect=effect,
        audit=lambda plan: audit_reallocation(problem, plan),
        improve=(lambda plan, share: improve(lookup, plan, search, share=share)) if large else None,
        today=_today(problem, lookup, search),
        at_hand=tuple(at_hand),
        floor_cents=floor,
    )


def reallocation_outcome(
    problem: ReallocationProblem,
    digest: str,
    question: Question[ReallocationPlan],
    found: Answer[ReallocationPlan],
    search: Search,
) -> Outcome:
    """An answer with its options ranked and audited, and its reasons or conflicts in words."""
    plan = found.plan
    labelled = list(found.labelled)
    options = () if plan is None else rank_options(question, plan, labelled)
    conflict = firm_conflict(problem, search) if found.status is Status.INFEASIBLE else None
    cents = None if plan is None else question.effect(plan).terms.total_cents
    lookup = ProblemLookup(problem)
    return Outcome(
        problem_digest=digest,
        status=found.status,
        ending=found.ending,
        plan=plan,
        effect=None if plan is None else question.effect(plan),
        objective_cents=cents,
        bound_cents=found.bound_cents,
        gap_basis_points=None if cents is None else gap_basis_points(cents, found.bound_cents),
        options=options,
        reasons=() if plan is None else reallocation_reasons(lookup, plan, question.today),
        conflicts=() if conflict is None else (conflict,),
        seed=search.seed,
        versions=versions(),
        solve_ms=search.elapsed_ms,
    )


def floor_cents(lookup: ProblemLookup, sources: tuple[Source, ...]) -> int:
    """A bound without search: every unit on its cheapest source, as if each were alone."""
    cheapest = {
        line.line_id: line.unfilled_cents_per_unit + line.change_cents_per_unit
        for line in lookup.problem.lines
    }
    for source in sources:
        cheapest[source.line_id] = min(cheapest[source.line_id], source.unit_cents)
    return sum(line.quantity * cheapest[line.line_id] for line in lookup.problem.lines)


def _today(problem: ReallocationProblem, lookup: ProblemLookup, search: Search) -> ReallocationPlan:
    """Today's plan as it would come out; firm quantities that need a choice are solved for."""
    sources = build_sources(lookup, only_current=True)
    plan = todays_plan(lookup, sources)
    if audit_reallocation(problem, plan).passed:
        return plan
    model = build_reallocation_model(lookup, sources)
    label = OptionLabel.DO_NOTHING.value
    found = search.minimise(model.model, model.cost, stage=label, share=SHARE_TODAY)
    return model.read(found.value) if found.has_plan else plan
