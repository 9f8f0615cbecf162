"""The bubbles and shapes on the map, painted once each and kept as pixmaps."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from views.map.projection import FloatArray
from views.map.state import ALL_SEVERITIES
from views.theme import SEMI_BOLD, Theme, ui_font
from views.widgets.severity_mark import paint_severity_mark

MARK_PX: Final = 12.0
MARK_REACH_PX: Final = 10.0
HALO_PX: Final = 2.0
RING_PX: Final = 3.6
_LEAST_RADIUS_PX: Final = 14.0
_MOST_RADIUS_PX: Final = 36.0
_MOST_KEPT: Final = 1_000
_FULL_CIRCLE: Final = 360 * 16
_GAP: Final = 5 * 16


def group_radii_px(totals: npt.NDArray[np.int64]) -> FloatArray:
    """Return the radius of each group: a cluster's grows with the logarithm of its cases."""
    radii = np.clip(8.0 + 3.6 * np.log(np.maximum(totals, 1)), _LEAST_RADIUS_PX, _MOST_RADIUS_PX)
    return np.where(totals > 1, radii, MARK_REACH_PX)


def short_count(total: int) -> str:
    """Return a count in at most four characters: 999, 1.2k, 12k, 1.2M."""
    if total < 1_000:  # noqa: PLR2004 - a thousand is a thousand
        return str(total)
    unit, letter = (1_000, "k") if total < 999_500 else (1_000_000, "M")  # noqa: PLR2004
    value = total / unit
    return f"{value:.1f}{letter}" if value < 9.95 else f"{value:.0f}{letter}"  # noqa: PLR2004


class Sprites:
    """Pixmaps of one theme at one pixel ratio; ``counts`` are a group's cases by severity, low first."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        """Start with none painted."""
        self._theme = theme
        self._ratio = ratio
        self._bubbles: dict[tuple[int, ...], QPixmap] = {}
        self._grounds: dict[int, QPixmap] = {}
        self._marks = {level: self._painted_mark(level) for level in ALL_SEVERITIES}

    def suits(self, theme: Theme, ratio: float) -> bool:
        """Say whether the pixmaps are of this theme and pixel ratio."""
        return self._theme is theme and self._ratio == ratio

    def draw_mark(self, painter: QPainter, level: int, centre: QPointF) -> None:
        """Draw a single case."""
        self._stamp(painter, self._marks[level], centre)

    def draw_bubble(self, painter: QPainter, counts: tuple[int, ...], centre: QPointF) -> None:
        """Draw a cluster: a ring of severity shares round its count."""
        self.make_ready(counts)
        self._stamp(painter, self._bubbles[counts], centre)

    def draw_plain_bubble(self, painter: QPainter, radius_px: float, centre: QPointF) -> None:
        """Draw a cluster's ground alone, for the moment until its own pixmap is ready."""
        radius = round(radius_px)
        if radius not in self._grounds:
            side = 2 * math.ceil(radius + HALO_PX + 1)
            self._grounds[radius] = pixmap = self._blank(side)
            within = QPainter(pixmap)
            within.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_disc(within, QPointF(side / 2, side / 2), radius)
            within.end()
        self._stamp(painter, self._grounds[radius], centre)

    def is_ready(self, counts: tuple[int, ...]) -> bool:
        """Say whether a cluster's pixmap is kept."""
        return counts in self._bubbles

    def make_ready(self, counts: tuple[int, ...]) -> bool:
        """Paint a cluster's pixmap, if it is not kept; True if it was not."""
        if counts in self._bubbles:
            return False
        if len(self._bubbles) >= _MOST_KEPT:
            self._bubbles.clear()
        self._bubbles[counts] = self._painted_bubble(counts)
        return True

    def _stamp(self, painter: QPainter, pixmap: QPixmap, centre: QPointF) -> None:
        half = pixmap.width() / self._ratio / 2
        painter.drawPixmap(QPointF(centre.x() - half, centre.y() - half), pixmap)

    def _blank(self, side_px: int) -> QPixmap:
        pixmap = QPixmap(round(side_px * self._ratio), round(side_px * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _painted_mark(self, level: int) -> QPixmap:
        side = 2 * math.ceil(MARK_PX / 2 + HALO_PX + 2)
        pixmap = self._blank(side)
        painter = QPainter(pixmap)
        centre = QPointF(side / 2, side / 2)
        paint_severity_mark(painter, level, centre, MARK_PX, self._theme, halo=self._theme.water)
        painter.end()
        return pixmap

    def _painted_bubble(self, counts: tuple[int, ...]) -> QPixmap:
        total = sum(counts)
        radius = float(group_radii_px(np.array([total]))[0])
        side = 2 * math.ceil(radius + HALO_PX + 1)
        pixmap = self._blank(side)
        centre = QPointF(side / 2, side / 2)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_disc(painter, centre, radius)
        self._paint_shares(painter, counts, centre, radius - RING_PX / 2)
        painter.setFont(ui_font(13 if radius > 18 else 12, SEMI_BOLD))  # noqa: PLR2004 - px, by eye
        painter.setPen(self._theme.text)
        painter.drawText(QRectF(0, 0, side, side), Qt.AlignmentFlag.AlignCenter, short_count(total))
        painter.end()
        return pixmap

    def _paint_disc(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.water)
        painter.drawEllipse(centre, radius + HALO_PX, radius + HALO_PX)
        painter.setBrush(self._theme.panel)
        painter.drawEllipse(centre, radius - RING_PX / 2, radius - RING_PX / 2)

    def _paint_shares(
        self, painter: QPainter, counts: tuple[int, ...], centre: QPointF, radius: float
    ) -> None:
        """Draw the ring clockwise from the top, critical first, with a small gap between shares."""
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        total = sum(counts)
        shares = [
            (level, counts[level - 1]) for level in sorted(ALL_SEVERITIES, reverse=True) if counts[level - 1]
        ]
        gap = _GAP if len(shares) > 1 else 0
        done = 0
        for level, count in shares:
            start = _FULL_CIRCLE / 4 - done / total * _FULL_CIRCLE
            span = max(count / total * _FULL_CIRCLE - gap, 16.0)
            painter.setPen(QPen(QColor(self._theme.severity(level).mark), RING_PX, c=Qt.PenCapStyle.FlatCap))
            painter.drawArc(box, round(start - gap / 2), -round(span))
            done += count
