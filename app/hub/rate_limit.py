"""How much one sender may ask: a bucket that fills steadily and holds a burst."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Senders beyond this many forget the one that has been quiet for longest.
MOST_SENDERS = 10_000


class TooManyError(UnavailableError):
    """A sender asks for too much; ``retry_after_seconds`` is when the next request is taken."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Say when to come back."""
        super().__init__(
            what="Too many requests came from here.", remedy=f"Wait {retry_after_seconds} s, then go on."
        )
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests in so many seconds, and at most ``burst`` at once."""

    requests: int
    seconds: float
    burst: int


#: A device that reads and writes; an address, before it is known which device; enrolments of an address.
DEVICE = Rate(requests=20, seconds=1.0, burst=60)
ADDRESS = Rate(requests=400, seconds=1.0, burst=1_200)
ENROLMENT = Rate(requests=5, seconds=3_600.0, burst=5)


class Limiter:
    """The buckets of all senders of one kind."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        """Every bucket begins full."""
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, sender: str) -> None:
        """Count one request of a sender.

        Raises:
            TooManyError: its bucket is empty.
        """
        now, per_second = self._monotonic(), self._rate.requests / self._rate.seconds
        with self._lock:
            left, at = self._buckets.pop(sender, (float(self._rate.burst), now))
            left = min(float(self._rate.burst), left + (now - at) * per_second)
            enough = left >= 1.0
            self._buckets[sender] = (left - 1.0 if enough else left, now)
            while len(self._buckets) > MOST_SENDERS:
                self._buckets.popitem(last=False)
        if not enough:
            raise TooManyError(max(1, round((1.0 - left) / per_second)))
