"""What stands on the ground: highlighted lanes, sites, clusters and single cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from views.map.base_layer import lane_path
from views.map.clusters import ClusterLevel
from views.map.node_layer import Bubbles, NodeLayer
from views.map.pointing import Hit
from views.map.projection import FloatArray
from views.map.scene import MapScene
from views.map.sprites import Sprites, group_radii_px
from views.map.state import MapHover
from views.map.viewport import Viewport
from views.theme import CRITICAL, RADIUS_PANEL_PX, Theme
from views.widgets.focus_ring import paint_focus_ring

_FAILING_PX: Final = 2.4
_ROOM_PX: Final = 44.0
_BUBBLES_A_FRAME_MS: Final = 12
_MOST_LOOKS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class GroupsInView:
    """The groups near the window, small ones first so that big ones lie on top: numbers, pixels, radii."""

    numbers: list[int]
    bubbles: Bubbles
    shown: tuple[int, int]
    """How many cases, and how many clusters, have their middle inside the window."""

    @classmethod
    def of(cls, level: ClusterLevel, view: Viewport) -> GroupsInView:
        """Find the groups of a level in a view."""
        x, y = view.to_screen(level.x, level.y)
        away_x = np.abs(x - view.width_px / 2) - view.width_px / 2
        away_y = np.abs(y - view.height_px / 2) - view.height_px / 2
        near = np.flatnonzero((away_x < _ROOM_PX) & (away_y < _ROOM_PX))
        totals = level.totals[near]
        order = np.argsort(totals, kind="stable")
        inside = totals[(away_x[near] <= 0) & (away_y[near] <= 0)]
        near = near[order]
        bubbles = Bubbles(np.column_stack([x[near], y[near]]), group_radii_px(totals[order]))
        return cls(near.tolist(), bubbles, (int(inside.sum()), int((inside > 1).sum())))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameItems:
    """What one frame shows besides the ground, and what its marks point at."""

    view: Viewport
    scene: MapScene
    level: ClusterLevel
    selected_group: int | None
    selected_card: MapHover | None
    hover: Hit | None
    hover_card: MapHover | None
    groups: GroupsInView
    controls: tuple[QRectF, ...]
    has_focus: bool
    is_moving: bool
    size: QSizeF

    def whole(self) -> QRectF:
        """Return the canvas."""
        return QRectF(QPointF(0, 0), self.size)

    def control_boxes(self) -> FloatArray:
        """Return a box (x0 y0 x1 y1) round each control on the map."""
        boxes = [(box.left(), box.top(), box.right(), box.bottom()) for box in self.controls]
        return np.array(boxes).reshape(-1, 4)

    def node_px(self) -> FloatArray:
        """Return the sites' pixels, one row a site."""
        return np.column_stack(self.view.to_screen(self.scene.node_x, self.scene.node_y))

    @property
    def hover_group(self) -> int | None:
        """Return the group pointed at."""
        return self.hover.number if self.hover is not None and self.hover.kind == "group" else None


class Foreground:
    """Paints a frame's items; keeps the pixmaps and the labels' sides between frames."""

    def __init__(self) -> None:
        """Start with nothing painted."""
        self.labels_are_stale = True
        self._nodes = NodeLayer()
        self._sprites: Sprites | None = None

    def paint_still(self, painter: QPainter, items: FrameItems, theme: Theme, ratio: float) -> bool:
        """Draw lanes, sites and groups over the ground; False if some bubbles stand there plain for now."""
        sprites = self._sprites_for(theme, ratio)
        _paint_highlighted_lanes(painter, items, theme)
        node_px = items.node_px()
        if self.labels_are_stale and not items.is_moving:
            self._choose_label_sides(items, node_px)
        self._nodes.paint(painter, items.scene.state.nodes, node_px, items.whole(), theme)
        return _paint_groups(painter, sprites, items)

    def _sprites_for(self, theme: Theme, ratio: float) -> Sprites:
        if self._sprites is None or not self._sprites.suits(theme, ratio):
            self._sprites = Sprites(theme, ratio)
        return self._sprites

    def bubbles_ahead(
        self, level: ClusterLevel, look: Callable[[], Viewport], theme: Theme, ratio: float
    ) -> Iterator[None]:
        """Paint the bubbles of a level not shown yet, one a step, until those in view are ready.

        ``look`` gives the view, which moves meanwhile.
        """
        for _ in range(_MOST_LOOKS):
            near = GroupsInView.of(level, look()).numbers
            every_count = [tuple(counts) for counts in level.counts[near].tolist()]
            missing = False
            for counts in every_count:
                if sum(counts) > 1 and self._sprites_for(theme, ratio).make_ready(counts):
                    missing = True
                    yield
            if not missing:
                return

    def _choose_label_sides(self, items: FrameItems, node_px: FloatArray) -> None:
        self.labels_are_stale = False
        self._nodes.place(
            items.scene.state.nodes,
            node_px,
            items.groups.bubbles,
            items.control_boxes(),
            (items.size.width(), items.size.height()),
        )


def _paint_groups(painter: QPainter, sprites: Sprites, items: FrameItems) -> bool:
    """Draw the groups; False if the frame's time did not suffice to paint every new bubble."""
    clock, complete = QElapsedTimer(), True
    clock.start()
    singles: list[tuple[int, QPointF]] = []
    every_count = items.level.counts[items.groups.numbers].tolist()
    bubbles = items.groups.bubbles
    radii_px = bubbles.radii_px.tolist()
    for counts, (x, y), radius_px in zip(every_count, bubbles.at_px.tolist(), radii_px, strict=True):
        if sum(counts) == 1:
            singles.append((counts.index(1) + 1, QPointF(x, y)))
        elif sprites.is_ready(tuple(counts)) or clock.elapsed() < _BUBBLES_A_FRAME_MS:
            sprites.draw_bubble(painter, tuple(counts), QPointF(x, y))
        else:
            sprites.draw_plain_bubble(painter, radius_px, QPointF(x, y))
            complete = False
    for severity, at in sorted(singles, key=lambda single: single[0]):
        sprites.draw_mark(painter, severity, at)
    return complete


def _lane_in_view(items: FrameItems, number: int) -> QPainterPath:
    """Return a lane's path on the turn of the world that shows it nearest the centre."""
    middle = float(items.scene.curves.control[number, 0])
    return lane_path(items.scene.curves, number, items.view, round(items.view.x - middle))


def _paint_highlighted_lanes(painter: QPainter, items: FrameItems, theme: Theme) -> None:
    state = items.scene.state
    if not state.selected_lane_ids and not state.alternative_lane_ids:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, lane_id in enumerate(items.scene.curves.ids):
        if lane_id in state.alternative_lane_ids:
            pen = QPen(theme.accent, 2.0, c=Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([4.5, 3.0])
            painter.setPen(pen)
            painter.drawPath(_lane_in_view(items, number))
        if lane_id in state.selected_lane_ids:
            path = _lane_in_view(items, number)
            colour = theme.severity(int(items.scene.curves.severity[number]) or CRITICAL).mark
            for width, alpha in ((9.0, 0.14), (6.0, 0.18)):
                glow = QColor(colour)
                glow.setAlphaF(alpha)
                painter.setPen(QPen(glow, width, c=Qt.PenCapStyle.RoundCap))
                painter.drawPath(path)
            painter.setPen(QPen(colour, _FAILING_PX, c=Qt.PenCapStyle.RoundCap))
            painter.drawPath(path)


def paint_frame(painter: QPainter, whole: QRectF, has_focus: bool, theme: Theme) -> None:
    """Draw the rounded border; the corners outside it take the page's colour."""
    inner = whole.adjusted(0.5, 0.5, -0.5, -0.5)
    outside = QPainterPath()
    outside.setFillRule(Qt.FillRule.OddEvenFill)
    outside.addRect(whole)
    outside.addRoundedRect(inner, RADIUS_PANEL_PX, RADIUS_PANEL_PX)
    for left in (whole.left(), whole.right() - RADIUS_PANEL_PX):
        for top in (whole.top(), whole.bottom() - RADIUS_PANEL_PX):
            painter.setClipRect(QRectF(left, top, RADIUS_PANEL_PX, RADIUS_PANEL_PX))
            painter.fillPath(outside, theme.bg)
    painter.setClipping(False)
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, RADIUS_PANEL_PX, RADIUS_PANEL_PX)
    if has_focus:
        paint_focus_ring(painter, whole, theme)
