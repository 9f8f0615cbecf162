"""The ground of the map (land, borders, lanes) as a picture larger than the window.

Painting it takes tens of milliseconds, so it is done in slices from a timer on the GUI thread (Qt's painter
keeps the interpreter's lock: a thread would stall the window just the same). Until the new picture is whole,
the old one is shown, moved and scaled to the new view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from views.map.clipping import Box, clip_ring, thin, visible_runs
from views.map.geometry import Detail, Shapes, WorldPack, load_states, load_world, reading_world
from views.map.lanes import LaneCurves
from views.map.projection import FloatArray
from views.map.qt_geometry import polygon
from views.map.state import ALL_SEVERITIES
from views.map.viewport import Viewport
from views.theme import Theme

MARGIN_PX: Final = 256
SLICE_MS: Final = 6
_SMALLEST_PX: Final = 1.5
_STATES_FROM_ZOOM: Final = 3.0
_FINE_FROM_ZOOM: Final = 5.2
_MIDDLE_FROM_ZOOM: Final = 2.0
_STALE_SCALE: Final = 1.35
_STALE_PAN: Final = 0.7
_LANES_A_STEP: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class BaseRequest:
    """What to paint: a view, a theme, the lanes (all calm if not ``show_risk``), and the pixel ratio."""

    view: Viewport
    theme: Theme
    lanes: LaneCurves
    show_risk: bool
    ratio: float


def detail_for(zoom: float) -> Detail:
    """Return the coarsest level of detail that looks sharp at a zoom."""
    if zoom >= _FINE_FROM_ZOOM:
        return "10m"
    return "50m" if zoom >= _MIDDLE_FROM_ZOOM else "110m"


class BaseLayer:
    """Holds the finished picture and the one being painted."""

    def __init__(self) -> None:
        """Start with no picture."""
        self._pixmap: QPixmap | None = None
        self._shown: BaseRequest | None = None
        self._job: Iterator[None] | None = None
        self._asked: BaseRequest | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether a picture is being painted."""
        return self._job is not None

    @property
    def shown(self) -> BaseRequest | None:
        """Return what the finished picture was asked for with; None while there is none."""
        return self._shown

    def ask(self, request: BaseRequest) -> None:
        """Begin another picture; one that is half done is given up."""
        self._asked = request
        self._job = self._painted(request)

    def is_stale_for(self, view: Viewport) -> bool:
        """Say whether the newest picture, finished or asked for, no longer serves a view well."""
        newest = self._asked
        if newest is None:
            return True
        held = newest.view
        ratio = max(held.scale / view.scale, view.scale / held.scale)
        away_x = abs((view.x - held.x + 0.5) % 1.0 - 0.5) * view.scale
        away_y = abs(view.y - held.y) * view.scale
        same_size = (view.width_px, view.height_px) == (held.width_px, held.height_px)
        return not same_size or ratio > _STALE_SCALE or max(away_x, away_y) > _STALE_PAN * MARGIN_PX

    def is_exact_for(self, view: Viewport) -> bool:
        """Say whether the newest picture has the view's own scale: no stretching blurs it."""
        return self._asked is not None and self._asked.view.scale == view.scale

    def advance(self, budget_ms: int = SLICE_MS) -> bool:
        """Paint for about ``budget_ms``; True when a picture was finished."""
        if self._job is None:
            return False
        clock = QElapsedTimer()
        clock.start()
        for _ in self._job:
            if clock.elapsed() >= budget_ms:
                return False
        self._job = None
        return True

    def finish(self) -> None:
        """Paint what is left at once (for a printed or a tested picture)."""
        if self._job is not None:
            for _ in self._job:
                pass
            self._job = None

    def draw(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Show the finished picture in a view, moved and stretched to it; plain water where there is none."""
        if self._pixmap is None or self._shown is None or self._shown.theme is not theme:
            painter.fillRect(QRectF(0, 0, view.width_px, view.height_px), theme.water)
            return
        held = _grown(self._shown.view)
        stretch = view.scale / held.scale
        left = ((held.x - view.x + 0.5) % 1.0 - 0.5) * view.scale + (
            view.width_px - held.width_px * stretch
        ) / 2
        top = (held.y - view.y) * view.scale + (view.height_px - held.height_px * stretch) / 2
        target = QRectF(left, top, held.width_px * stretch, held.height_px * stretch)
        whole = QRectF(0, 0, view.width_px, view.height_px)
        if not target.contains(whole):
            painter.fillRect(whole, theme.water)
        if stretch == 1.0:
            painter.drawPixmap(QPointF(round(left), round(top)), self._pixmap)
        else:
            painter.drawPixmap(target, self._pixmap, QRectF(self._pixmap.rect()))

    def _painted(self, request: BaseRequest) -> Iterator[None]:
        view = _grown(request.view)
        ratio = request.ratio
        pixmap = QPixmap(round(view.width_px * ratio), round(view.height_px * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(request.theme.water)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            yield from _paint_ground(painter, view, request.theme)
            yield from _paint_lanes(painter, view, request)
        finally:
            painter.end()
        self._pixmap, self._shown = pixmap, request


def _grown(view: Viewport) -> Viewport:
    return replace(view, width_px=view.width_px + 2 * MARGIN_PX, height_px=view.height_px + 2 * MARGIN_PX)


def _turns(view: Viewport) -> range:
    """Return the whole turns of the world that show; outlines may reach half a turn over either end."""
    low, _, high, _ = view.box()
    return range(int(np.floor(low)) - 1, int(np.floor(high)) + 2)


def _seen(shapes: Shapes, box: Box, scale: float) -> list[int]:
    boxes = shapes.boxes
    size_px = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) * scale
    overlaps = (
        (boxes[:, 2] >= box[0]) & (boxes[:, 0] <= box[2]) & (boxes[:, 3] >= box[1]) & (boxes[:, 1] <= box[3])
    )
    return np.flatnonzero(overlaps & (size_px >= _SMALLEST_PX)).tolist()


def _pixels(points: FloatArray, view: Viewport, turn: int) -> FloatArray:
    origin = np.array(
        [view.x - turn - view.width_px / 2 / view.scale, view.y - view.height_px / 2 / view.scale]
    )
    placed: FloatArray = (points - origin) * view.scale
    return placed


def _paint_ground(painter: QPainter, view: Viewport, theme: Theme) -> Iterator[None]:
    detail = detail_for(view.zoom)
    yield from reading_world(detail)
    pack = load_world(detail)
    yield
    for turn in _turns(view):
        yield from _fill_land(painter, pack, view, turn, theme.land)
    for turn in _turns(view):
        yield from _stroke(painter, pack.borders, view, turn, QPen(theme.coast, 1.0))
        if view.zoom >= _STATES_FROM_ZOOM:
            states = load_states()
            yield from _stroke(painter, states.states, view, turn, QPen(theme.state, 1.0))
            yield from _stroke(painter, states.shores, view, turn, QPen(theme.coast, 1.0))
        yield from _stroke(painter, pack.coast, view, turn, QPen(theme.coast, 1.0))


def _box_on_turn(view: Viewport, turn: int) -> Box:
    low_x, low_y, high_x, high_y = view.box(margin_px=4.0)
    return low_x - turn, low_y, high_x - turn, high_y


def _fill_land(painter: QPainter, pack: WorldPack, view: Viewport, turn: int, land: QColor) -> Iterator[None]:
    box = _box_on_turn(view, turn)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(land)
    # The coast line is stroked over the edge afterwards: smoothing it here would cost most of the time.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    by_polygon: dict[int, list[int]] = {}
    for ring in _seen(pack.rings, box, view.scale):
        by_polygon.setdefault(int(pack.polygons[ring]), []).append(ring)
    for rings in by_polygon.values():
        path = QPainterPath()
        for ring in rings:
            outline = thin(_pixels(clip_ring(pack.rings.shape(ring), box), view, turn))
            path.addPolygon(polygon(outline))
            yield
        painter.drawPath(path)
        yield
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _stroke(painter: QPainter, lines: Shapes, view: Viewport, turn: int, pen: QPen) -> Iterator[None]:
    box = _box_on_turn(view, turn)
    for number in _seen(lines, box, view.scale):
        for run in visible_runs(lines.shape(number), box):
            painter.setPen(pen)
            painter.drawPolyline(polygon(thin(_pixels(run, view, turn))))
        yield


def lane_pen(theme: Theme, severity: int) -> QPen:
    """Return the pen of a lane that is not selected: calm ones recede, those at risk show their severity."""
    colour = QColor(theme.lane if severity == 0 else theme.severity(severity).mark)
    colour.setAlphaF(0.37 if severity == 0 else 0.62)
    # A pen of 1 px takes Qt's fast way; thousands of lanes at 1.2 px take seconds.
    return QPen(colour, 1.0 if severity == 0 else 1.6)


def _paint_lanes(painter: QPainter, view: Viewport, request: BaseRequest) -> Iterator[None]:
    curves = request.lanes
    if len(curves) == 0:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    boxes = curves.boxes()
    severities = curves.severity if request.show_risk else np.zeros_like(curves.severity)
    order = np.argsort(severities, kind="stable")
    pens = {severity: lane_pen(request.theme, severity) for severity in (0, *ALL_SEVERITIES)}
    for turn in _turns(view):
        box = _box_on_turn(view, turn)
        seen = (
            (boxes[:, 2] >= box[0])
            & (boxes[:, 0] <= box[2])
            & (boxes[:, 3] >= box[1])
            & (boxes[:, 1] <= box[3])
        )
        numbers = order[seen[order]]
        for first in range(0, len(numbers), _LANES_A_STEP):
            batch = numbers[first : first + _LANES_A_STEP]
            lines = _pixels(curves.sampled(batch), view, turn)
            for line, severity in zip(lines, severities[batch].tolist(), strict=True):
                painter.setPen(pens[severity])
                painter.drawPolyline(polygon(line))
            yield


def lane_path(curves: LaneCurves, number: int, view: Viewport, turn: int) -> QPainterPath:
    """Return a lane's arc in pixels of a view, on a turn of the world."""
    points = np.stack([curves.start[number], curves.control[number], curves.end[number]])
    (x0, y0), (x1, y1), (x2, y2) = _pixels(points, view, turn).tolist()
    path = QPainterPath(QPointF(x0, y0))
    path.quadTo(x1, y1, x2, y2)
    return path
