"""The three buttons on the map: nearer, further, everything."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from views.language import tr
from views.widgets.buttons import TowerButton


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
