"""Clocks for the tower: the real one, and the demo's, which runs faster and stops with the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from domain.errors import CorruptError


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionClock:
    """A clock that asks a function; ``app.bootstrap`` gives the operating system's."""

    read: Callable[[], datetime]

    def now(self) -> datetime:
        """The present instant, UTC-aware."""
        return self.read()


class WorldTime:
    """The demo's time: ``speed`` times as fast as real time, going on where it stopped.

    The instant reached is kept in ``file`` by :meth:`save`, so that a closed demo does not age and
    a killed one loses at most the time since the last save.
    """

    def __init__(
        self, *, file: Path, start: datetime, speed: int, elapsed_seconds: Callable[[], float]
    ) -> None:
        """Go on from the instant in ``file``, or begin at ``start``.

        Raises:
            CorruptError: the file does not hold an instant.
        """
        self._file = file
        self._speed = speed
        self._elapsed_seconds = elapsed_seconds
        self._base_seconds = elapsed_seconds()
        self._reached = _read_instant(file) or start

    def now(self) -> datetime:
        """The present instant of the demo, UTC-aware."""
        passed = self._elapsed_seconds() - self._base_seconds
        return self._reached + timedelta(seconds=round(passed * self._speed, 3))

    def save(self) -> None:
        """Keep the instant reached, replacing the file in one step."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(self.now().isoformat(), encoding="utf-8")
        fresh.replace(self._file)


def _read_instant(file: Path) -> datetime | None:
    if not file.exists():
        return None
    try:
        return datetime.fromisoformat(file.read_text(encoding="utf-8").strip())
    except ValueError as error:
        raise CorruptError(
            what=f"{file} does not hold a time.",
            remedy="Delete that file: the demo then starts its story anew.",
        ) from error
