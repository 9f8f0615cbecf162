"""One command where something can be done about it, and what a round of the executor came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.authority import Authority
from app.signing.canonical import digest_of
from app.store.ledger_views import CommandRow
from connectors.protocol import Connector
from domain.approval_states import ENDED_COMMANDS, ApprovalState, CommandState
from domain.approvals import PlannedCommand, Terms
from domain.commands import Command, ExpectedVersion, target_of
from domain.compensation import steps_of, undone_key
from domain.errors import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionReport:
    """One round: actions by where they stand now; what was held back and what waits, with the reason."""

    begun: int = 0
    sent: int = 0
    held: tuple[tuple[str, str], ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    settled: tuple[tuple[str, ApprovalState], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One command at the point where something can be done about it."""

    row: CommandRow
    planned: PlannedCommand
    authority: Authority
    done_before: tuple[PlannedCommand, ...]
    connector: Connector

    @property
    def takes_back(self) -> bool:
        """Whether it takes back a command of the same approval."""
        return bool(undone_key(self.row.key))

    @property
    def command(self) -> Command:
        """The command as the connector gets it.

        Records that an earlier command of the same approval has changed are no longer as they were
        when it was signed; that is the approval's own doing, so they are not expected any more.
        """
        command = self.planned.command(self.authority.reason)
        changed = {item.ref for earlier in self.done_before for item in earlier.expected}
        expected = tuple(item for item in command.expected if item.ref not in changed)
        return Command(
            key=command.key,
            source=command.source,
            action=command.action,
            expected=expected,
            reason=command.reason,
        )


def next_step(
    terms: Terms, rows: Sequence[CommandRow]
) -> tuple[CommandRow, PlannedCommand, tuple[PlannedCommand, ...]] | None:
    """The command or step back whose turn it is, as it was approved, and the commands done before it.

    Raises:
        RefusedError: the ledger holds a command that nobody approved.
    """
    back = [row for row in rows if undone_key(row.key)]
    row = next((r for r in back or rows if r.state is not CommandState.SUCCEEDED), None)
    if row is None or row.state in ENDED_COMMANDS:
        return None
    if back:
        return row, _step_back(terms, rows, row), ()
    planned = {command.key: command for command in terms.commands}
    if row.key not in planned:
        raise _unapproved(row)
    before = tuple(planned[r.key] for r in rows if r.ordinal < row.ordinal)
    return row, planned[row.key], before


def _step_back(terms: Terms, rows: Sequence[CommandRow], row: CommandRow) -> PlannedCommand:
    """A step back as a command: it expects the record as the last write of this approval left it."""
    approved = {key: (each.source, action) for each in terms.commands for key, action in steps_of(each)}
    if row.key not in approved:
        raise _unapproved(row)
    source, action = approved[row.key]
    ref = target_of(action)
    actions = {each.key: each.action for each in terms.commands}
    actions |= {key: back for key, (_, back) in approved.items()}
    left = [
        each.upstream_version
        for each in rows
        if each.state is CommandState.SUCCEEDED and target_of(actions[each.key]) == ref
    ]
    version = left[-1] if left else ""
    return PlannedCommand(
        key=row.key,
        source=source,
        action=action,
        payload_sha256=digest_of(action),
        expected=(ExpectedVersion(ref=ref, version=version, fields_sha256=""),) if version else (),
    )


def _unapproved(row: CommandRow) -> RefusedError:
    return RefusedError(what=f"Nobody approved the command {row.key}.", remedy="Verify the ledger.")
