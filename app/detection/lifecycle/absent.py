"""A condition that is not found now: its case is cleared, unless that is unknown or too early to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.lifecycle.found import rests_on
from domain.cases import CaseState
from domain.ids import CaseId

if TYPE_CHECKING:
    from app.detection.lifecycle.changes import Changes
    from app.detection.lifecycle.look import Look
    from app.detection.lifecycle.stored import StoredCase


def not_found(changes: Changes, look: Look, case: StoredCase) -> None:
    """Clear an open case whose condition is gone, by the terms of its life."""
    if case.state == CaseState.EXECUTING or look.gate.sources_of(rests_on(case)):
        return
    if case.flapping:
        _quiet(changes, look, case)
        return
    needed = look.rule.case_type.clean_checks if case.state != CaseState.SUSPENDED else 1
    counted = case.clean_checks + (1 if look.later else 0)
    if needed > 1 and counted < needed:
        if look.later:
            changes.count_clean(case, seen_at=case.last_seen_at)
        return
    _close(changes, look, case)


def _quiet(changes: Changes, look: Look, case: StoredCase) -> None:
    """A flapping case stays one case until its condition has been absent for the whole window."""
    if not case.clean_checks:
        changes.count_clean(case, seen_at=look.moment.now_ms)
    elif look.moment.now_ms - case.last_seen_at >= look.terms.flap_ms:
        _close(changes, look, case)


def _close(changes: Changes, look: Look, case: StoredCase) -> None:
    breached = case.breach_at is not None and case.breach_at <= look.moment.now_ms
    if case.state == CaseState.VERIFYING:
        wanted, reason = CaseState.RESOLVED, "Seen corrected in the source after the action."
    elif breached and look.expires:
        wanted, reason = CaseState.EXPIRED, "Past acting: what it warned of has happened."
    else:
        wanted, reason = CaseState.AUTO_CLEARED, "The condition is gone."
    changes.move(look.moment, case, wanted, reason, closed=True, flapping=0)
    changes.cleared.add(CaseId(case.case_id))
