"""Eight hours without a network: supervisors go on deciding, systems go on changing, then all come back."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.approval_room import fresh_from
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver, pull_feed
from app.services.draft_commands import draft_commands
from app.services.execute import Executor
from app.services.propose import ProposalRequest, propose
from app.services.recommend.mirror_facts import MirrorFacts
from app.signing.canonical import sha256_hex
from app.store.ledger_transaction import Standing
from domain.approval_states import RUNNING, ApprovalState
from domain.approvals import Verdict
from domain.rights import RightsPolicy
from tests.support.approval_desk import (
    ERP,
    CountingSystem,
    Desk,
    TurnedClock,
    default_policy,
    order_line,
    reallocation,
    recommendation_for,
    short_case,
)
from tests.support.hub_site import hub_key
from tests.support.tower_room import TowerRoom, tower_room
from tests.support.trail_room import HubInHand

AWAY = timedelta(hours=8)
#: Of ten decisions so many are also taken by the other supervisor, who says no.
DOUBLE_OF_TEN = 2
#: Of ten lines under decision so many change in what matters.
CHANGED_OF_TEN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineDay:
    """What was found after the return, and how long reconciling took."""

    decisions: int
    changes: int
    conflicts_made: int
    conflicts_listed: int
    lost: int
    stale: int
    stale_expected: int
    executed: int
    hanging: int
    behind: int
    doubled: int
    problems: tuple[str, ...]
    reconciled_seconds: float
    worked_seconds: float


def patient_policy() -> RightsPolicy:
    """The default rights, with offline decisions good for ten hours."""
    policy = default_policy()
    return replace(policy, rows=tuple(replace(row, offline_minutes=600) for row in policy.rows))


class Day:
    """The desks, the hub, the mirror and the source of one day."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.clock, self.policy = TurnedClock(), patient_policy()
        engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
        stack.callback(engine.dispose)
        self.log = HubLog(engine=engine, policy=self.policy, key=hub_key(), clock=self.clock)
        self.hub = HubInHand(self.log)
        self.desks = [
            Desk(folder, hub_key=hub_key().public, name=n, clock=self.clock) for n in ("one", "two")
        ]
        for desk in self.desks:
            stack.callback(desk.close)
            desk.room = replace(desk.room, policy=self.policy)
            for signer in desk.people.values():
                key = signer.key
                proof = prove_possession(key)
                self.log.enrol(
                    EnrolmentRequest(owner=key.owner, public_key=key.public, proof=proof), token=""
                )
        self.tower: TowerRoom = stack.enter_context(tower_room(folder))
        self.facts = MirrorFacts(self.tower.mirror)
        self.system = CountingSystem()

    def propose(self, number: int) -> str:
        """The planner at the first desk asks for something on a line of the mirror."""
        case, desk = short_case(number), self.desks[0]
        recommendation = recommendation_for(case, reallocation(number))
        request = ProposalRequest(
            action_id=desk.ids.new_id(),
            case=case,
            recommendation=recommendation,
            option_id="act",
            drafts=draft_commands(recommendation.options[0], self.facts),
            reason="The line would ship late.",
        )
        return propose(desk.room, desk.people["a.moreno"], request).action_id

    def decide(self, desk: Desk, user: str, action_id: str, verdict: Verdict) -> str:
        """A supervisor decides without the hub."""
        request = DecisionRequest(action_id=action_id, verdict=verdict, reason="I compared.", offline=True)
        return decide(desk.room, desk.people[user], request, fresh_from(self.facts)).sha256

    def come_back(self) -> None:
        """Everything there is to do once the network is back."""
        self.tower.sync(force=True)
        one, two = self.desks
        deliver(two.room, self.hub)
        for desk in (one, two, one):
            deliver(desk.room, self.hub)
            while pull_feed(desk.room, self.hub):
                continue
        for desk in self.desks:
            Executor(
                room=desk.room,
                connectors={ERP: self.system},
                fresh=fresh_from(self.facts),
                signer=desk.people["executor@desk"],
                jitter=lambda: 0.0,
                record=partial(deliver, desk.room, self.hub),
            ).run_once()
            deliver(desk.room, self.hub)
        for desk in self.desks:
            while pull_feed(desk.room, self.hub):
                continue


def offline_day(folder: Path, decisions: int, changes: int, seed: int) -> OfflineDay:
    """Live through one day."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        day = Day(folder, stack)
        day.tower.sync(*(order_line(number) for number in range(1, decisions + 1)))
        actions = {number: day.propose(number) for number in range(1, decisions + 1)}
        deliver(day.desks[0].room, day.hub)
        while pull_feed(day.desks[1].room, day.hub):
            continue
        doubled = {number for number in actions if chance.randrange(10) < DOUBLE_OF_TEN}
        changed = {number for number in actions if chance.randrange(10) < CHANGED_OF_TEN}
        signed = []
        for number, action_id in actions.items():
            day.clock.turn(AWAY / decisions)
            signed.append(day.decide(day.desks[0], "j.okafor", action_id, Verdict.APPROVE))
            if number in doubled:
                signed.append(day.decide(day.desks[1], "m.silva", action_id, Verdict.REJECT))
        change_upstream(day, chance, decisions, changes, changed)
        begun, worked = time.perf_counter(), time.process_time()
        day.come_back()
        took = time.perf_counter() - begun, time.process_time() - worked
        return judged(day, actions, doubled, changed, signed, changes, took)


def change_upstream(day: Day, chance: random.Random, lines: int, changes: int, changed: set[int]) -> None:
    """So many changes: those that matter on some of the lines, others on any line of the system."""
    quantity = dict.fromkeys(changed, 10)
    for _ in range(changes - len(changed)):
        number = chance.randint(1, lines * 4)
        line = order_line(number)
        if number in quantity:
            line = replace(line, ordered_quantity=quantity[number])
        day.tower.source.put(replace(line, position=chance.randint(1, 999)))
    for number in changed:
        day.tower.source.put(replace(order_line(number), ordered_quantity=10 + chance.randint(1, 9)))


def judged(
    day: Day,
    actions: dict[int, str],
    doubled: set[int],
    changed: set[int],
    signed: list[str],
    changes: int,
    took: tuple[float, float],
) -> OfflineDay:
    """Compare what is there now with what was signed and what was changed."""
    one = day.desks[0].ledger
    views = {view.action_id: view for view in one.approvals()}
    recorded: list[str] = []
    while page := day.log.feed(len(recorded) - 1):
        recorded += [sha256_hex(each.envelope) for each in page]
    refused = [
        d for view in views.values() for d in view.decisions if d.standing is Standing.REFUSED and d.why
    ]
    states = [view.state for view in views.values()]
    current = {record.ref: record.version for record in day.tower.source.alive.values()}
    behind = sum(
        (held := day.facts.get(ref)) is None or held.version != version for ref, version in current.items()
    )
    problems = [*day.log.verify()]
    for desk in day.desks:
        problems += desk.ledger.verify(hub_key().public).problems
    return OfflineDay(
        decisions=len(signed),
        changes=changes,
        conflicts_made=len(doubled),
        conflicts_listed=len(refused),
        lost=sum(recorded.count(sha256) != 1 for sha256 in signed),
        stale=states.count(ApprovalState.STALE),
        stale_expected=len(changed - doubled),
        executed=states.count(ApprovalState.EXECUTED),
        hanging=sum(state in RUNNING | {ApprovalState.APPROVED} for state in states),
        behind=behind,
        doubled=sum(count > 1 for count in day.system.effects.values()),
        problems=tuple(problems),
        reconciled_seconds=round(took[0], 1),
        worked_seconds=round(took[1], 1),
    )
