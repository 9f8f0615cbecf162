"""A bar inside the content that says what is wrong and what to do; it stays until that is over."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from views.icons import pixmap
from views.theme import RADIUS_PANEL_PX, ToneName, theme_of
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_ICONS: dict[ToneName, str] = {
    "critical": "alert-circle",
    "high": "alert-triangle",
    "medium": "alert-triangle",
    "low": "info-circle",
    "accent": "info-circle",
    "neutral": "info-circle",
    "ok": "circle-check",
}


class InlineBanner(QWidget):
    """Hidden until ``say``; ``actionTriggered`` and ``dismissed`` are the user's answers."""

    actionTriggered = Signal()  # noqa: N815 - a Qt signal
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a banner that takes no room yet."""
        super().__init__(parent)
        self._tone: ToneName = "neutral"
        self._mark = QLabel(self)
        self._words = label("", "body", self)
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = TowerButton("", "link", parent=self)
        self._close = TowerButton("", "icon", icon_name="x", name="Dismiss", icon_px=14, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(8)
        for part in (self._mark, self._words, self._action, self._close):
            row.addWidget(part)
        self._action.clicked.connect(self.actionTriggered)
        self._close.clicked.connect(self._dismiss)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.hide()

    def say(
        self, text: str, tone: ToneName = "medium", *, action: str = "", can_dismiss: bool = True
    ) -> None:
        """Show a sentence, with a link if ``action`` names one."""
        self._tone = tone
        self._words.setText(text)
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self._close.setVisible(can_dismiss)
        self.setAccessibleName(text)
        self._show_mark()
        self.show()

    def text(self) -> str:
        """Return the sentence shown."""
        return self._words.text()

    def clear(self) -> None:
        """Hide the banner: what it said is over."""
        self.hide()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _show_mark(self) -> None:
        tone = theme_of(self).tone(self._tone)
        self._mark.setPixmap(pixmap(_ICONS[self._tone], tone.mark, 16, self.devicePixelRatioF()))
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_mark()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground in the tone, with its edge in the tone's mark."""
        tone = theme_of(self).tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tone.mark.toRgb()
        edge.setAlphaF(0.45)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(tone.soft)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, RADIUS_PANEL_PX, RADIUS_PANEL_PX)
