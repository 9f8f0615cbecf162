"""Says once in the log that a system was lost, and once that it is back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from domain.errors import BadInputError, TowerError
from domain.ids import SourceName


class OutageLog:
    """Remembers whether a source answers, so that an outage is two lines and not two thousand."""

    def __init__(self, source: SourceName, logger: logging.Logger) -> None:
        """Start as reachable; ``logger`` is the connector's own."""
        self._source = source
        self._logger = logger
        self._lock = Lock()
        self._is_lost = False

    @contextmanager
    def watching(self, losses: type[TowerError] = TowerError) -> Iterator[None]:
        """Note how asking the source ends: ``losses`` mean that it is lost, bad input that it answered."""
        try:
            yield
        except BadInputError:
            raise
        except losses as error:
            self.lost(error)
            raise
        self.back()

    def lost(self, error: TowerError) -> None:
        """Note a failure; logged only when the source answered before."""
        with self._lock:
            was_lost, self._is_lost = self._is_lost, True
        if not was_lost:
            self._logger.warning("%s: lost: %s", self._source, error)

    def back(self) -> None:
        """Note an answer; logged only when the source was lost before."""
        with self._lock:
            was_lost, self._is_lost = self._is_lost, False
        if was_lost:
            self._logger.info("%s: back", self._source)
