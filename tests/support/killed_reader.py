"""Lets a connector read in a process of its own that is killed at random moments, again and again."""

from __future__ import annotations

import os
import random
import select
import signal
import time
from collections.abc import Callable

from connectors.protocol import Connector

#: A run that lives longer than this is not killed but ends by itself.
_LONGEST_SECONDS = 20.0


def read_everything(connector: Connector) -> None:
    """Read all streams to their ends, as a sync does."""
    for stream in connector.manifest.streams:
        cursor: str | None = None
        while True:
            page = connector.changes(stream.name, cursor, 50)
            if not page.more:
                break
            cursor = page.cursor
    connector.close()


def killed(
    work: Callable[[], None],
    *,
    times: int,
    seed: int,
    feed: Callable[[int], None],
    waits: Callable[[], bool],
) -> int:
    """Run ``work`` in ``times`` processes, each killed at a random moment after ``feed`` gave it more to do.

    Gives how many were killed with something still to do, as ``waits`` says. The first process is left to its
    end: how long it takes on this machine is how long the others are given at most, about.
    """
    chance = random.Random(seed)
    hit, whole_seconds = 0, _seconds_of(work)
    for number in range(times):
        feed(number)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _run_and_end(work)
        until = began + chance.random() * whole_seconds
        ended = _ended_by(child, until)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            hit += waits()
        # Longer while processes are shot before they do anything, shorter when they come to their end.
        whole_seconds = min(_LONGEST_SECONDS, whole_seconds * (0.8 if ended else 1.2))
    return hit


def _seconds_of(work: Callable[[], None]) -> float:
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _run_and_end(work)
    os.waitpid(child, 0)
    return time.monotonic() - began


def _ended_by(child: int, until: float) -> bool:
    """Whether a process ended before a moment; the wait leaves it the processor."""
    handle = os.pidfd_open(child)
    try:
        select.select([handle], [], [], max(0.0, until - time.monotonic()))
    finally:
        os.close(handle)
    return os.waitpid(child, os.WNOHANG)[0] == child


def _run_and_end(work: Callable[[], None]) -> None:
    """Work and leave without a word: what the parent has open is not this process's to close."""
    try:
        work()
    finally:
        os._exit(0)
