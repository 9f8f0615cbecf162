"""What a desk that is to be killed works with: a system whose effects outlive it, and its rounds of work."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from app.hub.client import HubClient
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver
from app.services.execute import Executor
from connectors.protocol import IdempotencyLevel
from domain.approval_states import RUNNING, UNDECIDED, ApprovalState
from domain.approvals import Verdict
from domain.commands import Command, CommandResult, Receipt
from tests.support.approval_desk import CountingSystem, Desk

FAULTS = ("", "", "", "silent", "lost", "down")


class SystemOnFile(CountingSystem):
    """A system whose effects are lines of a file, each with its key: it survives what kills the desk.

    It does not look whether a key was there before: a command sent twice happens twice and is found.
    """

    def __init__(self, file: Path, chance: random.Random) -> None:
        super().__init__(IdempotencyLevel.C)
        self._file = file
        self._chance = chance

    def submit(self, command: Command) -> Receipt:
        self.faults = [self._chance.choice(FAULTS)]
        done_before = dict(self.effects)
        try:
            return super().submit(command)
        finally:
            if self.effects != done_before:
                descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                os.write(descriptor, f"{command.key}\n".encode())
                os.close(descriptor)

    def probe(self, command: Command) -> Receipt | None:
        if command.key in effects_in(self._file):
            return Receipt(key=command.key, result=CommandResult.SUCCEEDED, message="found by its key")
        return None


def effects_in(file: Path) -> list[str]:
    """The keys of what was done, as often as it was done."""
    return file.read_text().split() if file.exists() else []


def say(word: str) -> None:
    """Tell the parent, at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def one_round(desk: Desk, hub: HubClient, executor: Executor, *, propose: bool) -> bool:
    """Decide what waits, deliver, execute; gives whether anything is left to do."""
    if propose:
        desk.propose(number=len(desk.ledger.approvals()) + 1)
    for view in desk.ledger.approvals(states=UNDECIDED):
        if view.awaits_decision:
            request = DecisionRequest(action_id=view.action_id, verdict=Verdict.APPROVE, reason="Yes.")
            decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)
            say(f"ack {view.action_id}")
    deliver(desk.room, hub)
    executor.run_once()
    deliver(desk.room, hub)
    return bool(desk.ledger.approvals(states=UNDECIDED | RUNNING | {ApprovalState.APPROVED}))
