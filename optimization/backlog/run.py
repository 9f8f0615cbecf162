"""One solve under way: its clock, what it found so far, and when it has to end."""

from __future__ import annotations

from collections.abc import Callable

from optimization.backlog.certificate import PRICE_SCALE
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.outcome import Milestone
from optimization.limits import StopFlag
from optimization.outcome import Ending

Clock = Callable[[], float]
Listener = Callable[[Milestone], None]

CLOSING_SECONDS = 0.1
CLOSING_SECONDS_A_LINE = 5e-6


class Run:
    """Tells how much time is left and what is best; everything else asks it."""

    def __init__(
        self,
        limits: BacklogLimits,
        lines: int,
        monotonic: Clock,
        stop: StopFlag | None,
        listener: Listener | None,
    ) -> None:
        """The clock starts now."""
        self.limits = limits
        self._monotonic = monotonic
        self._stop = stop
        self._listener = listener
        self._started = monotonic()
        # Checking and handing over the plan takes its time too.
        self._seconds = limits.seconds - min(
            limits.seconds / 3, CLOSING_SECONDS + CLOSING_SECONDS_A_LINE * lines
        )
        self.milestones: list[Milestone] = []
        self.bound_thousandths = 0
        self.mip_bound_cents = 0

    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._monotonic() - self._started

    def left(self) -> float:
        """Seconds until the plan should be handed over."""
        return self._seconds - self.elapsed()

    def stopped(self) -> bool:
        """Whether somebody asked for the best so far."""
        return self._stop is not None and self._stop.is_set()

    def until(self, share: float) -> Callable[[], bool]:
        """Tells when so much of the time that is left now is gone; a budget of moves asks no clock."""
        end = self.elapsed() + share * max(0.0, self.left())
        return lambda: self.stopped() or (self.limits.moves == 0 and self.elapsed() > end)

    @property
    def bound_cents(self) -> int:
        """The best bound that is proven."""
        return max(0, -(-self.bound_thousandths // PRICE_SCALE), self.mip_bound_cents)

    def tell(self, stage: str, cents: int) -> None:
        """Note what there is now, and tell whoever listens."""
        told = Milestone(
            stage=stage,
            elapsed_ms=round(1000 * self.elapsed()),
            objective_cents=cents,
            bound_cents=self.bound_cents,
        )
        self.milestones.append(told)
        if self._listener is not None:
            self._listener(told)

    @property
    def ending(self) -> Ending:
        """What ended it, unless it was proven to be the best."""
        if self.stopped():
            return Ending.STOPPED
        return Ending.DETERMINISTIC_LIMIT if self.limits.moves else Ending.WALL_LIMIT
