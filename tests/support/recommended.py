"""What the tower recommends for a case, with the solver's answer where one is asked."""

from __future__ import annotations

from app.services.recommend.question import Question, RuleQuestion
from app.services.recommend.recommend import ask
from domain.cases import ExceptionCase
from domain.recommendations import Recommendation
from optimization.limits import Limits
from optimization.solve import solve
from tests.support.distributor import NOW, FakeFacts


def answer(question: Question) -> Recommendation:
    """The recommendation of a question, by the solver where it has a problem."""
    if isinstance(question, RuleQuestion):
        return question.recommendation
    return question.answer(solve(question.problem, Limits(), 1))


def recommend(case: ExceptionCase, facts: FakeFacts) -> Recommendation:
    """What is recommended for a case now."""
    return answer(ask(case, facts, recommendation_id="R1", now=NOW))
