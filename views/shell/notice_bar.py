"""A line under the top bar that stays while something is not as it should be."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from views.icons import paint_icon
from views.theme import theme_of
from views.widgets.labels import ElidedLabel

_HEIGHT_PX = 38


class NoticeBar(QFrame):
    """The ground, the sign and the words; hidden without words."""

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        """Hide until there is something to say."""
        super().__init__(parent)
        self._icon_name = icon_name
        self.setFixedHeight(_HEIGHT_PX)
        self.words = ElidedLabel("", "body")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(42, 3, 14, 3)
        self.row.addWidget(self.words, 1)
        self.hide()

    def show_words(self, words: str, spoken: str = "") -> None:
        """Say this, to a screen reader perhaps with more words; nothing hides the line."""
        if words:
            self.words.setText(words)
            self.words.setToolTip(words)
            self.setAccessibleName(spoken or words)
        self.setVisible(bool(words))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground and the sign."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.medium.soft)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.border)
        sign = QRectF(16, (self.height() - 17) / 2, 17, 17)
        paint_icon(painter, self._icon_name, sign, theme.medium.text)
