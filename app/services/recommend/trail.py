"""The trail of a solver run, as recommendations keep and approvals sign it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from domain.cases import ExceptionCase
from domain.recommendations import SolverTrail
from optimization.outcome import Outcome


def trail_of(outcome: Outcome, model: str) -> SolverTrail:
    """What a solver outcome says of itself; without a plan the objective is the bound."""
    objective = outcome.objective_cents
    return SolverTrail(
        model=model,
        status=str(outcome.status),
        objective_cents=outcome.bound_cents if objective is None else objective,
        bound_cents=outcome.bound_cents,
        gap_bp=outcome.gap_basis_points or 0,
        seed=outcome.seed,
        solve_ms=outcome.solve_ms,
        problem_sha256=outcome.problem_digest,
        versions=outcome.versions,
        outcome_sha256=outcome.digest,
    )


def rule_trail(case: ExceptionCase) -> SolverTrail:
    """The trail of an answer that needed no search: its input is the evidence of the case."""
    remaining = case.impact.loss_cents - case.impact.avoidable_cents
    return SolverTrail(
        model=f"rule {case.code} v{case.rule_version}",
        status="exact",
        objective_cents=remaining,
        bound_cents=remaining,
        gap_bp=0,
        seed=0,
        solve_ms=0,
        problem_sha256=hashlib.sha256(rule_input(case)).hexdigest(),
    )


def rule_input(case: ExceptionCase) -> bytes:
    """What a rule answers from, as its trail digests it."""
    facts = "\n".join(f"{fact.name}={fact.value} {fact.unit}" for fact in case.evidence)
    return f"{case.case_id}\n{facts}".encode()


def in_words(text: str, names: Mapping[str, str]) -> str:
    """A solver's reason with the ids in it replaced by what people call these things."""
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    ids = "|".join(re.escape(each) for each in longest_first)
    return re.sub(rf"(?<![\w-])(?:{ids})(?![\w-])", lambda found: names[found.group()], text)
