"""The card beside a case, a cluster or a site: what it is, in two or three lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

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
    size: QSizeF, target: QPointF, reach_px: float, canvas: QSizeF, avoid: Sequence[QRectF] = ()
) -> QRectF:
    """Return the card's box: above left of its target if there is room, else the spot that hides least."""
    away = reach_px + _AWAY_PX
    spots = [
        (target.x() - size.width() + away, target.y() - away - size.height()),
        (target.x() - away, target.y() - away - size.height()),
        (target.x() + away, target.y() - size.height() / 2),
        (target.x() - away - size.width(), target.y() - size.height() / 2),
        (target.x() - size.width() / 2, target.y() + away),
    ]
    whole = QRectF(_EDGE_PX, _EDGE_PX, canvas.width() - 2 * _EDGE_PX, canvas.height() - 2 * _EDGE_PX)
    mark = QRectF(target.x() - reach_px, target.y() - reach_px, 2 * reach_px, 2 * reach_px)
    best: tuple[float, QRectF] | None = None
    for left, top in spots:
        kept_left = min(max(left, whole.left()), max(whole.right() - size.width(), whole.left()))
        kept_top = min(max(top, whole.top()), max(whole.bottom() - size.height(), whole.top()))
        box = QRectF(QPointF(kept_left, kept_top), size)
        hidden = sum(_area(box.intersected(other)) for other in (mark, *avoid))
        if best is None or hidden < best[0]:
            best = (hidden, box)
    return best[1] if best is not None else QRectF(target, size)


def _area(box: QRectF) -> float:
    return box.width() * box.height() if box.isValid() else 0.0


def paint_card(painter: QPainter, box: QRectF, hover: MapHover, theme: Theme) -> None:
    """Draw the card with its soft shadow; the last line is in the severity's colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in (6, 4, 2):
        painter.setBrush(QColor(0, 0, 0, 26 if theme.name == "dark" else 9))
        grown = box.adjusted(-spread, -spread + 3, spread, spread + 3)
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
