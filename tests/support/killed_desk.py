"""A desk in a process of its own, to be killed: proposes, decides, delivers and executes without pause.

``python -m tests.support.killed_desk FOLDER HUB_URL RUN [drain]`` says ``ready``, then ``ack ACTION`` for
every decision that was acknowledged; with ``drain`` it finishes what was begun and says ``drained``.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from app.hub.client import HubClient
from app.identifiers import UlidSource
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver
from app.services.execute import Executor
from connectors.http import HttpClient
from connectors.protocol import IdempotencyLevel
from domain.approval_states import RUNNING, UNDECIDED, ApprovalState
from domain.approvals import Verdict
from domain.commands import Command, CommandResult, Receipt
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, order_line
from tests.support.hub_site import hub_key

CASES = 400
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


def main(folder: Path, hub_url: str, run: str, *, drain: bool) -> None:
    """Work until killed, or until nothing is left."""
    chance = random.Random(run)
    clock = TurnedClock()
    desk = Desk(folder, hub_key=hub_key().public, clock=clock)
    desk.ids = UlidSource(clock=clock, random_bits=chance.getrandbits)
    for number in range(1, CASES):
        desk.facts.put(order_line(number))
    http = HttpClient(hub_url)
    hub = HubClient(transport=http, hub_key=hub_key().public, reader=desk.people["a.moreno"].key, clock=clock)
    executor = Executor(
        room=desk.room,
        connectors={ERP: SystemOnFile(folder / "effects", chance)},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    )
    say("ready")
    while one_round(desk, hub, executor, propose=not drain) or not drain:
        pass
    http.close()
    desk.close()
    say("drained")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], drain=sys.argv[4:] == ["drain"])
