"""Who may decide on a proposal now, and why the person at the desk may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from app.read_models.people import short_name
from app.services.approval_room import changed_since, fresh_from
from domain.approval_states import OPEN_TO, UNDECIDED, ApprovalState
from domain.approvals import Proposal, Verdict
from domain.compensation import why_no_return
from domain.day_limits import assent_to
from domain.ids import UserId
from views.shell.state import Identity

if TYPE_CHECKING:
    from app.services.approval_room import Facts
    from app.store.ledger_reads import LedgerReads
    from app.store.ledger_views import ApprovalView
    from domain.day_limits import Assent
    from domain.rights import RightsPolicy, Ruling

NOT_NOW = "There is no approval to take back."
NOT_DONE = "Nothing of it was carried out to its end."


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSources:
    """What the rows of the approvals page are read from, for whom and when; ``facts`` are the mirror's."""

    ledger: LedgerReads
    facts: Facts
    policy: RightsPolicy
    who: Identity
    people: tuple[Identity, ...]
    now: datetime
    zone: tzinfo = UTC

    def why_not_decide(self, view: ApprovalView, proposal: Proposal) -> str:
        """Why the person at the desk cannot decide; empty when they can."""
        if view.state not in UNDECIDED:
            return "It is decided already."
        if view.signed_unrecorded:
            return "A decision is signed and waits for the hub."
        if view.expires_at <= self.now:
            return "It has expired; have it proposed again."
        ruling = self._ruling(self._assent(proposal, self.who.user_id, role_of(self.who)), proposal)
        return "" if ruling.allowed else _sentence(ruling.why)

    def why_not_revoke(self, view: ApprovalView, proposal: Proposal) -> str:
        """Why the person at the desk cannot take an approval back; empty when they can."""
        if view.state not in OPEN_TO[Verdict.REVOKE] or view.expires_at <= self.now:
            return NOT_NOW
        assent = self._assent(proposal, self.who.user_id, role_of(self.who))
        ruling = self.policy.may_revoke(assent, proposal.actor.user_id, view.approvers)
        return "" if ruling.allowed else _sentence(ruling.why)

    def why_not_take_back(self, view: ApprovalView, proposal: Proposal) -> str:
        """Why the person at the desk cannot propose to take an executed action back; empty when they can.

        Whether its records still allow it is judged when that is signed.
        """
        if view.state is not ApprovalState.EXECUTED:
            return NOT_DONE
        if why := why_no_return(proposal.terms):
            return _sentence(why)
        ruling = self.policy.may_propose_terms(UserId(self.who.user_id), role_of(self.who), proposal.terms)
        return "" if ruling.allowed else _sentence(ruling.why)

    def why_not_settle(self, proposal: Proposal) -> str:
        """Why the person at the desk cannot say what became of a command in doubt; empty when they can."""
        ruling = self.policy.may_decide(
            self._assent(proposal, self.who.user_id, role_of(self.who)), proposal.actor.user_id
        )
        return "" if ruling.allowed else _sentence(ruling.why)

    def deciders(self, view: ApprovalView, proposal: Proposal) -> tuple[str, ...]:
        """Everybody who may decide now, as people say it: ``J. Okafor``, ``P. Singh for J. Okafor``."""
        if view.state not in UNDECIDED:
            return ()
        found = []
        for user_id, roles in self.policy.users:
            lent = {d.role for d in self.policy.delegations if d.to_user == user_id}
            for role in (*roles, *sorted(lent.difference(roles))):
                assent = self._assent(proposal, user_id, role)
                if self._ruling(assent, proposal).allowed:
                    found.append(self._words(assent))
                    break
        return tuple(found)

    def changed(self, view: ApprovalView, proposal: Proposal) -> tuple[str, ...]:
        """Records that are no longer as they were when it was proposed, while it waits."""
        if view.state not in UNDECIDED:
            return ()
        refs = changed_since(proposal.terms.expected, fresh_from(self.facts))
        return tuple(f"{ref.kind.replace('_', ' ')} {ref.entity_id}" for ref in refs)

    def _assent(self, proposal: Proposal, user_id: str, role: str) -> Assent:
        return assent_to(proposal.terms, UserId(user_id), role, self.now)

    def _ruling(self, assent: Assent, proposal: Proposal) -> Ruling:
        before = self.ledger.assents(assent) if self.policy.looks_back(assent.remedy) else ()
        return self.policy.may_approve(assent, proposal.actor.user_id, before)

    def _words(self, assent: Assent) -> str:
        name = short_name(self.people, assent.user_id)
        principal = self.policy.principal_of(assent)
        if principal == assent.user_id:
            return name
        return f"{name} for {short_name(self.people, principal)}"


def role_of(who: Identity) -> str:
    """The role of decision rights that a person acts in."""
    return who.role.lower().replace(" ", "_")


def _sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:]}."
