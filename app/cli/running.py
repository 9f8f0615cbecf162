"""A profile made ready for one command: locked, its demo services running, its tower open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from app.bootstrap import Surroundings, open_tower, surroundings_of
from app.instance_lock import InstanceLock
from app.profile import Profile, ProfileKind, load_profile
from app.tower import Tower
from app.workers.demo_process import DemoProcess


@contextmanager
def running_tower(name: str) -> Iterator[Tower]:
    """The tower of a profile, for the length of a block.

    Raises:
        BadInputError: there is no such profile, or it cannot be used.
        RefusedError: another program has it open.
    """
    with running(load_profile(name)) as surroundings:
        tower = open_tower(surroundings)
        try:
            yield tower
        finally:
            tower.close()


@contextmanager
def running(profile: Profile) -> Iterator[Surroundings]:
    """What a profile runs in, for the length of a block: alone, a demo with its services."""
    with ExitStack() as stack:
        lock = InstanceLock(profile.folder)
        stack.callback(lock.close)
        demo = None
        if profile.kind is ProfileKind.DEMO:
            demo = stack.enter_context(closing(DemoProcess(profile))).services()
        yield surroundings_of(profile, demo=demo)
