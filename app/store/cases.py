"""Reading cases and moving them through their life; every move is checked and kept in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, text, update

from app.store.instants import from_ms, to_ms, to_ms_or_none
from app.store.rows_cases import case_of
from app.store.schema_cases import CASE_EVENT, CASE_LOSS, DETECTION_STATE, EXCEPTION_CASE
from app.store.values import CaseEvent
from domain.cases import CLOSED_STATES, CaseState, ExceptionCase, may_move
from domain.errors import BadInputError, ConflictError
from domain.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import RowMapping

_C = EXCEPTION_CASE.c

#: States by which somebody has taken a case up: its first clock has done its work.
_TAKEN_UP = frozenset(
    {
        CaseState.ACKNOWLEDGED,
        CaseState.IN_PROGRESS,
        CaseState.WAITING,
        CaseState.PROPOSED,
        CaseState.EXECUTING,
    }
)

_AT_RISK = text("""
SELECT COALESCE(SUM(worst), 0) FROM (
  SELECT MAX(x.loss_cents) AS worst
    FROM case_loss x JOIN exception_case e ON e.case_id = x.case_id
   WHERE e.closed_at IS NULL GROUP BY x.loss_key)
""")

_TIERS = text("""
SELECT e.case_id, MIN(c.tier) AS tier
  FROM exception_case e
  JOIN json_each(e.order_ids) j
  JOIN sales_order o ON o.id = j.value
  JOIN customer c ON c.id = o.customer_id
 WHERE e.closed_at IS NULL GROUP BY e.case_id
""")


def all_cases(connection: Connection, *, open_only: bool) -> list[ExceptionCase]:
    """The cases, oldest first; closed ones only if asked for."""
    query = select(EXCEPTION_CASE).order_by(_C.opened_at, _C.case_id)
    if open_only:
        query = query.where(_C.closed_at.is_(None))
    seen = _last_detection(connection)
    return [_seen_case(row, seen) for row in connection.execute(query).mappings()]


def one_case(connection: Connection, case_id: CaseId) -> ExceptionCase | None:
    """The case of that id, open or closed; ``None`` if there is none."""
    row = connection.execute(select(EXCEPTION_CASE).where(_C.case_id == case_id)).mappings().one_or_none()
    return None if row is None else _seen_case(row, _last_detection(connection))


def _last_detection(connection: Connection) -> int:
    query = select(func.max(DETECTION_STATE.c.at)).where(DETECTION_STATE.c.name == "detected")
    return connection.execute(query).scalar() or 0


def _seen_case(row: RowMapping, last_detection: int) -> ExceptionCase:
    """A row as a case: one that is open and not flagged was seen by the last detection."""
    values: dict[str, Any] = dict(row)
    if row["closed_at"] is None and row["dq_flags"] == "[]":
        values["last_seen_at"] = max(row["last_seen_at"], last_detection)
    return case_of(values)


def move_case(
    connection: Connection,
    case_id: CaseId,
    wanted: CaseState,
    *,
    reason: str,
    at: datetime,
    actor: str,
    owner: str | None = None,
) -> ExceptionCase:
    """Move a case; asking for the state it is in changes only its owner and reason.

    Raises:
        BadInputError: there is no such case.
        ConflictError: its life does not allow that move.
    """
    case = require_case(connection, case_id)
    if case.state is not wanted and not may_move(case.state, wanted):
        raise ConflictError(
            what=f"Case {case_id} is {case.state} and cannot become {wanted}.",
            remedy="Look at the case again: it changed since it was read.",
        )
    values: dict[str, Any] = {"state": wanted.value, "state_reason": reason}
    if case.state is not wanted:
        values |= _on_the_way(case, wanted, at)
    if owner is not None:
        values["owner"] = owner
    _change(connection, case_id, values)
    if case.state is not wanted:
        add_event(connection, case, kind="moved", to_state=wanted, reason=reason, at=at, actor=actor)
    return require_case(connection, case_id)


def _on_the_way(case: ExceptionCase, wanted: CaseState, at: datetime) -> dict[str, Any]:
    """What else a move changes: when it was, who first took the case up, whom it no longer waits for."""
    values: dict[str, Any] = {
        "state_at": to_ms(at),
        "closed_at": to_ms(at) if wanted in CLOSED_STATES else None,
        "waiting_on": "",
        "waiting_until": None,
    }
    if case.acknowledged_at is None and wanted in _TAKEN_UP:
        values["acknowledged_at"] = to_ms(at)
    return values


def wait_for(
    connection: Connection,
    case_id: CaseId,
    whom: str,
    until: datetime | None,
    *,
    at: datetime,
    actor: str,
) -> ExceptionCase:
    """Let a case wait for somebody until then (``None``: until it is resumed).

    Raises:
        BadInputError: there is no such case.
        ConflictError: its life does not allow that.
    """
    end = "" if until is None else f" until {until.isoformat(timespec='minutes')}"
    move_case(connection, case_id, CaseState.WAITING, reason=f"Waits for {whom}{end}.", at=at, actor=actor)
    _change(connection, case_id, {"waiting_on": whom, "waiting_until": to_ms_or_none(until)})
    return require_case(connection, case_id)


def assign_case(connection: Connection, case_id: CaseId, owner: str, *, at: datetime, actor: str) -> None:
    """Make a person the owner of a case; an empty name frees it."""
    case = require_case(connection, case_id)
    _change(connection, case_id, {"owner": owner})
    reason = f"Assigned to {owner}." if owner else "Freed."
    add_event(connection, case, kind="assigned", to_state=case.state, reason=reason, at=at, actor=actor)


def snooze_case(
    connection: Connection,
    case_id: CaseId,
    until: datetime | None,
    *,
    at: datetime,
    actor: str,
    until_doubled: bool = False,
) -> None:
    """Let a case rest until then, or until its facts change; ``None`` wakes it.

    ``until_doubled`` keeps the loss of now: facts wake it only when the loss has doubled.
    """
    case = require_case(connection, case_id)
    loss_cents = case.impact.loss_cents if until_doubled and until is not None else None
    _change(connection, case_id, {"snoozed_until": to_ms_or_none(until), "snooze_loss_cents": loss_cents})
    if until is None:
        reason = "Woken."
    elif until_doubled:
        reason = f"Snoozed until the money doubles, {until.isoformat(timespec='minutes')} at the latest."
    else:
        reason = f"Snoozed until {until.isoformat(timespec='minutes')}."
    add_event(connection, case, kind="snoozed", to_state=case.state, reason=reason, at=at, actor=actor)


def _change(connection: Connection, case_id: CaseId, values: dict[str, Any]) -> None:
    connection.execute(update(EXCEPTION_CASE).where(_C.case_id == case_id).values(values))


def require_case(connection: Connection, case_id: CaseId) -> ExceptionCase:
    """The case of that id.

    Raises:
        BadInputError: there is none.
    """
    case = one_case(connection, case_id)
    if case is None:
        raise BadInputError(
            what=f"There is no case {case_id}.", remedy="Ids look like EX-0123456789; list the queue."
        )
    return case


def add_event(
    connection: Connection,
    case: ExceptionCase,
    *,
    kind: str,
    to_state: CaseState,
    reason: str,
    at: datetime,
    actor: str,
) -> None:
    """Note a step in the history of a case."""
    connection.execute(
        insert(CASE_EVENT).values(
            case_id=case.case_id,
            at=to_ms(at),
            episode=case.episode,
            kind=kind,
            from_state=case.state.value,
            to_state=to_state.value,
            reason=reason,
            actor=actor,
        )
    )


def case_events(connection: Connection, case_id: CaseId) -> list[CaseEvent]:
    """The history of a case, oldest first."""
    query = select(CASE_EVENT).where(CASE_EVENT.c.case_id == case_id).order_by(CASE_EVENT.c.event_id)
    return [
        CaseEvent(
            case_id=row["case_id"],
            at=from_ms(row["at"]),
            episode=row["episode"],
            kind=row["kind"],
            from_state=row["from_state"],
            to_state=row["to_state"],
            reason=row["reason"],
            actor=row["actor"],
        )
        for row in connection.execute(query).mappings()
    ]


def losses_of(connection: Connection, case_ids: Iterable[CaseId]) -> Mapping[CaseId, Mapping[str, int]]:
    """What each of these cases puts at risk, in cents, by order line or other loss key."""
    wanted = set(case_ids)
    losses: dict[CaseId, dict[str, int]] = {case_id: {} for case_id in wanted}
    for case_id, loss_key, cents in connection.execute(select(CASE_LOSS)):
        if case_id in wanted:
            losses[CaseId(case_id)][loss_key] = cents
    return losses


def best_tiers(connection: Connection) -> dict[CaseId, int]:
    """The best customer tier among the orders of each open case."""
    return {CaseId(row.case_id): row.tier for row in connection.execute(_TIERS)}


def at_risk_cents(connection: Connection) -> int:
    """Money at risk over all open cases; a line hit by several counts once, with its largest loss."""
    return int(connection.execute(_AT_RISK).scalar_one())
