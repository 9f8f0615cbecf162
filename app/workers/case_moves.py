"""What the window asks to be moved in the life of cases, carried out one by one."""

from __future__ import annotations

from app.services.case_life import CaseLife
from app.workers.messages import MoveCase, MoveCases, Moved
from domain.cases import CaseState
from domain.errors import TowerError


def move_case(life: CaseLife, move: MoveCase) -> None:
    """Move one case; its owner comes first, so that who works on it is known.

    Raises:
        BadInputError: there is no such case, or a reason is missing.
        ConflictError: its life does not allow that any more.
    """
    case_id, user = move.case_id, move.user
    if move.owner is not None:
        life.assign(case_id, move.owner, user)
    if move.until_doubled:
        life.snooze_until_doubled(case_id, user)
    elif move.snooze_minutes or move.wake:
        life.snooze(case_id, move.snooze_minutes, user)
    if move.state is CaseState.ACKNOWLEDGED:
        life.acknowledge(case_id, user)
    elif move.state is CaseState.IN_PROGRESS:
        life.start(case_id, user)
    elif move.state is CaseState.FALSE_POSITIVE:
        life.deny(case_id, move.reason, user)


def move_each(life: CaseLife, request: MoveCases) -> Moved:
    """Move several cases, each by itself: what fails is named with its reason and holds up no other."""
    done: list[str] = []
    failed: list[tuple[str, str]] = []
    for move in request.moves:
        try:
            move_case(life, move)
        except TowerError as error:
            failed.append((move.case_id, str(error)))
        else:
            done.append(move.case_id)
    return Moved(wish_id=request.wish_id, done=tuple(done), failed=tuple(failed))
