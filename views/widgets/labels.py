"""Labels by role (caption, section, title …) and a label that shortens what does not fit."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

Role = Literal["caption", "secondary", "faint", "strong", "section", "heading", "title", "error", "body"]
FrameRole = Literal["panel", "raised", "bar", "rule"]


def label(text: str, role: Role = "body", parent: QWidget | None = None) -> QLabel:
    """Return a label whose size, weight and colour the style sheet gives by role."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    return made


def frame(role: FrameRole, parent: QWidget | None = None) -> QFrame:
    """Return a frame drawn by role: a panel with a border, a raised box, a bar, or a 1 px rule."""
    made = QFrame(parent)
    made.setProperty("role", role)
    return made


class ElidedLabel(QLabel):
    """A one-line label that ends in an ellipsis when it is too narrow; the whole text is its tool tip."""

    def __init__(self, text: str = "", role: Role = "body", parent: QWidget | None = None) -> None:
        """Show ``text`` in a role's style."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show another text."""
        super().setText(text)
        self.setAccessibleName(text)
        self.setToolTip(text)

    def shown_text(self) -> str:
        """Return what fits, ellipsis included."""
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)

    def minimumSizeHint(self) -> QSize:
        """Allow any width down to an ellipsis."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), self.shown_text())
