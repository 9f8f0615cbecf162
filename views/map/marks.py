"""What lies over a resting map: rings round the cases selected and pointed at, and the cards beside them.

Both are placed before they are painted, so that a change of either repaints where it was and where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from views.map.card import card_reach, card_size, paint_card, place_card
from views.map.foreground import FrameItems
from views.map.projection import FloatArray
from views.map.sprites import MARK_REACH_PX, group_radii_px
from views.map.state import MapHover
from views.theme import Theme

_RING_GAP_PX: Final = 5.0
_RING_PX: Final = 2.0
_HOVER_RING_PX: Final = 1.2
_MOST_AVOIDED: Final = 40


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle round a group: the selected one's, or the one's that is pointed at."""

    at: QPointF
    radius_px: float
    selected: bool

    def reach(self) -> QRectF:
        """Return the box that it may touch."""
        reach = self.radius_px + _RING_PX
        return QRectF(self.at.x() - reach, self.at.y() - reach, 2 * reach, 2 * reach)


@dataclass(frozen=True, slots=True)
class Marks:
    """The rings and cards of a frame, in the order they are drawn."""

    rings: tuple[Ring, ...] = ()
    cards: tuple[tuple[QRectF, MapHover], ...] = ()

    @classmethod
    def of(cls, items: FrameItems) -> Marks:
        """Place the marks of a frame."""
        return cls(tuple(_rings(items)), tuple(_cards(items)))

    def region(self) -> QRegion:
        """Return every pixel that they may touch."""
        region = QRegion()
        for box in (*(ring.reach() for ring in self.rings), *(card_reach(box) for box, _ in self.cards)):
            region = region.united(box.toAlignedRect())
        return region

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw them."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ring in self.rings:
            painter.setPen(
                QPen(theme.accent, _RING_PX) if ring.selected else QPen(theme.muted, _HOVER_RING_PX)
            )
            painter.drawEllipse(ring.at, ring.radius_px, ring.radius_px)
        for box, hover in self.cards:
            paint_card(painter, box, hover, theme)


def _reach_px(items: FrameItems, group: int) -> float:
    return float(group_radii_px(items.level.totals[group : group + 1])[0])


def _group_px(items: FrameItems, group: int) -> QPointF:
    x, y = items.view.to_screen(items.level.x[group : group + 1], items.level.y[group : group + 1])
    return QPointF(float(x[0]), float(y[0]))


def _rings(items: FrameItems) -> Iterator[Ring]:
    hovered, selected = items.hover_group, items.selected_group
    if hovered is not None and hovered != selected:
        yield Ring(_group_px(items, hovered), _reach_px(items, hovered) + _RING_GAP_PX - 1, selected=False)
    if selected is not None:
        yield Ring(_group_px(items, selected), _reach_px(items, selected) + _RING_GAP_PX, selected=True)


def _cards(items: FrameItems) -> Iterator[tuple[QRectF, MapHover]]:
    """Place the selected case's card, then that of what is pointed at; neither hides the largest bubbles."""
    avoid = np.concatenate([items.control_boxes(), items.groups.bubbles.boxes()[-_MOST_AVOIDED:]])
    if items.selected_group is not None and items.selected_card is not None:
        at = _group_px(items, items.selected_group)
        if items.whole().contains(at):
            reach = _reach_px(items, items.selected_group)
            box = _placed(items, items.selected_card, at, reach, avoid)
            yield box, items.selected_card
            avoid = np.concatenate([avoid, [[box.left(), box.top(), box.right(), box.bottom()]]])
    points_at_selected = items.hover_group is not None and items.hover_group == items.selected_group
    if items.hover is None or items.hover_card is None or points_at_selected:
        return
    if items.hover_group is not None:
        at, reach = _group_px(items, items.hover_group), _reach_px(items, items.hover_group)
    else:
        at, reach = QPointF(*items.node_px()[items.hover.number].tolist()), MARK_REACH_PX
    yield _placed(items, items.hover_card, at, reach, avoid), items.hover_card


def _placed(items: FrameItems, card: MapHover, at: QPointF, reach_px: float, avoid: FloatArray) -> QRectF:
    return place_card(card_size(card), at, reach_px, items.size, avoid)
