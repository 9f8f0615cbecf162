"""kill -9 of a desk at random moments, again and again: no acknowledged approval lost, no command doubled."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from pathlib import Path

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from domain.approval_states import ApprovalState
from tests.support.approval_desk import Desk, TurnedClock, default_policy
from tests.support.hub_site import hub_key
from tests.support.killed_desk import effects_in
from tests.support.nursery import nursery

#: A longer run sets it higher.
KILLS = int(os.environ.get("CONTROL_TOWER_DESK_KILLS", "200"))
SEED = int(os.environ.get("CONTROL_TOWER_SEED", "20261122"))
#: A desk is drained and checked after so many; a new one takes its place.
KILLS_A_DESK = 20
#: Enough for one or two rounds of proposing, deciding, delivering and executing.
MOST_SECONDS = 0.2


def prepared(folder: Path) -> Path:
    """A folder with a hub that knows the people of the desk, and a desk that knows them too."""
    folder.mkdir()
    clock = TurnedClock()
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=clock)
    desk = Desk(folder, hub_key=hub_key().public, clock=clock)
    for signer in desk.people.values():
        key = signer.key
        log.enrol(
            EnrolmentRequest(owner=key.owner, public_key=key.public, proof=prove_possession(key)), token=""
        )
    desk.close()
    engine.dispose()
    return folder


def problems(folder: Path, acknowledged: list[str]) -> list[str]:
    """What was lost, doubled or damaged at a drained desk."""
    clock = TurnedClock()
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=clock)
    desk = Desk(folder, hub_key=hub_key().public, clock=clock)
    try:
        found = [*log.verify(), *desk.ledger.verify(hub_key().public).problems]
        views = {view.action_id: view for view in desk.ledger.approvals()}
        found += [f"{action} was acknowledged and is lost" for action in set(acknowledged) - set(views)]
        found += [
            f"{v.action_id} is {v.state}: {v.why}"
            for v in views.values()
            if v.state is not ApprovalState.EXECUTED or v.decisions[0].hub_index is None
        ]
        done = Counter(effects_in(folder / "effects"))
        wanted = Counter(command.key for view in views.values() for command in view.commands)
        found += [f"{key} was done {done[key]} times" for key in wanted | done if done[key] != wanted[key]]
        return found
    finally:
        desk.close()
        engine.dispose()


def kill_again_and_again(folder: Path, kills: int, planted: str = "") -> tuple[int, list[str]]:
    """How many approvals were acknowledged, and everything that is wrong after so many kills."""
    chance, found, count = random.Random(SEED), [], 0
    with nursery(planted) as desks:
        for number in range(0, kills, KILLS_A_DESK):
            place = prepared(folder / f"desk-{number}")
            acknowledged: list[str] = []
            for kill in range(min(KILLS_A_DESK, kills - number)):
                acknowledged += desks.run(
                    place, f"{SEED}/{number}/{kill}", chance.uniform(0.001, MOST_SECONDS)
                )
            acknowledged += desks.run(place, f"{SEED}/{number}/last", None)
            found += problems(place, acknowledged)
            count += len(acknowledged)
    return count, found


def test_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    sys.stdout.write(f"CONTROL_TOWER_SEED={SEED}\n")
    acknowledged, found = kill_again_and_again(tmp_path, KILLS)
    sys.stdout.write(f"{KILLS} kills, {acknowledged} approvals acknowledged\n")
    assert found == []
    assert acknowledged > KILLS // 10, "too little happened between the kills"


def test_a_desk_that_does_not_probe_is_found_out(tmp_path: Path) -> None:
    _, found = kill_again_and_again(tmp_path, KILLS_A_DESK, "no probe")
    assert [finding for finding in found if "2 times" in finding]
