"""One command where something can be done about it, and what a round of the executor came to."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.authority import Authority
from app.store.ledger_views import CommandRow
from connectors.protocol import Connector
from domain.approval_states import ApprovalState
from domain.approvals import PlannedCommand
from domain.commands import Command


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
