"""Moves of approvals, commands and deliveries: each is checked, guarded by revision, and written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from app.signing.statements import read_unverified
from app.store.instants import to_ms
from app.store.ledger_schema import APPROVAL_CASE, AUDIT_ENTRY, COMMAND, OUTBOX, STATE_EVENT
from domain.approval_states import (
    WHILE_TAKEN_BACK,
    ApprovalState,
    CommandState,
    DeliveryState,
    approval_may_move,
    command_may_move,
    delivery_may_move,
)
from domain.approvals import Proposal, Terms
from domain.errors import ConflictError, CorruptError, RefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Column, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something moved: who did it, in words, when, and the signed entry behind it if there is one."""

    actor: str
    why: str
    at: datetime
    entry_sha256: str | None = None


class Machines:
    """The three state machines of the ledger, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work on ``connection``, whose transaction somebody else commits."""
        self._connection = connection

    def move_approval(self, action_id: str, wanted: ApprovalState, cause: Cause) -> None:
        """Move an approval, and with it the executed action that it takes back.

        Raises:
            RefusedError: the move is not legal.
            ConflictError: somebody else moved it meanwhile, or it does not exist.
        """
        current, rev = self._now(APPROVAL_CASE, APPROVAL_CASE.c.action_id, action_id)
        _require(approval_may_move(ApprovalState(current), wanted), "approval", action_id, current, wanted)
        self._move(APPROVAL_CASE, APPROVAL_CASE.c.action_id, action_id, (current, rev), wanted, cause, {})
        undone = self.terms_of(action_id).undoes
        if undone is None or wanted not in WHILE_TAKEN_BACK:
            return
        standing = self._now(APPROVAL_CASE, APPROVAL_CASE.c.action_id, undone.action_id)[0]
        if approval_may_move(ApprovalState(standing), WHILE_TAKEN_BACK[wanted]):
            self.move_approval(undone.action_id, WHILE_TAKEN_BACK[wanted], cause)

    def terms_of(self, action_id: str) -> Terms:
        """The terms of an action, as its proposal says them.

        Raises:
            CorruptError: it rests on something else.
        """
        query = (
            select(AUDIT_ENTRY.c.envelope)
            .join(APPROVAL_CASE, APPROVAL_CASE.c.proposal_sha256 == AUDIT_ENTRY.c.sha256)
            .where(APPROVAL_CASE.c.action_id == action_id)
        )
        value = read_unverified(self._connection.execute(query).scalar_one()).value
        if not isinstance(value, Proposal):
            raise CorruptError(
                what=f"{action_id} rests on something that is no proposal.",
                remedy="Run control-tower verify-ledger and restore a backup.",
            )
        return value.terms

    def move_command(self, key: str, wanted: CommandState, cause: Cause, **columns: int | str | None) -> None:
        """Move a command, and set further columns with it.

        Raises:
            RefusedError: the move is not legal.
            ConflictError: somebody else moved it meanwhile, or it does not exist.
        """
        current, rev = self._now(COMMAND, COMMAND.c.key, key)
        _require(command_may_move(CommandState(current), wanted), "command", key, current, wanted)
        self._move(COMMAND, COMMAND.c.key, key, (current, rev), wanted, cause, columns)

    def move_delivery(self, entry_sha256: str, wanted: DeliveryState, cause: Cause) -> None:
        """Move an entry on its way to the hub; setting out counts as an attempt.

        Raises:
            RefusedError: the move is not legal.
            ConflictError: somebody else moved it meanwhile, or it does not exist.
        """
        current, rev = self._now(OUTBOX, OUTBOX.c.entry_sha256, entry_sha256)
        _require(delivery_may_move(DeliveryState(current), wanted), "delivery", entry_sha256, current, wanted)
        columns: dict[str, Any] = {}
        if wanted is DeliveryState.SENT:
            columns["attempt"] = OUTBOX.c.attempt + 1
        self._move(OUTBOX, OUTBOX.c.entry_sha256, entry_sha256, (current, rev), wanted, cause, columns)

    def cancel_commands(self, action_id: str, cause: Cause) -> None:
        """Cancel every command of an action that has not set out."""
        unsent = (CommandState.PLANNED, CommandState.READY, CommandState.CLAIMED, CommandState.RETRY_WAIT)
        query = select(COMMAND.c.key).where(COMMAND.c.action_id == action_id, COMMAND.c.state.in_(unsent))
        for key in self._connection.execute(query).scalars().all():
            self.move_command(key, CommandState.CANCELLED, cause)

    def note_event(self, machine: str, object_id: str, states: tuple[str, str], cause: Cause) -> None:
        """Write a move down."""
        self._connection.execute(
            insert(STATE_EVENT).values(
                machine=machine,
                object_id=object_id,
                from_state=states[0],
                to_state=states[1],
                actor=cause.actor,
                cause=cause.why,
                at=to_ms(cause.at),
                entry_sha256=cause.entry_sha256,
            )
        )

    def _now(self, table: Table, key: Column[Any], object_id: str) -> tuple[str, int]:
        row = self._connection.execute(
            select(table.c.state, table.c.rev).where(key == object_id)
        ).one_or_none()
        if row is None:
            raise ConflictError(what=f"There is no {table.name} {object_id}.", remedy="Look again.")
        return str(row.state), int(row.rev)

    def _move(
        self,
        table: Table,
        key: Column[Any],
        object_id: str,
        current: tuple[str, int],
        wanted: str,
        cause: Cause,
        columns: dict[str, Any],
    ) -> None:
        state, rev = current
        moved = self._connection.execute(
            update(table)
            .where(key == object_id, table.c.state == state, table.c.rev == rev)
            .values(state=str(wanted), rev=rev + 1, why=cause.why, updated_at=to_ms(cause.at), **columns)
        )
        if moved.rowcount != 1:
            raise ConflictError(
                what=f"{table.name} {object_id} was changed at the same time.", remedy="Look again."
            )
        self.note_event(table.name, object_id, (state, str(wanted)), cause)


def _require(legal: bool, machine: str, object_id: str, current: str, wanted: str) -> None:
    if not legal:
        raise RefusedError(
            what=f"The {machine} {object_id} is {current} and cannot become {wanted}.",
            remedy="Look at its history; something else has already happened to it.",
        )
