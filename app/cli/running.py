"""A profile made ready for one command: locked, its demo services running, its tower open."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.bootstrap import DemoServices, Surroundings, open_tower, surroundings_of
from app.instance_lock import InstanceLock
from app.profile import Profile, ProfileKind, load_profile
from app.tower import Tower
from app.workers.demo_services import Unavailable, run_demo_services
from domain.errors import UnavailableError

START_SECONDS = 60.0
STOP_SECONDS = 10.0


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
        demo = stack.enter_context(demo_services(profile)) if profile.kind is ProfileKind.DEMO else None
        yield surroundings_of(profile, demo=demo)


@contextmanager
def demo_services(profile: Profile) -> Iterator[DemoServices]:
    """The demo's services in a process of their own.

    Raises:
        UnavailableError: they did not start; the sentence says why.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=run_demo_services, args=(profile, theirs), name="demo-services")
    process.start()
    theirs.close()
    try:
        yield _told(ours, profile.folder)
    finally:
        ours.close()
        process.join(STOP_SECONDS)
        if process.is_alive():
            process.terminate()
            process.join(STOP_SECONDS)


def _told(pipe: multiprocessing.connection.Connection, folder: Path) -> DemoServices:
    try:
        told = pipe.recv() if pipe.poll(START_SECONDS) else Unavailable(text="They did not answer.")
    except EOFError:
        told = Unavailable(text="Their process ended at once.")
    if isinstance(told, DemoServices):
        return told
    raise UnavailableError(
        what=f"The demo's services did not start. {told.text}",
        remedy=f"Delete the demo's folder {folder} to begin anew.",
    )
