"""A desk without a hub and the system it writes to, for tests of carrying out and taking back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from app.services.decide import DecisionRequest, decide
from app.services.deliver import CrashPoint, no_crash
from app.services.execute import Executor
from app.services.propose import propose
from app.signing.statements import SignedEntry
from connectors.protocol import IdempotencyLevel
from domain.approval_states import RUNNING, ApprovalState
from domain.approvals import Ending, Verdict
from domain.commands import Action
from tests.support.approval_desk import ERP, Desk, TurnedClock
from tests.support.keeping_system import KeepingSystem


class Room:
    """A desk without a hub and the system it writes to."""

    def __init__(self, folder: Path, level: IdempotencyLevel = IdempotencyLevel.A) -> None:
        self.desk = Desk(folder, clock=TurnedClock())
        self.system = KeepingSystem(level)
        self.halted = ""

    def approve(self, *actions: Action) -> SignedEntry:
        desk = self.desk
        entry = propose(desk.room, desk.people["a.moreno"], desk.request(actions=actions))
        self.agree(entry)
        return entry

    def agree(self, entry: SignedEntry, user: str = "j.okafor") -> None:
        """Approve what was proposed."""
        request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
        decide(self.desk.room, self.desk.people[user], request, self.desk.facts.fresh)

    def executor(self, crash: CrashPoint = no_crash) -> Executor:
        return Executor(
            room=self.desk.room,
            connectors={ERP: self.system},
            fresh=self.desk.facts.fresh,
            signer=self.desk.people["executor@desk"],
            jitter=lambda: 1.0,
            crash=crash,
            halted=lambda: self.halted,
        )

    def run(self, crash: CrashPoint = no_crash) -> None:
        for _ in range(60):
            with suppress(Killed):
                self.executor(crash).run_once()
                if not self.desk.ledger.approvals(states=RUNNING | {ApprovalState.APPROVED}):
                    return
            self.desk.clock.turn(timedelta(minutes=6))
        raise AssertionError("it never ended")

    def ending(self, entry: SignedEntry) -> Ending:
        found = [e.value for e in self.desk.ledger.entries_of(entry.action_id)]
        (last,) = (value for value in found if isinstance(value, Ending))
        assert self.desk.ledger.approval(entry.action_id).state == last.outcome.value
        assert self.desk.ledger.verify().problems == ()
        return last

    def sent(self, entry: SignedEntry) -> list[str]:
        """The commands as the system got them, without the action's name."""
        return [each.key.removeprefix(f"{entry.action_id}-") for each in self.system.submits]


class Killed(BaseException):
    """The process ends here: nothing catches it."""
