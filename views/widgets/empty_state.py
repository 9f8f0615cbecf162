"""What a view shows instead of content: nothing found, nothing loaded yet, or why it could not be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from views.icons import pixmap
from views.theme import theme_of
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_ICON_PX = 28


class EmptyState(QWidget):
    """An icon, a sentence, what to do, and perhaps a button for it (``actionTriggered``)."""

    actionTriggered = Signal()  # noqa: N815 - a Qt signal

    def __init__(self, icon_name: str, title: str, advice: str = "", parent: QWidget | None = None) -> None:
        """Show the three in the middle of the widget."""
        super().__init__(parent)
        self._icon_name = icon_name
        self._mark = QLabel(self)
        self._title = label(title, "strong", self)
        self._advice = label(advice, "secondary", self)
        self._advice.setWordWrap(True)
        self._action = TowerButton("", "normal", parent=self)
        self._action.hide()
        self._action.clicked.connect(self.actionTriggered)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addStretch(1)
        for part in (self._mark, self._title, self._advice):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.set_words(title, advice)

    def set_words(self, title: str, advice: str = "", action: str = "") -> None:
        """Say something else; ``action`` names the button, none hides it."""
        self._title.setText(title)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(f"{title}. {advice}".strip())
        self._show_mark()

    def _show_mark(self) -> None:
        ratio = self.devicePixelRatioF()
        self._mark.setPixmap(pixmap(self._icon_name, theme_of(self).faint, _ICON_PX, ratio))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_mark()
