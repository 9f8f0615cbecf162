"""What an approval rests on, as the bytes that its digests name: records, and what the solver was given."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.approval_room import Facts
from app.services.draft_commands import CommandDraft
from app.services.recommend.question import Question, RuleQuestion
from app.services.recommend.trail import rule_input
from app.store.rows import decisive_bytes
from domain.cases import ExceptionCase
from optimization.canonical import digested_bytes


def solver_input(case: ExceptionCase, question: Question) -> bytes:
    """What a question is answered from: the solver's problem, or the evidence of a rule's case."""
    return rule_input(case) if isinstance(question, RuleQuestion) else digested_bytes(question.problem)


def records_behind(drafts: Iterable[CommandDraft], facts: Facts) -> tuple[bytes, ...]:
    """The decision-relevant fields of every record that commands expect to be as it is."""
    refs = {item.ref for draft in drafts for item in draft.expected}
    found = (facts.get(ref) for ref in sorted(refs, key=str))
    return tuple(decisive_bytes(record.entity) for record in found if record is not None)
