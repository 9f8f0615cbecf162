"""Carrying out what was approved: each command once, whatever moment the program is ended at.

A command is SENDING in the ledger before its first byte leaves. What is found SENDING at the next
start may or may not have happened: it is UNKNOWN, and the system is asked before anything is sent
again. Outcomes are signed and appended together with the state they bring about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.services.approval_room import (
    ApprovalRoom,
    FreshVersions,
    Signer,
    changed_since,
    sign_next,
    stale_error,
)
from app.services.authority import Authority, require_authority
from app.services.beginning import announce, why_not_begun
from app.services.deliver import CrashPoint, no_crash
from app.services.ending import end_unbegun, expire, settle_here
from app.services.ending_settled import settled
from app.services.execution_turn import ExecutionReport, Turn, next_step
from app.services.watch_log import LogRewrittenError, require_whole_log
from app.store.instants import to_ms
from app.store.ledger_machines import Cause
from app.store.ledger_views import ApprovalView
from connectors.http import HttpUnavailableError
from connectors.protocol import Connector, IdempotencyLevel
from domain.approval_states import ENDED_COMMANDS, RUNNING, ApprovalState, CommandState
from domain.approvals import Execution, Signed
from domain.commands import CommandResult, ExpectedVersion, Receipt
from domain.errors import ConflictError, RefusedError, TowerError, UnavailableError
from domain.ids import SourceName

MAX_ATTEMPTS = 12
MAX_PROBES = 20
MAX_PAUSE_SECONDS = 300

_REVOKED_HERE = "it is revoked here, and the hub has not recorded that yet"
#: Actions with what is to be said of each.
_Told = list[tuple[str, str]]
_STATE_OF_RESULT = {result: CommandState(result.value) for result in CommandResult}


class Executor:
    """Carries out approved commands through the connectors; one of it runs on a desk at a time."""

    def __init__(  # noqa: PLR0913 - everything an executor stands in, each by name
        self,
        *,
        room: ApprovalRoom,
        connectors: Mapping[SourceName, Connector],
        fresh: FreshVersions,
        signer: Signer,
        jitter: Callable[[], float],
        crash: CrashPoint = no_crash,
        away: Collection[SourceName] = (),
        record: Callable[[], object] | None = None,
        halted: Callable[[], str] = lambda: "",
    ) -> None:
        """``fresh`` reads records as they are now; ``jitter()`` spreads retries, from 0 to 1.

        ``away`` are systems that cannot be reached now. What goes to them waits as it is, and no attempt
        is counted: an outage of a night must not use up the attempts of what was approved before it.
        ``record`` brings what was signed to the hub; without it, what begins waits for the next delivery.
        ``halted`` tells why nothing may be sent now; empty when it may. It is asked before each command.
        """
        self._room = room
        self._connectors = connectors
        self._fresh = fresh
        self._signer = signer
        self._jitter = jitter
        self._crash = crash
        self._away = frozenset(away)
        self._record = record
        self._halted = halted

    def run_once(self) -> ExecutionReport:
        """Do everything that can be done now: recover, expire, begin, send, probe."""
        self._recover()
        expire(self._room, self._signer)
        try:
            require_whole_log(self._room)
        except LogRewrittenError as error:
            return self._all_held(str(error))
        if why := self._halted():
            return self._all_held(f"Everything is halted: {why}")
        self._hear_settled()
        begun, held, waiting = self._begin_all()
        sent, settled = 0, []
        for view in self._room.ledger.approvals(states=RUNNING):
            if not view.commands:
                continue
            if away := self._away_for(view):
                waiting.append((view.action_id, away))
                continue
            try:
                sent += self._advance(view)
                sent += self._turn_back(view)
            except (RefusedError, UnavailableError) as error:
                held.append((view.action_id, error.what))
            settled.append((view.action_id, self._room.ledger.approval(view.action_id).state))
        return ExecutionReport(
            begun=begun, sent=sent, held=tuple(held), waiting=tuple(waiting), settled=tuple(settled)
        )

    def _all_held(self, why: str) -> ExecutionReport:
        stopped = self._room.ledger.approvals(states=RUNNING | {ApprovalState.APPROVED})
        return ExecutionReport(held=tuple((view.action_id, why) for view in stopped))

    def _begin_all(self) -> tuple[int, _Told, _Told]:
        """Begin what is approved here: how many, what is held and what waits, with the reason."""
        held: _Told = []
        waiting: _Told = []
        due: list[ApprovalView] = []
        said = 0
        for view in self._room.ledger.approvals(states={ApprovalState.APPROVED}):
            if not view.waits_here:
                continue
            wait = self._away_for(view) or (_REVOKED_HERE if view.revocation_waits else "")
            if wait:
                waiting.append((view.action_id, wait))
                continue
            try:
                said += announce(self._room, self._signer, self._checked(view))
                due.append(view)
            except (RefusedError, ConflictError) as error:
                end_unbegun(self._room, self._signer, view, ApprovalState.STALE, error.what)
                held.append((view.action_id, error.what))
        if said and self._record is not None:
            self._record()
        begun = 0
        for view in due:
            try:
                wait = why_not_begun(self._room, self._signer, view)
            except RefusedError as error:
                self._leave(view, error.what)
                held.append((view.action_id, error.what))
                continue
            if wait:
                waiting.append((view.action_id, wait))
                continue
            self._begin(view)
            begun += 1
        return begun, held, waiting

    def _away_for(self, view: ApprovalView) -> str:
        """Why nothing can be done about an action now: its systems that cannot be reached; else empty."""
        needed = {row.source for row in view.commands if row.state not in ENDED_COMMANDS}
        names = ", ".join(sorted(needed & self._away))
        return f"{names} cannot be reached; it is carried out when it answers again." if names else ""

    def _recover(self) -> None:
        left = {
            CommandState.SENDING: CommandState.UNKNOWN,
            CommandState.PROBING: CommandState.UNKNOWN,
            CommandState.CLAIMED: CommandState.READY,
        }
        for row in self._room.ledger.commands_in(*left):
            cause = self._cause("the program ended at this point")
            with self._room.ledger.transaction() as tx:
                tx.machines.move_command(row.key, left[row.state], cause)
                tx.settle(row.action_id, cause)

    def _hear_settled(self) -> None:
        """Go on where a person told whether a command in doubt happened; what did not is sent again."""
        for row in self._room.ledger.commands_in(CommandState.MANUAL):
            said = settled(self._room, row.action_id, row.key)
            if said is None:
                continue
            entry, word = said
            wanted = CommandState.SUCCEEDED if word.happened else CommandState.RETRY_WAIT
            cause = Cause(
                actor=word.actor.user_id, why=word.reason, at=self._room.now(), entry_sha256=entry.sha256
            )
            with self._room.ledger.transaction() as tx:
                tx.machines.move_command(row.key, wanted, cause, due_at=None, probes=0)
                settle_here(tx, self._room, self._signer, row.action_id, cause)
            self._crash("execute:settled")

    def _checked(self, view: ApprovalView) -> Authority:
        """The authority behind an approval, when the facts it rests on are unchanged."""
        authority = require_authority(self._room, view)
        changed = changed_since(authority.terms.expected, self._fresh)
        if changed:
            raise stale_error(changed)
        return authority

    def _leave(self, view: ApprovalView, why: str) -> None:
        """Send nothing of an action from here; the feed tells what became of it."""
        with self._room.ledger.transaction() as tx:
            tx.machines.cancel_commands(view.action_id, self._cause(why))

    def _begin(self, view: ApprovalView) -> None:
        self._crash("execute:before-begin")
        with self._room.ledger.transaction() as tx:
            tx.machines.move_approval(view.action_id, ApprovalState.EXECUTING, self._cause("begun"))
        self._crash("execute:begun")

    def _advance(self, view: ApprovalView) -> int:
        """Take the commands of an action as far as they go now; gives how many were sent."""
        if all(row.state in ENDED_COMMANDS for row in view.commands):
            return 0
        authority = require_authority(self._room, view)
        if wait := why_not_begun(self._room, self._signer, view):
            raise RefusedError(what=f"Nothing of it is sent: {wait}.", remedy="Verify the ledger.")
        sent = 0
        while True:
            turn = self._next_turn(view.action_id, authority)
            if turn is None or not self._step(turn):
                return sent
            sent += turn.row.state is CommandState.CLAIMED

    def _turn_back(self, before: ApprovalView) -> int:
        """Take back what was done as soon as a later command has failed; gives how many were sent."""
        view = self._room.ledger.approval(before.action_id)
        if view.state is not ApprovalState.COMPENSATING or before.state is view.state:
            return 0
        self._crash("execute:turned-back")
        return self._advance(view)

    def _next_turn(self, action_id: str, authority: Authority) -> Turn | None:
        rows = self._room.ledger.commands(action_id)
        found = next_step(authority.terms, rows)
        if found is None:
            return None
        row, planned, before = found
        connector = self._connectors.get(planned.source)
        if connector is None:
            raise UnavailableError(
                what=f"There is no connector to {planned.source}.", remedy="Add it to the profile."
            )
        return Turn(row=row, planned=planned, authority=authority, done_before=before, connector=connector)

    def _step(self, turn: Turn) -> bool:
        """Move a command one step; gives whether there may be more to do at once."""
        state = turn.row.state
        if state is CommandState.PLANNED:
            return self._move(turn, CommandState.READY, "its turn")
        if state is CommandState.READY:
            return self._move(turn, CommandState.CLAIMED, "claimed")
        if state is CommandState.CLAIMED:
            return self._send(turn)
        if turn.row.due_at is not None and turn.row.due_at > self._room.now():
            return False
        if state is CommandState.RETRY_WAIT:
            if turn.row.attempt >= MAX_ATTEMPTS:
                return self._move(turn, CommandState.DEAD, f"given up after {MAX_ATTEMPTS} attempts")
            return self._move(turn, CommandState.READY, "trying again")
        return self._probe(turn)

    def _send(self, turn: Turn) -> bool:
        if self._halted():
            return False
        command = turn.command
        if not turn.takes_back and not _may_be_half_done(turn):
            changed = changed_since(command.expected, self._fresh)
            if changed:
                return self._move(turn, CommandState.CANCELLED, stale_error(changed).what)
            command = replace(command, expected=self._as_of_now(command.expected))
        started_at = self._room.now()
        self._crash("execute:before-sending")
        with self._room.ledger.transaction() as tx:
            tx.machines.move_command(
                turn.row.key,
                CommandState.SENDING,
                self._cause("sending"),
                attempt=turn.row.attempt + 1,
                started_at=to_ms(started_at),
            )
        self._crash("execute:sending")
        try:
            receipt = turn.connector.submit(command)
        except TowerError as error:
            self._crash("execute:failed")
            return self._submit_failed(turn, error)
        self._crash("execute:answered")
        probed = receipt.result is CommandResult.CONFLICT and turn.row.attempt > 0
        if probed:
            # What changed the record may be this very command: an earlier attempt that came late.
            try:
                receipt = turn.connector.probe(command) or receipt
            except TowerError as error:
                return self._wait(turn, CommandState.UNKNOWN, error.what, turn.row.probes)
        attempt = turn.row.attempt + 1
        return self._answered(turn, receipt, attempt=attempt, started_at=started_at, probed=probed)

    def _as_of_now(self, expected: tuple[ExpectedVersion, ...]) -> tuple[ExpectedVersion, ...]:
        """The same records at their present versions: what decisions rest on is unchanged in them.

        So a note that somebody wrote on the record does not make the system's own lock say no.
        """
        now = self._fresh(tuple(item.ref for item in expected))
        return tuple(now.get(item.ref, item) for item in expected)

    def _submit_failed(self, turn: Turn, error: TowerError) -> bool:
        left = isinstance(error, HttpUnavailableError) and error.request_may_have_left
        if isinstance(error, UnavailableError | RefusedError) and not left:
            return self._wait(turn, CommandState.RETRY_WAIT, error.what, turn.row.attempt + 1)
        return self._wait(turn, CommandState.UNKNOWN, error.what, turn.row.probes)

    def _probe(self, turn: Turn) -> bool:
        by_hand = turn.connector.manifest.idempotency is IdempotencyLevel.D
        if by_hand or turn.row.probes >= MAX_PROBES:
            return self._move(turn, CommandState.MANUAL, "only a person can tell whether it happened")
        with self._room.ledger.transaction() as tx:
            cause = self._cause("asking whether it happened")
            tx.machines.move_command(turn.row.key, CommandState.PROBING, cause, probes=turn.row.probes + 1)
        self._crash("execute:probing")
        try:
            receipt = turn.connector.probe(turn.command)
        except TowerError as error:
            return self._wait(turn, CommandState.UNKNOWN, error.what, turn.row.probes + 1)
        self._crash("execute:probed")
        if receipt is None:
            return self._move(turn, CommandState.RETRY_WAIT, "it did not happen", due_at=None)
        started_at = turn.row.started_at or self._room.now()
        return self._answered(turn, receipt, attempt=turn.row.attempt, started_at=started_at, probed=True)

    def _answered(
        self, turn: Turn, receipt: Receipt, *, attempt: int, started_at: datetime, probed: bool = False
    ) -> bool:
        if receipt.result is CommandResult.UNKNOWN:
            return self._wait(turn, CommandState.UNKNOWN, receipt.message, turn.row.probes)
        now = self._room.now()

        def execution(seq: int, prev: str) -> Signed:
            return Execution(
                action_id=turn.row.action_id,
                command_key=turn.row.key,
                source=turn.planned.source,
                attempt=max(attempt, 1),
                result=receipt.result,
                message=receipt.message[:500],
                request_sha256=turn.planned.payload_sha256,
                decision_sha256=turn.authority.decision_sha256,
                upstream_version=receipt.upstream_version,
                probed=probed,
                started_at=started_at,
                issued_at=now,
                actor=self._signer.actor,
                seq=seq,
                prev=prev,
                hub_index=turn.authority.hub_index,
            )

        with self._room.ledger.transaction() as tx:
            entry = sign_next(tx, self._signer, execution)
            if self._room.hub_key is not None:
                tx.enqueue(entry, now)
            wanted = _STATE_OF_RESULT[receipt.result]
            cause = self._cause(receipt.message or f"the system says {receipt.result}", entry.sha256)
            tx.machines.move_command(
                turn.row.key, wanted, cause, upstream_version=receipt.upstream_version, due_at=None
            )
            settle_here(tx, self._room, self._signer, turn.row.action_id, cause)
        self._crash("execute:recorded")
        return receipt.result is CommandResult.SUCCEEDED

    def _wait(self, turn: Turn, state: CommandState, why: str, tries: int) -> bool:
        """Put a command off: full jitter over a pause that doubles with each try, at most five minutes."""
        pause_seconds = min(MAX_PAUSE_SECONDS, 2 ** min(tries, 9)) * self._jitter()
        due_at = self._room.now() + timedelta(seconds=pause_seconds)
        self._move(turn, state, why, due_at=to_ms(due_at))
        return False

    def _move(self, turn: Turn, wanted: CommandState, why: str, **columns: int | None) -> bool:
        with self._room.ledger.transaction() as tx:
            cause = self._cause(why)
            tx.machines.move_command(turn.row.key, wanted, cause, **columns)
            settle_here(tx, self._room, self._signer, turn.row.action_id, cause)
        return wanted not in ENDED_COMMANDS

    def _cause(self, why: str, entry_sha256: str | None = None) -> Cause:
        return Cause(
            actor=self._signer.actor.user_id, why=why, at=self._room.now(), entry_sha256=entry_sha256
        )


def _may_be_half_done(turn: Turn) -> bool:
    """Whether a command was sent before to a system that works in steps (level C).

    Its first steps have changed the very records it expects; only its connector can tell these from
    somebody else's change, so it goes there again to be finished.
    """
    return turn.row.attempt > 0 and turn.connector.manifest.idempotency is IdempotencyLevel.C
