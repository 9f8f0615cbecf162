"""A desk that hears at once when the hub records something, instead of asking again and again.

A thread holds a question for the next entry open; the hub answers the moment there is one. What was recorded
is then taken over by whoever writes here: the listener only rings.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from domain.errors import TowerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.hub.client import HubEntry

#: As long as a hub holds a question open.
WAIT_SECONDS = 25.0
PAUSE_SECONDS = 5.0
JOIN_SECONDS = 2.0


class Feed(Protocol):
    """The hub's feed; ``app.hub.client.HubClient`` has one."""

    def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
        """Entries after a record number, when there are some or after so many seconds."""
        ...


class HubListener:
    """Listens from a record number on until it is stopped."""

    def __init__(self, feed: Feed, *, after: int, heard: Callable[[], None]) -> None:
        """``heard`` is called from the listener's thread for each news."""
        self._feed = feed
        self._after = after
        self._heard = heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub-listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; a question that is open ends by itself."""
        self._stopping.set()
        self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                entries = self._feed.feed(self._after, WAIT_SECONDS)
            except TowerError:
                # A hub that is away, or a log that does not hold, is for the next round to say.
                self._stopping.wait(PAUSE_SECONDS)
                continue
            except RuntimeError:
                # The connection is closed under an open question when the desk ends.
                if self._stopping.is_set():
                    return
                raise
            if entries and not self._stopping.is_set():
                self._after = entries[-1].receipt.index
                self._heard()
