"""A shade over the window with a card on it; gives the keyboard back when it goes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget


class Overlay(QWidget):
    """Covers a window; shown by :meth:`open_overlay`, put away by :meth:`close_overlay`."""

    def __init__(self, window: QWidget, name: str) -> None:
        """Lie over a window, hidden."""
        super().__init__(window)
        self._window = window
        self._before: QWidget | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 70, 24, 24)
        window.installEventFilter(self)
        self.hide()

    def set_card(self, card: QWidget, where: Qt.AlignmentFlag) -> None:
        """Put a card on the shade."""
        self._column.addWidget(card, 0, where)

    def open_overlay(self) -> None:
        """Cover the window and take the keyboard."""
        self._before = QApplication.focusWidget()
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_overlay(self) -> None:
        """Uncover the window and give the keyboard back."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the size of the window."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the shade."""
        QPainter(self).fillRect(self.rect(), QColor(0, 0, 0, 110))
