"""Content that scrolls where room is short."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

_LEAST_PX: Final = 96


def scrolled(content: QWidget, name: str) -> QScrollArea:
    """A part that takes the room there is; ``name`` is for screen readers."""
    return _dressed(QScrollArea(), content, name)


class FittedScroll(QScrollArea):
    """A part as high as its content, that gives way and scrolls where the room is less than that."""

    def __init__(self, content: QWidget, name: str) -> None:
        """Show some content."""
        super().__init__()
        self._content = content
        _dressed(self, content, name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def content_px(self) -> int:
        """How high the content is at the width it has."""
        content = self._content
        by_width = content.heightForWidth(self.viewport().width())
        return by_width if by_width >= 0 else content.sizeHint().height()

    def sizeHint(self) -> QSize:
        """All of the content."""
        return QSize(super().sizeHint().width(), self.content_px())

    def minimumSizeHint(self) -> QSize:
        """A few lines of it."""
        return QSize(super().minimumSizeHint().width(), min(self.content_px(), _LEAST_PX))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take other room at once when the content changes."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self._ask_for_room()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words that wrap make the content higher where it is narrower."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def _ask_for_room(self) -> None:
        self.updateGeometry()
        around = self.parentWidget()
        layout = around.layout() if around is not None else None
        if layout is not None:
            layout.activate()


def _dressed(area: QScrollArea, content: QWidget, name: str) -> QScrollArea:
    area.setAccessibleName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area
