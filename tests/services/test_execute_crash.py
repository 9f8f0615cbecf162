"""The program is ended at every named point, again and again: each command still happens exactly once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.decide import DecisionRequest, decide
from app.services.deliver import CrashPoint
from app.services.execute import Executor
from connectors.protocol import IdempotencyLevel
from domain.approval_states import RUNNING, ApprovalState
from domain.approvals import Execution, Verdict
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, two_prices

POINTS = (
    "execute:before-begin",
    "execute:begun",
    "execute:before-sending",
    "execute:sending",
    "execute:failed",
    "execute:answered",
    "execute:probing",
    "execute:probed",
    "execute:recorded",
)


class Killed(BaseException):
    """The process ends here: nothing catches it."""


class KillSwitch:
    """Ends the run at the n-th passage of a point, once."""

    def __init__(self, point: str, passage: int) -> None:
        self.point = point
        self.left = passage
        self.struck = False

    def __call__(self, point: str) -> None:
        if point == self.point and not self.struck:
            self.left -= 1
            if self.left == 0:
                self.struck = True
                raise Killed(point)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def approved(desk: Desk, number: int) -> str:
    actions = two_prices() if number == 1 else ()
    entry = desk.propose(number=number, actions=actions)
    request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)
    return entry.action_id


def run(desk: Desk, system: CountingSystem, switches: list[KillSwitch]) -> None:
    """Run to the end, starting the executor anew after every kill."""

    def crash(point: str) -> None:
        for switch in switches:
            switch(point)

    for _ in range(80):
        with suppress(Killed):
            worker(desk, system, crash).run_once()
            if not desk.ledger.approvals(states=RUNNING | {ApprovalState.APPROVED}):
                return
        desk.clock.turn(timedelta(minutes=3))
    raise AssertionError("it never settled")


def worker(desk: Desk, system: CountingSystem, crash: CrashPoint) -> Executor:
    return Executor(
        room=desk.room,
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.5,
        crash=crash,
    )


def assert_once(desk: Desk, system: CountingSystem, action_ids: list[str]) -> None:
    for action_id in action_ids:
        view = desk.ledger.approval(action_id)
        assert view.state is ApprovalState.EXECUTED
        keys = [c.key for c in view.proposal.terms.commands]
        assert [system.effects.get(key) for key in keys] == [1] * len(keys)
        outcomes = [e.value for e in desk.ledger.entries_of(action_id) if isinstance(e.value, Execution)]
        assert [o.command_key for o in outcomes] == keys
    assert desk.ledger.verify().problems == ()


@pytest.mark.parametrize("level", [IdempotencyLevel.A, IdempotencyLevel.C])
@pytest.mark.parametrize("passage", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_named_point(desk: Desk, point: str, passage: int, level: IdempotencyLevel) -> None:
    system = CountingSystem(level)
    system.faults = ["lost", "", "down"]
    action_ids = [approved(desk, 1), approved(desk, 2)]
    switch = KillSwitch(point, passage)
    run(desk, system, [switch])
    assert switch.struck or passage == 2
    assert_once(desk, system, action_ids)


@pytest.mark.parametrize("seed", range(8))
def test_kills_one_after_another(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    system = CountingSystem(chance.choice([IdempotencyLevel.A, IdempotencyLevel.C]))
    system.faults = chance.choices(["", "lost", "silent", "down"], k=6)
    action_ids = [approved(desk, number) for number in (1, 2, 3)]
    run(desk, system, [KillSwitch(chance.choice(POINTS), chance.randint(1, 3)) for _ in range(10)])
    assert_once(desk, system, action_ids)


def test_a_system_without_any_idempotency_is_never_sent_to_blindly(desk: Desk) -> None:
    system = CountingSystem(IdempotencyLevel.D)
    action_id = approved(desk, 2)
    switch = KillSwitch("execute:answered", 1)
    for _ in range(3):
        with suppress(Killed):
            worker(desk, system, switch).run_once()
        desk.clock.turn(timedelta(minutes=6))
    assert list(system.effects.values()) == [1]
    assert desk.ledger.approval(action_id).state is ApprovalState.IN_DOUBT
