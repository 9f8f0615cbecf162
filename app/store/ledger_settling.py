"""Where an action stands, by its commands here or by what another desk signed about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sqlalchemy import Connection, func, insert, select

from app.signing.statements import read_unverified
from app.store.instants import to_ms
from app.store.ledger_evidence import EvidenceWrites
from app.store.ledger_machines import Cause, Machines
from app.store.ledger_schema import APPROVAL_CASE, AUDIT_ENTRY, COMMAND
from domain.approval_states import (
    ENDED_COMMANDS,
    GIVEN_UP,
    RUNNING,
    ApprovalState,
    CommandState,
    approval_may_move,
    outcome_of,
    outcome_with_steps_back,
)
from domain.approvals import Beginning, Ending, Execution, Terms
from domain.commands import Action
from domain.compensation import steps_of, to_take_back, undone_key
from domain.endings import CommandEnd, CommandFate, EndedAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domain.approvals import Settlement
    from domain.ids import SourceName

_LONGEST_WHY = 200


class SettlingWrites(EvidenceWrites):
    """Moves an action to where its commands, or the signed word of another desk, say that it is."""

    def __init__(self, connection: Connection) -> None:
        """Work on ``connection``, whose transaction the ledger commits."""
        super().__init__(connection)
        self.machines = Machines(connection)

    def plan_commands(self, terms: Terms, at: datetime) -> None:
        """Have the commands of an action wait here for the executor; once is enough."""
        planned = select(func.count()).where(COMMAND.c.action_id == terms.action_id)
        if not self._connection.execute(planned).scalar_one():
            steps = ((each.key, each.source, each.action) for each in terms.commands)
            self._plan(terms.action_id, steps, 1, at)

    def settle(self, action_id: str, cause: Cause) -> ApprovalState:
        """Move a running approval to where its commands say it is.

        An unsuccessful command ends the rest, and has what was done before it taken back as far as possible.
        """
        steps = self.steps(action_id)
        back = {key: state for key, state in steps.items() if undone_key(key)}
        if GIVEN_UP & set((back or steps).values()):
            self.machines.cancel_commands(action_id, cause)
            steps = self.steps(action_id)
        if not back and outcome_of(steps.values()) is ApprovalState.PARTIALLY_EXECUTED:
            self._plan_way_back(action_id, steps, cause)
            steps = self.steps(action_id)
        current, wanted = self._state_of(action_id), outcome_with_steps_back(steps)
        if wanted is not current:
            self.machines.move_approval(action_id, wanted, cause)
        return wanted

    def steps(self, action_id: str) -> dict[str, CommandState]:
        """Where the commands of an action stand, and the steps that take them back, in their order."""
        query = select(COMMAND.c.key, COMMAND.c.state).where(COMMAND.c.action_id == action_id)
        rows = self._connection.execute(query.order_by(COMMAND.c.ordinal))
        return {row.key: CommandState(row.state) for row in rows}

    def fates(self, action_id: str) -> tuple[CommandEnd, ...]:
        """What became of the commands of an action that has ended, for signing it."""
        query = select(COMMAND.c.key, COMMAND.c.state, COMMAND.c.why).where(COMMAND.c.action_id == action_id)
        rows = self._connection.execute(query.order_by(COMMAND.c.ordinal)).all()
        return tuple(
            CommandEnd(key=row.key, fate=CommandFate(row.state), why=row.why[:_LONGEST_WHY])
            for row in rows
            if CommandState(row.state) in ENDED_COMMANDS
        )

    def said_ended(self, action_id: str, keyid: str) -> bool:
        """Whether the owner of a key said that an action ended, taken by the hub or not."""
        query = select(AUDIT_ENTRY.c.envelope).where(
            AUDIT_ENTRY.c.action_id == action_id, AUDIT_ENTRY.c.keyid == keyid
        )
        said = (read_unverified(row.envelope).value for row in self._connection.execute(query))
        return any(isinstance(value, Ending) for value in said)

    def settle_elsewhere(self, word: Beginning | Execution | Ending, cause: Cause) -> None:
        """Follow an approval that another desk carries out, by a word of its executor that counts."""
        current = self._state_of(word.action_id)
        if current is not ApprovalState.APPROVED and current not in RUNNING:
            return
        wanted = _said_by(word)
        if wanted is current:
            return
        for step in _way(current, wanted):
            if not approval_may_move(current, step):
                # What a desk cannot follow must not keep it from the entries after it.
                return
            self.machines.cancel_commands(word.action_id, cause)
            self.machines.move_approval(word.action_id, step, cause)
            current = step

    def hear_settled(self, word: Settlement, cause: Cause) -> None:
        """Follow what a person said of a command in doubt; where the command is, its executor goes on."""
        if CommandState.MANUAL in self.steps(word.action_id).values():
            return
        if self._state_of(word.action_id) is ApprovalState.IN_DOUBT:
            back = bool(undone_key(word.command_key))
            going_on = ApprovalState.COMPENSATING if back else ApprovalState.EXECUTING
            self.machines.move_approval(word.action_id, going_on, cause)

    def _plan_way_back(self, action_id: str, steps: dict[str, CommandState], cause: Cause) -> None:
        commands = self.machines.terms_of(action_id).commands
        done = [key for key, state in steps.items() if state is CommandState.SUCCEEDED]
        back = [
            (key, command.source, action)
            for command in to_take_back(commands, done)
            for key, action in steps_of(command)
        ]
        self._plan(action_id, back, len(commands) + 1, cause.at)

    def _plan(
        self, action_id: str, steps: Iterable[tuple[str, SourceName, Action]], first: int, at: datetime
    ) -> None:
        for ordinal, (key, source, action) in enumerate(steps, start=first):
            self._connection.execute(
                insert(COMMAND).values(
                    key=key,
                    action_id=action_id,
                    ordinal=ordinal,
                    source=source,
                    verb=action.verb,
                    state=str(CommandState.PLANNED),
                    rev=1,
                    why="",
                    attempt=0,
                    probes=0,
                    upstream_version="",
                    updated_at=to_ms(at),
                )
            )

    def _state_of(self, action_id: str) -> ApprovalState | None:
        query = select(APPROVAL_CASE.c.state).where(APPROVAL_CASE.c.action_id == action_id)
        state = self._connection.execute(query).scalar_one_or_none()
        return None if state is None else ApprovalState(state)


_STATE_OF_END = {end: ApprovalState(end.value) for end in EndedAs}


def _way(current: ApprovalState, wanted: ApprovalState) -> Iterator[ApprovalState]:
    """The states between: a follower may hear of the end before it heard of all that led to it."""
    begins = wanted not in {ApprovalState.STALE, ApprovalState.EXPIRED, ApprovalState.EXECUTING}
    if current is ApprovalState.APPROVED and begins:
        yield ApprovalState.EXECUTING
    taken_back = wanted in {ApprovalState.COMPENSATED, ApprovalState.COMPENSATION_FAILED}
    if taken_back and current is not ApprovalState.COMPENSATING:
        yield ApprovalState.COMPENSATING
    yield wanted


def _said_by(word: Beginning | Execution | Ending) -> ApprovalState:
    """Where that word says that the action is; that it ended, and how, only its ending tells."""
    match word:
        case Ending():
            return _STATE_OF_END[word.outcome]
        case Beginning():
            return ApprovalState.EXECUTING
        case Execution():
            back = bool(undone_key(word.command_key))
            return ApprovalState.COMPENSATING if back else ApprovalState.EXECUTING
        case _:
            assert_never(word)
