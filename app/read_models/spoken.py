"""The edge where stored texts become those of the window: its language, its time zone.

Cases, proposals and entries are read as they are stored and signed; here, last of all, their sentences are
said in the language in force and their instants in the zone of the desk. What people typed stays theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from views.language import tr
from views.phrases import said

if TYPE_CHECKING:
    from domain.cases import ExceptionCase, Fact
    from domain.health import SourceHealth
    from domain.recommendations import Option, Recommendation
    from views.approvals.ledger_state import LedgerLine, LedgerShown
    from views.approvals.state import ApprovalRow, SignedContent
    from views.case_detail.state import ApprovalNeed, CaseDetail, TimelineEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says texts for a desk in ``zone``; clocks of a site's day are said in ``site``."""

    zone: tzinfo = UTC
    site: tzinfo = UTC

    def say(self, text: str, near: datetime | None = None) -> str:
        """A stored text; ``near`` is a time close to the clocks in it."""
        return said(text, self.zone, site=self.site, near=near)

    # ------------------------------------------------------------------ a case
    def detail(self, detail: CaseDetail) -> CaseDetail:
        """A case's detail."""
        proposal = detail.proposal
        return replace(
            detail,
            case=self.case(detail.case),
            type_title=self.say(detail.type_title),
            subject_label=self.say(detail.subject_label),
            subject=self.say(detail.subject),
            recommendation=self._recommendation(detail.recommendation),
            no_options_reason=self.say(detail.no_options_reason),
            needs={key: self._need(need) for key, need in detail.needs.items()},
            proposal=None if proposal is None else replace(proposal, words=self.say(proposal.words)),
            why_not_propose=self.say(detail.why_not_propose),
            timeline=tuple(self._event(event) for event in detail.timeline),
            solving=None
            if detail.solving is None
            else replace(detail.solving, title=self.say(detail.solving.title)),
            zone=self.zone,
        )

    def case(self, case: ExceptionCase) -> ExceptionCase:
        """A case: title, consequence, evidence and the reason of its state."""
        return replace(
            case,
            title=self.say(case.title, case.opened_at),
            consequence=self.say(case.consequence, case.breach_at or case.opened_at),
            state_reason=self.say(case.state_reason),
            evidence=tuple(self._fact(fact) for fact in case.evidence),
        )

    def _fact(self, fact: Fact) -> Fact:
        is_time = fact.value[:4].isdigit() and "T" in fact.value
        return replace(
            fact,
            value=fact.value if is_time else self.say(fact.value),
            unit=fact.unit if fact.unit in {"cents", "minor"} else self.say(fact.unit),
        )

    def _recommendation(self, found: Recommendation | None) -> Recommendation | None:
        if found is None:
            return None
        return replace(found, options=tuple(self._option(option) for option in found.options))

    def _option(self, option: Option) -> Option:
        reasons = tuple(self.say(reason) for reason in option.reasons)
        return replace(option, label=self.say(option.label), reasons=reasons)

    def _need(self, need: ApprovalNeed) -> ApprovalNeed:
        return replace(need, who=self.say(need.who))

    def _event(self, event: TimelineEvent) -> TimelineEvent:
        return replace(event, title=self.say(event.title), text=self.say(event.text))

    # ------------------------------------------------------------------ what is signed
    def approval(self, row: ApprovalRow) -> ApprovalRow:
        """A proposal and where it stands."""
        return replace(
            row,
            case_title=self.say(row.case_title, row.proposed_at),
            label=self.say(row.label),
            content=self._content(row.content),
            stage_reason=self.say(row.stage_reason),
            why_not_decide=self.say(row.why_not_decide),
            why_not_revoke=self.say(row.why_not_revoke),
            deciders=tuple(self.say(who) for who in row.deciders),
            changed_since=tuple(self.say(what) for what in row.changed_since),
        )

    def _content(self, content: SignedContent) -> SignedContent:
        headline = self.say(content.headline)
        terms = tuple((self.say(name), self.say(value)) for name, value in content.terms)
        if headline != content.headline:
            terms = (*terms, (tr("Wording as signed"), content.headline))
        return replace(
            content,
            headline=headline,
            commands=tuple(self.say(command) for command in content.commands),
            terms=terms,
            alternatives=tuple(replace(line, label=self.say(line.label)) for line in content.alternatives),
            solver_status=self.say(content.solver_status),
        )

    def ledger(self, shown: LedgerShown) -> LedgerShown:
        """The ledger's list."""
        lines = tuple(self._ledger_line(line) for line in shown.lines)
        return replace(shown, lines=lines, log_words=self.say(shown.log_words))

    def _ledger_line(self, line: LedgerLine) -> LedgerLine:
        return replace(line, title=self.say(line.title), why=self.say(line.why))

    # ------------------------------------------------------------------ sources
    def health(self, health: SourceHealth) -> SourceHealth:
        """A source's health."""
        return replace(health, why=self.say(health.why))
