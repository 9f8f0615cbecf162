"""A press of the mouse on the map: a click, or, once it has moved, a drag."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF

_CLICK_SLOP_PX: Final = 4.0


class Drag:
    """Follows the left button from press to release."""

    def __init__(self) -> None:
        """Start with the button up."""
        self._pressed_at: QPointF | None = None
        self._last_at: QPointF | None = None

    @property
    def is_down(self) -> bool:
        """Whether the button is down."""
        return self._pressed_at is not None

    def press(self, at: QPointF) -> None:
        """The button goes down."""
        self._pressed_at = self._last_at = at

    def move(self, at: QPointF) -> QPointF | None:
        """Return how far to drag; None while the mouse has hardly moved, which may still be a click."""
        if self._pressed_at is None or self._last_at is None:
            return None
        is_still = self._last_at == self._pressed_at
        if is_still and (at - self._pressed_at).manhattanLength() <= _CLICK_SLOP_PX:
            return None
        step = at - self._last_at
        self._last_at = at
        return step

    def release(self) -> bool:
        """The button goes up; True if that was a click."""
        was_click = self._last_at == self._pressed_at
        self._pressed_at = self._last_at = None
        return was_click
