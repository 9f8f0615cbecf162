"""A program that goes through the loop again and again and says what it has done.

``python -m tests.support.kill_driver work PROFILE ROUNDS`` works; ``… finish PROFILE`` works until nothing is
left under way; ``… tell PROFILE`` prints what the ledger and the hub hold. A line ``PROPOSED <action>`` or
``APPROVED <action>`` is printed only after the call has returned: from then on it must never be lost.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.bootstrap import open_tower, surroundings_of
from app.hub.client import HubClient, HubEntry
from app.instance_lock import InstanceLock
from app.profile import load_profile
from app.settling import SettleReport
from app.tower import Tower
from connectors.protocol import Connector, ConnectorHealth, Manifest, Page
from domain.approval_states import RUNNING, UNDECIDED, ApprovalState
from domain.cases import ExceptionCase
from domain.commands import Command, Receipt
from domain.errors import TowerError
from domain.ids import SourceName
from domain.recommendations import Option, Remedy

PLANNER, SUPERVISOR = "a.moreno", "j.okafor"
#: More than any pause needs; what still hangs then is for the checker to name.
FINISH_ROUNDS = 30
BEFORE_THE_FIRST = -1
#: Pauses before another attempt are shortened, so that a server that was away is soon asked again.
SHORT_PAUSE = 0.02


def say(*words: object) -> None:
    """Print a line that the watching test sees at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Announcing:
    """A connector that says when a command is about to leave and when its answer is here."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    @property
    def source(self) -> SourceName:
        return self._connector.source

    @property
    def manifest(self) -> Manifest:
        return self._connector.manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        return self._connector.changes(stream, cursor, limit)

    def ids(self, stream: str) -> frozenset[str] | None:
        return self._connector.ids(stream)

    def submit(self, command: Command) -> Receipt:
        say("SENDING", command.key)
        receipt = self._connector.submit(command)
        say("ANSWERED", command.key)
        return receipt

    def probe(self, command: Command) -> Receipt | None:
        say("PROBING", command.key)
        return self._connector.probe(command)

    def health(self) -> ConnectorHealth:
        return self._connector.health()

    def close(self) -> None:
        self._connector.close()


@contextmanager
def tower_of(profile_name: str) -> Iterator[Tower]:
    """The profile's tower, as a command has it."""
    profile = load_profile(profile_name)
    lock = InstanceLock(profile.folder)
    parts = open_tower(surroundings_of(profile)).parts
    connectors = {name: Announcing(connector) for name, connector in parts.connectors.items()}
    tower = Tower(replace(parts, connectors=connectors, jitter=lambda: SHORT_PAUSE))
    try:
        yield tower
    finally:
        tower.close()
        lock.close()


class Worker:
    """Does rounds of the loop: sync, one proposal, every decision that is due, and what follows from them."""

    def __init__(self, tower: Tower) -> None:
        self._tower = tower
        self._nothing_to_do: set[str] = set()
        self._last = SettleReport()

    def round(self, *, propose: bool) -> None:
        """One round; what cannot be done now is said and left for a later one."""
        say("SYNCING")
        for result in self._tower.sync_all():
            if result.why:
                say("AWAY", result.source)
        say("SYNCED")
        if propose:
            self._propose_one()
        for view in self._tower.parts.ledger.approvals(states=UNDECIDED):
            if not view.decisions:
                self._approve(view.action_id)
        say("SETTLING")
        self._last = self._tower.settle()
        say("SETTLED", self._last.execution.sent)

    def under_way(self) -> int:
        """How many approvals still have to come to an end, and entries to reach the hub."""
        live = self._tower.parts.ledger.approvals(states=UNDECIDED | RUNNING | {ApprovalState.APPROVED})
        return len(live) + self._last.delivery.waiting + bool(self._last.cannot)

    def _propose_one(self) -> None:
        found = self._next_case()
        if found is None:
            say("NOTHING")
            return
        case, option = found
        say("PROPOSING", case.code)
        try:
            entry = self._tower.propose(case.case_id, option.option_id, PLANNER, "")
        except TowerError as error:
            self._nothing_to_do.add(case.case_id)
            say("CANNOT", error)
            return
        say("PROPOSED", entry.action_id)

    def _approve(self, action_id: str) -> None:
        say("APPROVING")
        try:
            self._tower.decide(
                action_id, SUPERVISOR, approve=True, reason="", offline=bool(self._last.cannot)
            )
        except TowerError as error:
            say("CANNOT", error)
            return
        say("APPROVED", action_id)

    def _next_case(self) -> tuple[ExceptionCase, Option] | None:
        """A case with a remedy, of the type that was decided least so far: every remedy gets its turn."""
        ledger = self._tower.parts.ledger
        views = ledger.approvals()
        decided = Counter(view.proposal.terms.case.code for view in views)
        taken = {view.case_id for view in views} | self._nothing_to_do
        for case in sorted(self._tower.queue(), key=lambda c: (decided[c.code], c.case_id)):
            if case.case_id in taken:
                continue
            try:
                options = self._tower.recommend(case.case_id).options
            except TowerError:
                options = ()
            best = next((o for o in options if o.recommended and o.remedy is not Remedy.DO_NOTHING), None)
            if best is not None:
                return case, best
            self._nothing_to_do.add(case.case_id)
        return None


def work(profile_name: str, rounds: int) -> None:
    """Do so many rounds with a proposal each."""
    with tower_of(profile_name) as tower:
        say("OPENED")
        worker = Worker(tower)
        for _ in range(rounds):
            worker.round(propose=True)
    say("DONE")


def finish(profile_name: str) -> None:
    """Do rounds without new proposals until nothing is under way."""
    with tower_of(profile_name) as tower:
        worker = Worker(tower)
        for _ in range(FINISH_ROUNDS):
            worker.round(propose=False)
            if not worker.under_way():
                break
    say("DONE")


def tell(profile_name: str) -> None:
    """Print what is held here and at the hub, as one JSON document."""
    with tower_of(profile_name) as tower:
        hub = tower.parts.desk.hub_client()
        records = _whole_feed(hub) if hub is not None else []
        say(
            json.dumps(
                {
                    "problems": list(tower.afterwards.verify_ledger().problems),
                    "approvals": [
                        {
                            "action": view.action_id,
                            "state": str(view.state),
                            "why": view.why,
                            "proposal": view.entry.sha256,
                            "decisions": [
                                {"entry": d.entry.sha256, "verdict": str(d.decision.verdict)}
                                for d in view.decisions
                            ],
                            "commands": {command.key: str(command.state) for command in view.commands},
                        }
                        for view in tower.parts.ledger.approvals()
                    ],
                    "hub": [
                        {
                            "entry": record.receipt.entry_sha256,
                            "outcome": str(record.receipt.outcome),
                            "why": record.receipt.why,
                        }
                        for record in records
                    ],
                }
            )
        )


def _whole_feed(hub: HubClient) -> list[HubEntry]:
    records: list[HubEntry] = []
    while page := hub.feed(records[-1].receipt.index if records else BEFORE_THE_FIRST):
        records += page
    return records


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    what, profile_name, *rest = arguments
    if what == "work":
        work(profile_name, int(rest[0]))
    elif what == "finish":
        finish(profile_name)
    else:
        tell(profile_name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
