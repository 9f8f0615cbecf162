"""The three buttons on the map: nearer, further, everything; and where they and the legend stand."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from views.language import tr
from views.widgets.buttons import TowerButton

_EDGE_PX: Final = 12


def place_in_corners(canvas: QSize, left: QWidget, right: QWidget) -> None:
    """Put one widget into the lower left corner of a canvas and another into the lower right."""
    for widget, is_right in ((left, False), (right, True)):
        size = widget.sizeHint()
        x = canvas.width() - size.width() - _EDGE_PX if is_right else _EDGE_PX
        widget.setGeometry(QRect(QPoint(x, canvas.height() - size.height() - _EDGE_PX), size))


class MapTools(QWidget):
    """A column of buttons that only says what is wanted."""

    zoomedIn = Signal()  # noqa: N815 - a Qt signal
    zoomedOut = Signal()  # noqa: N815 - a Qt signal
    fitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Stack the buttons."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for icon_name, name, wanted in (
            ("plus", tr("Zoom in"), self.zoomedIn),
            ("minus", tr("Zoom out"), self.zoomedOut),
            ("current-location", tr("Fit everything"), self.fitted),
        ):
            button = TowerButton("", "tool", icon_name=icon_name, name=name, parent=self)
            button.clicked.connect(wanted)
            column.addWidget(button)
