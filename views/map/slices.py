"""The map's work between two frames: the ground and the bubbles of groups, a few milliseconds at a time.

Qt's painter keeps the interpreter's lock, so a thread would stall the window just the same; a zero-timer
gives the event loop its turn after each slice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from views.map.base_layer import BaseLayer
from views.map.scene import MapScene, step_of
from views.map.viewport import Viewport

_BUBBLES_MS: Final = 4
_BUBBLES_ALONE_MS: Final = 9


class Slices(QObject):
    """Paints what the next frames need; ``painted`` when a ground or bubbles can be shown.

    ``bubbles`` paints the bubbles of a zoom step in the present view, one a step.
    """

    painted = Signal()
    groups_changed = Signal()

    def __init__(
        self, scene: MapScene, base: BaseLayer, bubbles: Callable[[int], Iterator[None]], parent: QObject
    ) -> None:
        """Work for a scene and a ground; nothing is to do yet."""
        super().__init__(parent)
        self._scene, self._base, self._bubbles = scene, base, bubbles
        self._job: Iterator[None] | None = None
        self._step: int | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)

    @property
    def is_active(self) -> bool:
        """Whether slices are being worked off."""
        return self._timer.isActive()

    def start(self) -> None:
        """Go on, if there is something to do."""
        if self._base.is_busy or self._job is not None:
            self._timer.start()

    def stop(self) -> None:
        """Rest; what is left waits."""
        self._timer.stop()

    def finish(self) -> None:
        """Do all that is left at once."""
        self._base.finish()
        for _ in self._job or ():
            pass
        self._end_job()
        self._timer.stop()

    def paint_groups(self, view: Viewport, shown: int) -> None:
        """Paint the bubbles of a view's zoom step; the groups of step ``shown`` stand until then."""
        step = step_of(view)
        if step == shown:
            self.forget_groups()
            self._scene.hold(None)
        elif step != self._step:
            self._step, self._job = step, self._bubbles(step)
            self._scene.hold(shown)

    def complete_groups(self, view: Viewport) -> None:
        """Paint the bubbles of the groups shown that a frame had no time for."""
        if self._job is None:
            self._step = self._scene.shown_step(view)
            self._job = self._bubbles(self._step)

    def forget_groups(self) -> None:
        """Give up the bubbles that are being painted: the groups changed."""
        self._step = self._job = None

    def _slice(self) -> None:
        alone = not self._base.is_busy
        if self._base.advance():
            self.painted.emit()
        if self._job is not None:
            clock = QElapsedTimer()
            clock.start()
            for _ in self._job:
                if clock.elapsed() >= (_BUBBLES_ALONE_MS if alone else _BUBBLES_MS):
                    break
            else:
                self._end_job()
        if not self._base.is_busy and self._job is None:
            self._timer.stop()

    def _end_job(self) -> None:
        if self._job is None:
            return
        self.forget_groups()
        self._scene.hold(None)
        self.groups_changed.emit()
