"""What happened to a case, newest first: time, sign, headline and a line under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.case_detail.state import EventKind, TimelineEvent
from views.formatting import moment
from views.icons import paint_icon
from views.language import tr
from views.theme import SEMI_BOLD, Theme, ToneName, numeric_font, theme_of, ui_font

SIGNS: Final[dict[EventKind, tuple[str, ToneName]]] = {
    "solved": ("bolt", "accent"),
    "failed": ("alert-triangle", "critical"),
    "count": ("package", "high"),
    "opened": ("access-point", "neutral"),
    "moved": ("truck", "neutral"),
    "signed": ("file-check", "accent"),
    "note": ("note", "neutral"),
    "sync": ("refresh", "neutral"),
    "executed": ("circle-check", "ok"),
}
_ROW_PX: Final = 44
_TIME_PX: Final = 50
_LONG_TIME_PX: Final = 82
_SIGN_PX: Final = 22
_LONG_TIME: Final = 6


class Timeline(QWidget):
    """A list of events, as high as it needs to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has events."""
        super().__init__(parent)
        self._events: tuple[TimelineEvent, ...] = ()
        self._times: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_events((), datetime(1970, 1, 1, tzinfo=UTC), UTC)

    def show_events(self, events: Sequence[TimelineEvent], now: datetime, zone: tzinfo) -> None:
        """Show events, newest first, with their times as seen at ``now``."""
        self._events = tuple(events)
        self._times = tuple(moment(e.at, now, zone) for e in events)
        spoken = (f"{t} {e.title}. {e.text}" for t, e in zip(self._times, self._events, strict=True))
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription("; ".join(spoken) or tr("Nothing has happened yet."))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A row an event."""
        return QSize(300, _ROW_PX * max(len(self._events), 1))

    def minimumSizeHint(self) -> QSize:
        """All rows, at any width."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._events:
            painter.setPen(theme.muted)
            painter.setFont(ui_font(12))
            painter.drawText(
                self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), tr("Nothing yet.")
            )
            return
        indent = _LONG_TIME_PX if any(len(t) >= _LONG_TIME for t in self._times) else _TIME_PX
        first = max(event.rect().top() // _ROW_PX, 0)
        last = min(event.rect().bottom() // _ROW_PX, len(self._events) - 1)
        for row in range(first, last + 1):
            self._paint_row(painter, row, indent, theme)

    def _paint_row(self, painter: QPainter, row: int, indent: int, theme: Theme) -> None:
        happened, top = self._events[row], row * _ROW_PX
        icon_name, tone_name = SIGNS[happened.kind]
        tone = theme.tone(tone_name)
        painter.setFont(numeric_font(11))
        painter.setPen(theme.muted)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(0, top, indent, 20), left, self._times[row])
        centre = QPointF(indent + _SIGN_PX / 2, top + _SIGN_PX / 2)
        if row < len(self._events) - 1:
            painter.setPen(QPen(theme.border, 1.4))
            painter.drawLine(
                centre + QPointF(0, _SIGN_PX / 2 + 3), centre + QPointF(0, _ROW_PX - _SIGN_PX / 2 - 3)
            )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone.soft)
        painter.drawEllipse(centre, _SIGN_PX / 2, _SIGN_PX / 2)
        paint_icon(painter, icon_name, QRectF(centre.x() - 6.5, centre.y() - 6.5, 13, 13), tone.mark)
        words_left = indent + _SIGN_PX + 12
        room = self.width() - words_left
        for offset, text, font, colour in (
            (0, happened.title, ui_font(12, SEMI_BOLD), theme.text),
            (17, happened.text, ui_font(12), theme.muted),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(words_left, top + offset, room, 19), left, fitted)
