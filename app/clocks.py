"""Clocks for the tower: the operating system's, and the demo's, which runs faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import CorruptError


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionClock:
    """A clock that asks a function; ``app.bootstrap`` gives the operating system's."""

    read: Callable[[], datetime]

    def now(self) -> datetime:
        """The present instant, UTC-aware."""
        return self.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledClock:
    """Time that runs ``speed`` times as fast as real time since ``anchor_real``.

    Every process of the demo gets the same anchors, so they agree on the demo's time.
    """

    anchor_world: datetime
    anchor_real: datetime
    speed: int
    read: Callable[[], datetime]

    def now(self) -> datetime:
        """The present instant of the demo, UTC-aware."""
        return self.anchor_world + (self.read() - self.anchor_real) * self.speed


class ReachedInstant:
    """The instant the demo had reached when it was last open, so that a closed demo does not age."""

    def __init__(self, file: Path) -> None:
        """Keep the instant in ``file``."""
        self._file = file

    def load(self, start: datetime) -> datetime:
        """The instant to go on from; ``start`` when the demo was never open.

        Raises:
            CorruptError: the file does not hold an instant.
        """
        if not self._file.exists():
            return start
        try:
            return datetime.fromisoformat(self._file.read_text(encoding="utf-8").strip())
        except ValueError as error:
            raise CorruptError(
                what=f"{self._file} does not hold a time.",
                remedy="Delete that file: the demo then starts its story anew.",
            ) from error

    def save(self, reached: datetime) -> None:
        """Keep ``reached``, replacing the file in one step."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(reached.isoformat(), encoding="utf-8")
        fresh.replace(self._file)
