"""The sites: rounded squares, and their names where there is room for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from views.map.labels import GAP_PX, NODE_PX, PlacedLabel, place_labels
from views.map.projection import FloatArray
from views.map.state import MapNode
from views.theme import MEDIUM_WEIGHT, Theme, ui_font

_LABEL_FONT_PX: Final = 12
_HALO_PX: Final = 3.0
_MOST_LABELS: Final = 150
_NEAR_PX: Final = 60.0
_BESIDE_PX: Final = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Bubbles:
    """The clusters and single cases in view: their pixels (n, 2) and radii (n,)."""

    at_px: FloatArray
    radii_px: FloatArray

    def boxes(self) -> FloatArray:
        """Return a box (x0 y0 x1 y1) round each."""
        reach = self.radii_px[:, None]
        return np.concatenate([self.at_px - reach, self.at_px + reach], axis=1)


def _anchors(at_px: FloatArray, bubbles: Bubbles) -> tuple[FloatArray, list[float]]:
    """Return where each label hangs and how far off: on its site, or on the bubble that covers the site."""
    anchors = at_px.copy()
    gaps = [GAP_PX] * len(at_px)
    if len(bubbles.radii_px) == 0:
        return anchors, gaps
    for number, at in enumerate(at_px):
        inside = np.hypot(*(bubbles.at_px - at).T) - bubbles.radii_px
        nearest = int(np.argmin(inside))
        if inside[nearest] < 0:
            anchors[number] = bubbles.at_px[nearest]
            gaps[number] = float(bubbles.radii_px[nearest]) + _BESIDE_PX
    return anchors, gaps


class NodeLayer:
    """Keeps each label on the side it was given, until the picture rests and the sides are chosen again."""

    def __init__(self) -> None:
        """Start without labels."""
        self._offsets: dict[str, tuple[float, float]] = {}
        self._names: dict[str, QPainterPath] = {}

    def place(
        self,
        nodes: tuple[MapNode, ...],
        at_px: FloatArray,
        bubbles: Bubbles,
        keep_off: FloatArray,
        canvas: tuple[float, float],
    ) -> list[PlacedLabel]:
        """Choose the labels' sides for the sites in view; returns the boxes.

        A site under a bubble has its name beside the bubble. ``keep_off`` (n, 4) are other boxes to spare.
        """
        near = (at_px > -_NEAR_PX).all(axis=1) & (at_px < np.array(canvas) + _NEAR_PX).all(axis=1)
        numbers = np.flatnonzero(near)[:_MOST_LABELS].tolist()
        metrics = QFontMetricsF(ui_font(_LABEL_FONT_PX, MEDIUM_WEIGHT))
        sizes = [(metrics.horizontalAdvance(nodes[number].name), metrics.height()) for number in numbers]
        anchors, gaps = _anchors(at_px[numbers], bubbles)
        placed = place_labels(anchors, gaps, sizes, np.concatenate([bubbles.boxes(), keep_off]), canvas)
        self._offsets = {
            nodes[numbers[one.number]].id: (
                one.left - float(at_px[numbers[one.number], 0]),
                one.top + metrics.ascent() - float(at_px[numbers[one.number], 1]),
            )
            for one in placed
        }
        return placed

    def paint(
        self, painter: QPainter, nodes: tuple[MapNode, ...], at_px: FloatArray, canvas: QRectF, theme: Theme
    ) -> None:
        """Draw the sites and the names that have a side."""
        room = canvas.adjusted(-_NEAR_PX, -_NEAR_PX, _NEAR_PX, _NEAR_PX)
        seen = [
            (node, QPointF(x, y))
            for node, (x, y) in zip(nodes, at_px.tolist(), strict=True)
            if room.contains(x, y)
        ]
        for node, at in seen:
            offset = self._offsets.get(node.id)
            if offset is None:
                continue
            name = self._name_path(node.name)
            painter.save()
            painter.translate(at.x() + offset[0], at.y() + offset[1])
            painter.strokePath(name, QPen(theme.land, _HALO_PX, j=Qt.PenJoinStyle.RoundJoin))
            painter.fillPath(name, theme.muted)
            painter.restore()
        painter.setPen(QPen(theme.water, 2.0))
        painter.setBrush(theme.text)
        for _, at in seen:
            half = NODE_PX / 2
            painter.drawRoundedRect(QRectF(at.x() - half, at.y() - half, NODE_PX, NODE_PX), 2.5, 2.5)

    def _name_path(self, name: str) -> QPainterPath:
        if name not in self._names:
            path = QPainterPath()
            path.addText(QPointF(0, 0), ui_font(_LABEL_FONT_PX, MEDIUM_WEIGHT), name)
            self._names[name] = path
        return self._names[name]
