"""Desks to be killed, one after another: ``python -m tests.support.kill_nursery [PLANTED]``.

Everything is imported once; each line of input, ``FOLDER HUB RUN`` or ``FOLDER HUB RUN drain``, forks a desk.
HUB is the address of its hub, or ``-``: then the log of a hub is in the desk's own process. The desk says
``pid N`` when it is at work and ``ack ACTION`` for every decision that was acknowledged; when it has ended,
``gone STATUS`` is said. With ``drain`` it only finishes what was begun. With the name of a planted bug the
desks have that bug.
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
from connectors.http import HttpClient
from tests.simulator.planted import PLANTED
from tests.support.approval_desk import ERP, Desk, TurnedClock, default_policy, order_line
from tests.support.hub_site import hub_key
from tests.support.killed_desk import SystemOnFile, one_round, say
from tests.support.trail_room import HubInHand

#: More actions than a desk comes to before it is drained.
CASES = 200


def hub_of(folder: Path, address: str, desk: Desk, clock: TurnedClock) -> HubClient:
    """The hub at an address, or the one whose log is in the folder."""
    if address != "-":
        reader = desk.people["a.moreno"].key
        return HubClient(transport=HttpClient(address), hub_key=hub_key().public, reader=reader, clock=clock)
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=clock)
    return cast(HubClient, HubInHand(log))


def work(folder: Path, address: str, run: str, *, drain: bool) -> None:
    """Work until killed, or until nothing is left."""
    chance, clock = random.Random(run), TurnedClock()
    desk = Desk(folder, hub_key=hub_key().public, clock=clock)
    hub = hub_of(folder, address, desk, clock)
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
    while one_round(desk, hub, executor, propose=not drain) or not drain:
        pass


def main(planted: str = "") -> None:
    """Fork a desk for each line, until the input ends."""
    if planted:
        PLANTED[planted].plant(pytest.MonkeyPatch())
    while line := sys.stdin.readline():
        folder, address, run, *more = line.split()
        child = os.fork()
        if child == 0:
            work(Path(folder), address, run, drain=bool(more))
            os._exit(0)
        say(f"gone {os.waitpid(child, 0)[1]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
