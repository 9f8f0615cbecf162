"""No caller may ask faster than agreed: a bucket of requests for each, filled evenly."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

#: So many seconds' worth of requests may come at once.
BURST_SECONDS = 10


class RateLimit:
    """Counts the requests of every caller."""

    def __init__(self, requests_per_second: float, monotonic: Callable[[], float]) -> None:
        """Let so many requests a second through for each caller; 0 for any number."""
        self._rate = requests_per_second
        self._most = max(1.0, requests_per_second * BURST_SECONDS)
        self._monotonic = monotonic
        self._lock = Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def seconds_to_wait(self, caller: str) -> float:
        """Take one request of a caller; 0 when it may pass, else how long until it may."""
        if self._rate <= 0:
            return 0.0
        with self._lock:
            now = self._monotonic()
            left, then = self._left.get(caller, (self._most, now))
            left = min(self._most, left + (now - then) * self._rate)
            may_pass = left >= 1.0
            self._left[caller] = (left - 1.0 if may_pass else left, now)
            return 0.0 if may_pass else (1.0 - left) / self._rate
