"""A rounded badge that says a status or a severity in a word."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import MEDIUM_WEIGHT, ToneName, theme_of, ui_font
from views.widgets.severity_mark import paint_severity_mark

_PAD_PX = 9
_MARK_SLOT_PX = 14
_HEIGHT_PX = 22


class Pill(QWidget):
    """A word on a soft ground; before it a severity's shape, a dot, or nothing."""

    def __init__(
        self,
        text: str,
        tone: ToneName = "neutral",
        *,
        severity: int | None = None,
        dot: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show ``text`` in ``tone``; ``severity`` puts its shape before the word, ``dot`` a dot."""
        super().__init__(parent)
        self._text = text
        self._tone: ToneName = tone
        self._severity = severity
        self._dot = dot
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def text(self) -> str:
        """Return the word shown."""
        return self._text

    def set_pill(self, text: str, tone: ToneName, *, severity: int | None = None) -> None:
        """Show another word, tone and shape."""
        if (text, tone, severity) == (self._text, self._tone, self._severity):
            return
        self._text, self._tone, self._severity = text, tone, severity
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def _lead_px(self) -> int:
        return _MARK_SLOT_PX if self._severity is not None or self._dot else 0

    def sizeHint(self) -> QSize:
        """Return the size of the word, its mark and the padding."""
        width = QFontMetricsF(ui_font(11, MEDIUM_WEIGHT)).horizontalAdvance(self._text)
        return QSize(round(width) + 2 * _PAD_PX + self._lead_px() + 1, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground, the mark and the word."""
        theme = theme_of(self)
        tone = theme.tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone.soft)
        area = QRectF(self.rect())
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        mark = QPointF(_PAD_PX + 4, area.center().y())
        if self._severity is not None:
            paint_severity_mark(painter, self._severity, mark, 9, theme)
        elif self._dot:
            painter.setBrush(tone.mark)
            painter.drawEllipse(mark, 3.5, 3.5)
        painter.setFont(ui_font(11, MEDIUM_WEIGHT))
        painter.setPen(tone.text)
        words = area.adjusted(_PAD_PX + self._lead_px(), 0, -_PAD_PX + 2, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._text)
