"""HiGHS in a process of its own, since it cannot be interrupted: killed when its time is over."""

from __future__ import annotations

import multiprocessing
import threading
from contextlib import suppress

from optimization.backlog.bound_model import Spread, solve_for_bound
from optimization.backlog.highs import MipAnswer, Model, solve_model


class MipProcess:
    """One model being solved elsewhere; what it finds on the way counts."""

    def __init__(self, model: Model, seconds: float, spread: Spread | None = None) -> None:
        """Start at once; with the spread of the model its bound is all that is looked for."""
        self._answer = MipAnswer()
        self._ended = False
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=solve_model if spread is None else solve_for_bound,
            args=(theirs, seconds),
            name="control-tower-mip",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        # The other side loads its solver before it listens; nobody here waits for that.
        told = model if spread is None else (model, spread)
        self._sender = threading.Thread(target=self._send, args=(told,), daemon=True)
        self._sender.start()

    def _send(self, told: Model | tuple[Model, Spread]) -> None:
        """Hand over the model; a process that died takes none."""
        with suppress(OSError):
            self._ours.send(told)

    def answer(self, seconds: float = 0.0) -> MipAnswer:
        """What it has found by now; waits for news if there are none."""
        # A process that died has said all that it will say.
        with suppress(EOFError, OSError):
            while not self._ended and self._ours.poll(seconds):
                self._take(self._ours.recv())
                seconds = 0.0
            return self._answer
        self._ended = True
        return self._answer

    def _take(self, news: MipAnswer) -> None:
        """Keep the best bound and the latest columns."""
        known = self._answer
        self._ended = news.over
        self._answer = MipAnswer(
            found=known.found if news.found is None else news.found,
            bound_cents=max(known.bound_cents, news.bound_cents),
            proven=known.proven or news.proven,
            over=news.over,
        )

    def proven(self) -> bool:
        """Whether it is done, with a plan that nothing beats."""
        return self.answer().proven

    def working(self) -> bool:
        """Whether more may still come."""
        self.answer()
        return not self._ended

    def close(self) -> None:
        """End it, whether it is done or not."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()
        self._sender.join()
        self._ours.close()
