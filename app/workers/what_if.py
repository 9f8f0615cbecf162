"""What-if in a process of its own, so that the window stays quick: solves, tells how it goes, explains lines.

The process is started at the first wish and kept: what is compiled and solved stays there for the questions
that follow. A cancel sets a flag that the solver looks at; a wish that does not end within the grace time
after it, or a window that goes, ends the process.
"""

from __future__ import annotations

import multiprocessing
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import monotonic_seconds
from app.fault_log import leave_interrupts_to_the_window
from app.services.what_if.brief import BaselineBrief, brief_of
from app.services.what_if.mirror_baseline import read_baseline
from app.services.what_if.outcome import WorldAnswer
from app.services.what_if.solve import BASELINE, Effort, SolvedWorld, solve_worlds
from app.services.what_if.why import why_line
from app.store.engine import read_only_engine
from app.store.mirror import Mirror
from app.workers.child_process import begin_process, end_process
from domain.errors import BadInputError, TowerError
from domain.what_if import WhatIf

if TYPE_CHECKING:
    from app.services.what_if.baseline import Baseline
    from optimization.backlog.outcome import Milestone

POLL_SECONDS = 0.2
GRACE_SECONDS = 20.0
STOP_SECONDS = 5.0
ENDED = "The what-if process ended without an answer; try again with fewer changes."


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveWish:
    """Solve the backlog of a mirror as it is, and each scenario.

    ``storage_key`` is what the mirror is encrypted with, if anything.
    """

    mirror_file: Path
    what_ifs: tuple[WhatIf, ...]
    now: datetime
    effort: Effort = field(default_factory=Effort)
    storage_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyWish:
    """Explain a line in the world of that number (0: the baseline) of the last solve."""

    world: int
    line_id: str


Wish = SolveWish | WhyWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Solving:
    """Where a solve stands: which world of how many, and its best plan so far with what is proven."""

    world: int
    worlds: int
    name: str
    stage: str
    objective_cents: int
    bound_cents: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """The answers, the baseline's first; ``skipped`` names scenarios that a cancel left unsolved."""

    brief: BaselineBrief
    worlds: tuple[WorldAnswer, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The explanation of a line."""

    world: int
    line_id: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldNot:
    """Why a wish has no answer."""

    wish: Wish
    text: str


Told = Solving | Solved | Why | CouldNot


def run_what_if(stop: Event, pipe: Connection) -> None:
    """Answer wishes until the window is gone; the process's main function."""
    leave_interrupts_to_the_window()
    room = _Room(pipe, stop)
    while True:
        try:
            wish: Wish = pipe.recv()
            room.answer(wish)
        except (EOFError, OSError):
            return


class _Room:
    """What the process keeps between wishes."""

    def __init__(self, pipe: Connection, stop: Event) -> None:
        self._pipe = pipe
        self._stop = stop
        self._baseline: Baseline | None = None
        self._worlds: tuple[SolvedWorld, ...] = ()

    def answer(self, wish: Wish) -> None:
        try:
            self._pipe.send(self._solve(wish) if isinstance(wish, SolveWish) else self._why(wish))
        except TowerError as error:
            self._pipe.send(CouldNot(wish=wish, text=str(error)))

    def _solve(self, wish: SolveWish) -> Solved:
        mirror = Mirror(read_only_engine(wish.mirror_file, wish.storage_key))
        try:
            baseline = read_baseline(mirror, wish.now)
        finally:
            mirror.close()
        names = (BASELINE.name, *(each.name for each in wish.what_ifs))

        def tell(world: int, milestone: Milestone) -> None:
            self._pipe.send(
                Solving(
                    world=world,
                    worlds=len(names),
                    name=names[world],
                    stage=milestone.stage,
                    objective_cents=milestone.objective_cents,
                    bound_cents=milestone.bound_cents,
                )
            )

        self._worlds = solve_worlds(
            baseline, wish.what_ifs, wish.effort, monotonic=monotonic_seconds, stop=self._stop, tell=tell
        )
        self._baseline = baseline
        return Solved(
            brief=brief_of(baseline),
            worlds=tuple(world.answer for world in self._worlds),
            skipped=names[len(self._worlds) :],
        )

    def _why(self, wish: WhyWish) -> Why:
        if self._baseline is None or not 0 <= wish.world < len(self._worlds):
            raise BadInputError(what="This world is not solved any more.", remedy="Solve it again.")
        sentences = why_line(self._baseline, self._worlds[wish.world], wish.line_id)
        return Why(world=wish.world, line_id=wish.line_id, sentences=sentences)


class WhatIfRunner:
    """Hands wishes to the process, one after the other; answers come from another thread."""

    def __init__(self, tell: Callable[[Told], None]) -> None:
        """Nothing is started yet; ``tell`` hears everything."""
        self._tell = tell
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._closing = threading.Event()
        self._solving = threading.Event()
        self._thread: threading.Thread | None = None
        self._flag = multiprocessing.get_context("spawn").Event()

    @property
    def is_solving(self) -> bool:
        """Whether a solve is under way or waits."""
        return self._solving.is_set()

    def solve(self, wish: SolveWish) -> bool:
        """Begin a solve, unless one is under way."""
        if self._solving.is_set():
            return False
        self._solving.set()
        self._cancelled.clear()
        self._flag.clear()
        self._put(wish)
        return True

    def why(self, wish: WhyWish) -> None:
        """Ask for an explanation; it is answered after what is under way."""
        self._put(wish)

    def cancel(self) -> None:
        """End the solve under way with the best plans so far."""
        self._flag.set()
        self._cancelled.set()

    def stop(self) -> None:
        """End everything, and wait until it has."""
        self._closing.set()
        self._flag.set()
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.join(2 * STOP_SECONDS)

    def _put(self, wish: Wish) -> None:
        self._wishes.put(wish)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="what-if", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        worker: _Worker | None = None
        while (wish := self._wishes.get()) is not None and not self._closing.is_set():
            if worker is None or not worker.process.is_alive():
                process, pipe = begin_process(run_what_if, self._flag, name="what-if", daemon=True)
                worker = _Worker(process=process, pipe=pipe)
            if not self._answer(worker, wish):
                worker.end()
                worker = None
        if worker is not None:
            worker.end()

    def _answer(self, worker: _Worker, wish: Wish) -> bool:
        """Tell all that comes for a wish; whether the process can be used again."""
        told = worker.answers(wish, self._cancelled, self._closing)
        usable = False
        for message in told:
            last = not isinstance(message, Solving)
            if last and isinstance(wish, SolveWish):
                self._solving.clear()
            self._tell(message)
            usable = last
        if not usable and not self._closing.is_set():
            self._solving.clear()
            self._tell(CouldNot(wish=wish, text=ENDED))
        return usable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    """The process and our end of its pipe."""

    process: SpawnProcess
    pipe: Connection

    def end(self) -> None:
        self.pipe.close()
        end_process(self.process, STOP_SECONDS)

    def answers(self, wish: Wish, cancelled: threading.Event, closing: threading.Event) -> Iterator[Told]:
        """What the process says to a wish, its last word last; ends early when it must be ended."""
        patience = GRACE_SECONDS
        try:
            self.pipe.send(wish)
            while not closing.is_set() and patience > 0:
                if self.pipe.poll(POLL_SECONDS):
                    message: Told = self.pipe.recv()
                    yield message
                    if not isinstance(message, Solving):
                        return
                elif not self.process.is_alive():
                    return
                elif cancelled.is_set():
                    patience -= POLL_SECONDS
        except (EOFError, OSError):
            return
