"""Ground, sites and groups as one picture, kept while the map rests.

A case that is pointed at, or whose money changes, changes a card and a ring; drawing every bubble again
for that would hold the window's loop up.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPixmap

from views.map.base_layer import BaseLayer
from views.map.foreground import Foreground, FrameItems
from views.theme import Theme


class StillPicture:
    """Holds the last picture of a map at rest and what it was made from."""

    def __init__(self, base: BaseLayer, front: Foreground) -> None:
        """Draw with these two; nothing is kept yet."""
        self._base, self._front = base, front
        self._pixmap = QPixmap()
        self._made_from: tuple[object, ...] = ()

    def draw(self, painter: QPainter, items: FrameItems, theme: Theme, ratio: float) -> bool:
        """Draw everything below the marks of a frame; False if some bubbles stand there plain for now."""
        if items.is_moving:
            return self._draw_anew(painter, items, theme, ratio)
        made_from = self._parts(items, theme, ratio)
        complete = made_from == self._made_from and not self._front.labels_are_stale
        if not complete:
            complete = self._make(items, theme, ratio)
            self._made_from = made_from if complete else ()
        painter.drawPixmap(QPointF(0, 0), self._pixmap)
        return complete

    def _parts(self, items: FrameItems, theme: Theme, ratio: float) -> tuple[object, ...]:
        state = items.scene.state
        shown = (items.view, items.level, self._base.shown, items.scene.curves, state.nodes)
        return (*shown, state.selected_lane_ids, state.alternative_lane_ids, theme.name, ratio)

    def _make(self, items: FrameItems, theme: Theme, ratio: float) -> bool:
        size = QSize(round(items.size.width() * ratio), round(items.size.height() * ratio))
        if self._pixmap.size() != size:
            self._pixmap = QPixmap(size)
        self._pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        complete = self._draw_anew(painter, items, theme, ratio)
        painter.end()
        return complete

    def _draw_anew(self, painter: QPainter, items: FrameItems, theme: Theme, ratio: float) -> bool:
        self._base.draw(painter, items.view, theme)
        return self._front.paint_still(painter, items, theme, ratio)
