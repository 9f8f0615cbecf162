"""The tests' end of ``kill_nursery.py``: has desks forked, and kills them after so much work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


class Nursery:
    """The process that forks desks; ``planted`` names a bug that they have."""

    def __init__(self, planted: str = "") -> None:
        """Start it."""
        command = [sys.executable, "-m", "tests.support.kill_nursery", *([planted] if planted else [])]
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder: Path, name: str, kill_after_seconds: float | None, hub: str = "-") -> list[str]:
        """Have a desk work and give what it acknowledged; kill it after so much work, or let it end.

        ``hub`` is the address of its hub; without one it has the hub's log in its own process.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder} {hub} {name}{'' if kill_after_seconds else ' drain'}\n")
        self._process.stdin.flush()
        words = self._line()
        assert words.startswith("pid "), words
        pid, ended, killer = int(words.removeprefix("pid ")), threading.Event(), None
        if kill_after_seconds:
            killer = threading.Thread(target=kill_after, args=(pid, kill_after_seconds, ended))
            killer.start()
        acknowledged = []
        while not (words := self._line()).startswith("gone "):
            acknowledged.append(words.removeprefix("ack "))
        ended.set()
        if killer is not None:
            killer.join()
        else:
            assert words == "gone 0", "the desk did not come to its end"
        return acknowledged

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=30)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the desks fell silent"
        return line.strip()


def kill_after(pid: int, seconds: float, ended: threading.Event) -> None:
    """Kill a process when it has worked that long: by its own clock, which no load of others stretches."""
    clock = (~pid << 3) | 2
    until = time.clock_gettime(clock) + seconds
    while not ended.wait(0.003):
        try:
            worked = time.clock_gettime(clock)
        except OSError:
            return
        if worked >= until:
            os.kill(pid, signal.SIGKILL)
            return


@contextmanager
def nursery(planted: str = "") -> Iterator[Nursery]:
    """A process that forks desks, ended with the block."""
    found = Nursery(planted)
    try:
        yield found
    finally:
        found.close()
