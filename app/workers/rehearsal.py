"""A rehearsal of policies in a process of its own, so that the window stays quick while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from app.services.rehearse import Rehearsal, rehearse
from app.workers.child_process import begin_process, end_process
from domain.errors import TowerError

POLL_SECONDS = 0.2
STOP_SECONDS = 5.0
STOPPED = "The rehearsal was stopped."
ENDED = "The rehearsal ended without an answer; the log says why."


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalWish:
    """What to rehearse: the mirror (and its key), the profile's own files as they would be, and the time."""

    mirror_file: Path
    own: Mapping[str, str]
    now: datetime
    storage_key: bytes = field(default=b"", repr=False)


def run_rehearsal(wish: RehearsalWish, pipe: Connection) -> None:
    """Rehearse, and send the answer or why there is none; the process's main function."""
    try:
        pipe.send(rehearse(wish.mirror_file, wish.own, now=wish.now, key=wish.storage_key))
    except TowerError as error:
        pipe.send(str(error))
    finally:
        pipe.close()


class RehearsalRunner:
    """Runs one rehearsal at a time."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether a rehearsal is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, wish: RehearsalWish, tell: Callable[[Rehearsal | str], None]) -> bool:
        """Begin, unless one runs; ``tell`` is called from another thread with the answer or why not."""
        if self.is_running:
            return False
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(wish, tell), name="rehearsal", daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """End what runs, and wait until it has."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def cancel(self) -> None:
        """End what runs; its answer is that it was stopped."""
        self._stop.set()

    def _run(self, wish: RehearsalWish, tell: Callable[[Rehearsal | str], None]) -> None:
        process, ours = begin_process(run_rehearsal, wish, name="rehearsal", daemon=True)
        try:
            tell(self._wait(ours, process))
        finally:
            ours.close()
            # Nobody waits for a rehearsal that has no answer by now.
            process.terminate()
            end_process(process, STOP_SECONDS)

    def _wait(self, pipe: Connection, process: SpawnProcess) -> Rehearsal | str:
        while not self._stop.is_set():
            try:
                if pipe.poll(POLL_SECONDS):
                    answer: Rehearsal | str = pipe.recv()
                    return answer
            except (EOFError, OSError):
                return ENDED
            if not process.is_alive() and not pipe.poll():
                return ENDED
        return STOPPED
