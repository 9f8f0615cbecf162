"""Whether a decision came in time: before the proposal ended, and to the hub soon after it was signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from domain.approvals import Decision, Verdict

#: How late a decision signed online may arrive, and how far clocks may differ: slow networks, wrong clocks.
ONLINE_GRACE = timedelta(minutes=15)


class Expiring(Protocol):
    """What is proposed until some time: a proposal, or what is kept of it."""

    @property
    def expires_at(self) -> datetime:
        """When it ends."""
        ...


def why_not_in_time(
    decision: Decision, proposal: Expiring, offline_for: timedelta, received_at: datetime
) -> str:
    """Why a decision that arrived at ``received_at`` does not count; empty when it does.

    Without a hub a decision arrives when it is signed. One signed online whose network went before it was
    delivered is as good as one signed offline: it holds for ``offline_for`` too. A revocation only stops, so
    it counts whenever it arrives.
    """
    stops = decision.verdict is Verdict.REVOKE
    if decision.offline and not offline_for and not stops:
        return "this may be decided online only"
    if decision.issued_at >= proposal.expires_at or decision.expires_at != proposal.expires_at:
        return "it was decided after the proposal expired"
    if decision.issued_at - received_at > ONLINE_GRACE:
        return "it is dated later than it arrived"
    allowed = offline_for if decision.offline else max(offline_for, ONLINE_GRACE)
    if received_at - decision.issued_at > allowed and not stops:
        return f"it arrived more than {allowed} after it was signed"
    return ""
