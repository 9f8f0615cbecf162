"""Desks to be killed, one after another: ``python -m tests.support.kill_nursery [PLANTED]``.

Everything is imported once; each line of input, ``FOLDER RUN`` or ``FOLDER RUN drain``, forks a desk with the
log of its hub in the same process. It says ``pid N`` when that one is at work, its ``ack ACTION`` lines, and
``gone`` when it has ended. With the name of a planted bug the desks have that bug.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import cast

import pytest

from app.hub.client import HubClient
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.identifiers import UlidSource
from app.services.execute import Executor
from tests.simulator.planted import PLANTED
from tests.support.approval_desk import ERP, Desk, TurnedClock, default_policy, order_line
from tests.support.hub_site import hub_key
from tests.support.killed_desk import SystemOnFile, one_round, say
from tests.support.trail_room import HubInHand

#: More actions than a desk comes to before it is drained.
CASES = 200


def work(folder: Path, run: str, *, drain: bool) -> None:
    """Work until killed, or until nothing is left."""
    chance, clock = random.Random(run), TurnedClock()
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=clock)
    desk = Desk(folder, hub_key=hub_key().public, clock=clock)
    desk.ids = UlidSource(clock=clock, random_bits=chance.getrandbits)
    for number in range(1, CASES):
        desk.facts.put(order_line(number))
    executor = Executor(
        room=desk.room,
        connectors={ERP: SystemOnFile(folder / "effects", chance)},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    )
    say(f"pid {os.getpid()}")
    hub = cast(HubClient, HubInHand(log))
    while one_round(desk, hub, executor, propose=not drain) or not drain:
        pass


def main(planted: str = "") -> None:
    """Fork a desk for each line, until the input ends."""
    if planted:
        PLANTED[planted].plant(pytest.MonkeyPatch())
    while line := sys.stdin.readline():
        folder, run, *more = line.split()
        child = os.fork()
        if child == 0:
            work(Path(folder), run, drain=bool(more))
            os._exit(0)
        os.waitpid(child, 0)
        say("gone")


if __name__ == "__main__":
    main(*sys.argv[1:])
