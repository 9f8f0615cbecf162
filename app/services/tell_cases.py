"""Telling exception cases what became of their approvals; safe to repeat, so that a crash loses nothing."""

from __future__ import annotations

from collections.abc import Callable

from app.services.approval_room import ApprovalRoom
from domain.cases import CaseState
from domain.errors import ConflictError, RefusedError
from domain.ids import CaseId

#: Moves a case of the mirror: case, state, reason. It refuses a move the case's life does not allow.
MoveCase = Callable[[CaseId, CaseState, str], None]

_ROAD = (CaseState.PROPOSED, CaseState.EXECUTING, CaseState.VERIFYING)


def tell_cases(room: ApprovalRoom, move_case: MoveCase) -> int:
    """Move every case whose approval has moved on; gives how many were told.

    A case that has gone its own way meanwhile (cleared, taken up by somebody) keeps its state.
    """
    told = room.ledger.cases_to_tell()
    for due in told:
        for state in road(due.told, due.wanted):
            try:
                move_case(due.case_id, state, due.why)
            except (RefusedError, ConflictError):
                break
        with room.ledger.transaction() as tx:
            tx.case_told(due.action_id, due.wanted)
    return len(told)


def road(told: str, wanted: CaseState) -> tuple[CaseState, ...]:
    """The states a case goes through to ``wanted``, when it was last told ``told`` (or nothing yet)."""
    begun = next((n + 1 for n, state in enumerate(_ROAD) if state == told), 0)
    if wanted in _ROAD:
        return _ROAD[begun : _ROAD.index(wanted) + 1] or (wanted,)
    return (*_ROAD[:1], wanted) if not told else (wanted,)
