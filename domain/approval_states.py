"""The legal moves of an approval, of a command on its way out, and of an entry on its way to the hub.

Everything that is not listed is refused, and a test tries every pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from domain.approvals import Verdict
from domain.cases import CaseState
from domain.compensation import undone_key


class ApprovalState(StrEnum):
    """Where a proposal stands. A locally signed decision moves it only when it is recorded."""

    SUBMITTED = "submitted"
    PARTIAL = "partial"
    APPROVED = "approved"
    REJECTED = "rejected"
    CHANGES_REQUESTED = "changes_requested"
    REVOKED = "revoked"
    EXPIRED = "expired"
    STALE = "stale"
    EXECUTING = "executing"
    IN_DOUBT = "in_doubt"
    EXECUTED = "executed"
    PARTIALLY_EXECUTED = "partially_executed"
    FAILED = "failed"
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"
    COMPENSATION_FAILED = "compensation_failed"


class CommandState(StrEnum):
    """Where one write stands; SENDING is committed before the first byte leaves."""

    PLANNED = "planned"
    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    RETRY_WAIT = "retry_wait"
    UNKNOWN = "unknown"
    PROBING = "probing"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"
    DEAD = "dead"
    MANUAL = "manual"


class DeliveryState(StrEnum):
    """Where a signed entry stands on its way to the hub."""

    PENDING = "pending"
    SENT = "sent"
    RECEIPTED = "receipted"
    REFUSED = "refused"


_A, _C, _D = ApprovalState, CommandState, DeliveryState

#: No decision has been recorded, or not enough of them.
UNDECIDED = frozenset({_A.SUBMITTED, _A.PARTIAL})
#: The executor is at work on it.
RUNNING = frozenset({_A.EXECUTING, _A.IN_DOUBT, _A.COMPENSATING})

#: How a word against it ends a proposal.
ENDED_BY: dict[Verdict, ApprovalState] = {
    Verdict.REJECT: _A.REJECTED,
    Verdict.REQUEST_CHANGES: _A.CHANGES_REQUESTED,
    Verdict.REVOKE: _A.REVOKED,
}

#: In which states a word still changes something: an approval can be taken back until it is begun.
OPEN_TO: dict[Verdict, frozenset[ApprovalState]] = {
    Verdict.APPROVE: UNDECIDED,
    Verdict.REJECT: UNDECIDED,
    Verdict.REQUEST_CHANGES: UNDECIDED,
    Verdict.REVOKE: frozenset({_A.PARTIAL, _A.APPROVED}),
}

_ENDED_UNAPPROVED = frozenset({_A.REJECTED, _A.CHANGES_REQUESTED, _A.EXPIRED, _A.STALE})
_ENDED_BACK = frozenset({_A.PARTIALLY_EXECUTED, _A.COMPENSATED, _A.COMPENSATION_FAILED})
_ENDED_RUNS = frozenset({_A.EXECUTED, _A.PARTIALLY_EXECUTED, _A.FAILED, _A.STALE, _A.COMPENSATING})
#: Nothing more is done about an action whose commands say this.
ENDED_RUNS = _ENDED_BACK | _ENDED_RUNS - {_A.COMPENSATING}

_SAID_BY_LOG = frozenset({_A.PARTIAL, _A.APPROVED, _A.REJECTED, _A.CHANGES_REQUESTED, _A.REVOKED})

APPROVAL_MOVES: dict[ApprovalState, frozenset[ApprovalState]] = {
    _A.SUBMITTED: _ENDED_UNAPPROVED | {_A.PARTIAL, _A.APPROVED},
    _A.PARTIAL: _ENDED_UNAPPROVED | {_A.APPROVED, _A.REVOKED},
    _A.APPROVED: frozenset({_A.EXECUTING, _A.REVOKED, _A.EXPIRED, _A.STALE}),
    # It ran out, where its executor never heard in time that its beginning was recorded.
    _A.EXECUTING: _ENDED_RUNS | {_A.IN_DOUBT, _A.EXPIRED},
    _A.IN_DOUBT: _ENDED_RUNS | {_A.EXECUTING, _A.COMPENSATED},
    _A.REJECTED: frozenset(),
    _A.CHANGES_REQUESTED: frozenset(),
    _A.REVOKED: frozenset(),
    # What a desk ended by its own facts or clock goes on where the hub recorded a decision: the log counts.
    _A.EXPIRED: _SAID_BY_LOG,
    _A.STALE: _SAID_BY_LOG,
    # Another approved action takes it back.
    _A.EXECUTED: frozenset({_A.COMPENSATING}),
    _A.PARTIALLY_EXECUTED: frozenset(),
    _A.FAILED: frozenset(),
    # It stands again when the action that was to take it back changed nothing.
    _A.COMPENSATING: _ENDED_BACK | {_A.IN_DOUBT, _A.EXECUTED},
    _A.COMPENSATED: frozenset(),
    _A.COMPENSATION_FAILED: frozenset(),
}

#: Where an executed action stands, by where the one stands that takes it back; unbegun, it changes nothing.
WHILE_TAKEN_BACK: dict[ApprovalState, ApprovalState] = {
    _A.EXECUTING: _A.COMPENSATING,
    _A.IN_DOUBT: _A.COMPENSATING,
    _A.COMPENSATING: _A.COMPENSATING,
    _A.EXECUTED: _A.COMPENSATED,
    _A.PARTIALLY_EXECUTED: _A.COMPENSATION_FAILED,
    _A.COMPENSATION_FAILED: _A.COMPENSATION_FAILED,
    _A.COMPENSATED: _A.EXECUTED,
    _A.FAILED: _A.EXECUTED,
    _A.STALE: _A.EXECUTED,
    _A.EXPIRED: _A.EXECUTED,
}

_ANSWERED = frozenset({_C.SUCCEEDED, _C.REJECTED, _C.CONFLICT})

COMMAND_MOVES: dict[CommandState, frozenset[CommandState]] = {
    _C.PLANNED: frozenset({_C.READY, _C.CANCELLED}),
    _C.READY: frozenset({_C.CLAIMED, _C.CANCELLED}),
    # Back to READY after a crash: nothing has been sent yet.
    _C.CLAIMED: frozenset({_C.SENDING, _C.READY, _C.CANCELLED}),
    _C.SENDING: _ANSWERED | {_C.RETRY_WAIT, _C.UNKNOWN},
    _C.UNKNOWN: frozenset({_C.PROBING, _C.MANUAL}),
    _C.PROBING: _ANSWERED | {_C.RETRY_WAIT, _C.UNKNOWN},
    _C.RETRY_WAIT: frozenset({_C.READY, _C.DEAD, _C.CANCELLED}),
    _C.SUCCEEDED: frozenset(),
    _C.REJECTED: frozenset(),
    _C.CONFLICT: frozenset(),
    _C.CANCELLED: frozenset(),
    _C.DEAD: frozenset(),
    # A person has said whether it happened.
    _C.MANUAL: frozenset({_C.SUCCEEDED, _C.RETRY_WAIT}),
}

DELIVERY_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    _D.PENDING: frozenset({_D.SENT}),
    _D.SENT: frozenset({_D.PENDING, _D.RECEIPTED, _D.REFUSED}),
    _D.RECEIPTED: frozenset(),
    _D.REFUSED: frozenset(),
}


def approval_may_move(current: ApprovalState, wanted: ApprovalState) -> bool:
    """Whether an approval may go from ``current`` to ``wanted``."""
    return wanted in APPROVAL_MOVES[current]


def command_may_move(current: CommandState, wanted: CommandState) -> bool:
    """Whether a command may go from ``current`` to ``wanted``."""
    return wanted in COMMAND_MOVES[current]


def delivery_may_move(current: DeliveryState, wanted: DeliveryState) -> bool:
    """Whether an entry may go from ``current`` to ``wanted``."""
    return wanted in DELIVERY_MOVES[current]


#: A command, or a step back, that has not happened and will not.
GIVEN_UP = frozenset({_C.REJECTED, _C.CONFLICT, _C.CANCELLED, _C.DEAD})
#: Nothing more is done about it by itself.
ENDED_COMMANDS = GIVEN_UP | {_C.SUCCEEDED, _C.MANUAL}


def outcome_of(commands: Iterable[CommandState]) -> ApprovalState:
    """Where a running approval stands, given where its commands stand.

    Commands run one after another and an unsuccessful one cancels the rest, so an approval has
    ended when none is left to run. MANUAL keeps it in doubt: only a person can settle it.
    """
    states = set(commands)
    if states & {_C.UNKNOWN, _C.PROBING, _C.MANUAL}:
        return _A.IN_DOUBT
    if states & {_C.PLANNED, _C.READY, _C.CLAIMED, _C.SENDING, _C.RETRY_WAIT}:
        return _A.EXECUTING
    if states == {_C.SUCCEEDED}:
        return _A.EXECUTED
    if _C.SUCCEEDED in states:
        return _A.PARTIALLY_EXECUTED
    return _A.STALE if _C.CONFLICT in states or states == {_C.CANCELLED} else _A.FAILED


def outcome_with_steps_back(steps: Mapping[str, CommandState]) -> ApprovalState:
    """The same, where what was done is being taken back: ``steps`` are commands and steps back, by key.

    A step back that is being asked about is still under way; one of which only a person can tell is in doubt.
    """
    back = {key: state for key, state in steps.items() if undone_key(key)}
    if not back:
        return outcome_of(steps.values())
    states = set(back.values())
    if _C.MANUAL in states:
        return _A.IN_DOUBT
    if states & GIVEN_UP:
        return _A.COMPENSATION_FAILED
    if states != {_C.SUCCEEDED}:
        return _A.COMPENSATING
    undone = {undone_key(key) for key in back}
    done = {key for key, state in steps.items() if key not in back and state is _C.SUCCEEDED}
    return _A.COMPENSATED if done <= undone else _A.PARTIALLY_EXECUTED


#: What the exception case is told; states that are not named leave it as it is.
CASE_STATE_OF: dict[ApprovalState, CaseState] = {
    _A.SUBMITTED: CaseState.PROPOSED,
    _A.PARTIAL: CaseState.PROPOSED,
    _A.APPROVED: CaseState.PROPOSED,
    _A.REJECTED: CaseState.IN_PROGRESS,
    _A.CHANGES_REQUESTED: CaseState.IN_PROGRESS,
    _A.REVOKED: CaseState.IN_PROGRESS,
    _A.EXPIRED: CaseState.IN_PROGRESS,
    _A.STALE: CaseState.IN_PROGRESS,
    _A.EXECUTING: CaseState.EXECUTING,
    _A.IN_DOUBT: CaseState.EXECUTING,
    _A.EXECUTED: CaseState.VERIFYING,
    _A.PARTIALLY_EXECUTED: CaseState.VERIFYING,
    _A.FAILED: CaseState.IN_PROGRESS,
    _A.COMPENSATING: CaseState.EXECUTING,
    _A.COMPENSATED: CaseState.IN_PROGRESS,
    _A.COMPENSATION_FAILED: CaseState.IN_PROGRESS,
}
