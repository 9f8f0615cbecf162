"""The one door to remedies: give a case, get a question; answer it, get a recommendation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.services.quotes import RateSource
from app.services.recommend.by_rule import recommend_by_rule
from app.services.recommend.carrier import load_to_rebook, rebooking_answer, rebooking_problem
from app.services.recommend.facts import RemedyFacts
from app.services.recommend.question import Question, RuleQuestion, SolverQuestion
from app.services.recommend.shortage import shortage_of, shortage_problem
from app.services.recommend.shortage_answer import shortage_answer
from app.services.recommend.shortage_together import weigh_together, with_decided
from app.services.recommend.shortage_ways import other_ways
from domain.cases import ExceptionCase

SHORTAGES = frozenset({"AL-SHORT", "AL-IMBALANCE", "AL-BO-AGED"})
REBOOKINGS = frozenset({"TR-ETA-LATE", "TR-OVERSPEND", "TR-PICKUP", "TR-TENDER", "OE-ROUTING"})


def ask(
    case: ExceptionCase,
    facts: RemedyFacts,
    *,
    recommendation_id: str,
    now: datetime,
    rates: RateSource | None = None,
) -> Question:
    """What must be worked out for a case; carriers are asked for their prices through ``rates``.

    Raises:
        ConflictError: the facts behind the case are gone or have changed.
    """
    if case.code in SHORTAGES:
        shortage = shortage_of(case, facts)
        others = other_ways(shortage, facts, now)
        problem = shortage_problem(shortage, facts, now)
        together = weigh_together(shortage, facts, now, problem.demand.days)
        return SolverQuestion(
            problem=replace(problem, together=together.problem),
            answer=lambda outcome: shortage_answer(
                case,
                shortage,
                outcome,
                others,
                lambda options: with_decided(options, shortage, together, outcome.together),
                recommendation_id=recommendation_id,
                now=now,
            ),
        )
    if case.code in REBOOKINGS:
        load = load_to_rebook(case, facts, now, rates)
        if load is not None:
            bookings = rebooking_problem(load, facts, now)
            return SolverQuestion(
                problem=bookings,
                answer=lambda outcome: rebooking_answer(
                    case, load, bookings, outcome, recommendation_id=recommendation_id, now=now
                ),
            )
    return RuleQuestion(
        recommendation=recommend_by_rule(case, facts, recommendation_id=recommendation_id, now=now)
    )
