"""The card beside a case, a cluster or a site: what it is, in two or three lines."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from views.map.projection import FloatArray
from views.map.state import MapHover
from views.theme import MEDIUM_WEIGHT, RADIUS_PANEL_PX, SEMI_BOLD, Theme, ui_font
from views.widgets.severity_mark import paint_severity_mark

_PAD_X: Final = 14.0
_PAD_Y: Final = 10.0
_TITLE_PX: Final = 20.0
_LINE_PX: Final = 19.0
_MARK_SLOT: Final = 20.0
_MOST_WIDTH: Final = 320.0
_LEAST_WIDTH: Final = 120.0
_AWAY_PX: Final = 12.0
_EDGE_PX: Final = 8.0
_SHADOW_PX: Final = 6
_SHADOW_FALL_PX: Final = 3


def card_size(hover: MapHover) -> QSizeF:
    """Return the room a card needs, at most 320 px wide."""
    title = QFontMetricsF(ui_font(13, SEMI_BOLD)).horizontalAdvance(hover.title) + _title_indent(hover)
    metrics = QFontMetricsF(ui_font(12, MEDIUM_WEIGHT))
    widest = max([title, *(metrics.horizontalAdvance(line) for line in hover.lines)])
    width = min(max(widest + 2 * _PAD_X, _LEAST_WIDTH), _MOST_WIDTH)
    return QSizeF(width, 2 * _PAD_Y + _TITLE_PX + _LINE_PX * len(hover.lines))


def _title_indent(hover: MapHover) -> float:
    return _MARK_SLOT if hover.severity else 0.0


def place_card(
    size: QSizeF, target: QPointF, reach_px: float, canvas: QSizeF, avoid: FloatArray | None = None
) -> QRectF:
    """Return the card's box: above left of its target if there is room, else the spot that hides least.

    ``avoid`` (n, 4) are boxes (x0 y0 x1 y1) that it had better not hide.
    """
    away, width, height = reach_px + _AWAY_PX, size.width(), size.height()
    x, y = target.x(), target.y()
    spots = np.array(
        [
            (x - width + away, y - away - height),
            (x - away, y - away - height),
            (x + away, y - height / 2),
            (x - away - width, y - height / 2),
            (x - width / 2, y + away),
        ]
    )
    most = (canvas.width() - _EDGE_PX - width, canvas.height() - _EDGE_PX - height)
    spots = np.maximum(np.minimum(spots, most), _EDGE_PX)
    mark = np.array([[x - reach_px, y - reach_px, x + reach_px, y + reach_px]])
    others = mark if avoid is None else np.concatenate([mark, avoid])
    low = np.maximum(spots[:, None, :], others[None, :, :2])
    high = np.minimum(spots[:, None, :] + (width, height), others[None, :, 2:])
    hidden = np.maximum(high - low, 0.0).prod(axis=2).sum(axis=1)
    return QRectF(QPointF(*spots[int(np.argmin(hidden))].tolist()), size)


def card_reach(box: QRectF) -> QRectF:
    """Return a card's box with its shadow."""
    return box.adjusted(-_SHADOW_PX, -_SHADOW_PX, _SHADOW_PX, _SHADOW_PX + _SHADOW_FALL_PX)


def paint_card(painter: QPainter, box: QRectF, hover: MapHover, theme: Theme) -> None:
    """Draw the card with its soft shadow; the last line is in the severity's colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in (_SHADOW_PX, 4, 2):
        painter.setBrush(QColor(0, 0, 0, 26 if theme.name == "dark" else 9))
        grown = box.adjusted(-spread, -spread + _SHADOW_FALL_PX, spread, spread + _SHADOW_FALL_PX)
        painter.drawRoundedRect(grown, RADIUS_PANEL_PX + spread, RADIUS_PANEL_PX + spread)
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(theme.panel)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PANEL_PX, RADIUS_PANEL_PX)
    room = box.width() - 2 * _PAD_X
    left = box.left() + _PAD_X
    top = box.top() + _PAD_Y
    align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    indent = _title_indent(hover)
    if hover.severity:
        paint_severity_mark(painter, hover.severity, QPointF(left + 6, top + _TITLE_PX / 2), 12, theme)
    painter.setFont(ui_font(13, SEMI_BOLD))
    painter.setPen(theme.text)
    title = painter.fontMetrics().elidedText(hover.title, Qt.TextElideMode.ElideRight, int(room - indent) + 1)
    painter.drawText(QRectF(left + indent, top, room, _TITLE_PX), align, title)
    for number, line in enumerate(hover.lines):
        is_last = number == len(hover.lines) - 1
        strong = is_last and hover.severity and number > 0
        painter.setFont(ui_font(12, SEMI_BOLD if strong else MEDIUM_WEIGHT))
        painter.setPen(theme.severity(hover.severity).text if strong else theme.muted)
        text = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(room) + 1)
        where = QRectF(left, top + _TITLE_PX + number * _LINE_PX, room, _LINE_PX)
        painter.drawText(where, align, text)
    painter.restore()
