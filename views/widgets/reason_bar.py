"""Asking for the reason of an act that needs one: a line, its button, and a way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from views.language import tr
from views.widgets.buttons import TowerButton
from views.widgets.reason_field import MOST_LETTERS, ReasonField


class ReasonBar(QWidget):
    """Hidden until an act asks; Enter does it, Esc leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Ask nothing yet."""
        super().__init__(parent)
        self.field = ReasonField()
        self.act = TowerButton("", "primary", icon_name="check", name=tr("Give the reason"))
        self.leave = TowerButton(tr("Not now"))
        self._then: Callable[[str], None] | None = None
        self.field.setMaxLength(MOST_LETTERS)
        self.field.setAccessibleName(tr("Reason"))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.act, 1)
        row.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addLayout(row)
        self.field.textChanged.connect(lambda text: self.act.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self._do)
        self.field.left.connect(self.stop)
        self.act.clicked.connect(self._do)
        self.leave.clicked.connect(self.stop)
        self.hide()

    def ask(self, question: str, act: str, then: Callable[[str], None]) -> None:
        """Ask ``question``; ``then`` gets the reason when the button ``act`` is pressed."""
        self._then = then
        self.field.clear()
        self.field.setPlaceholderText(question)
        self.field.setAccessibleName(question)
        self.act.setText(act)
        self.act.setAccessibleName(act)
        self.act.setEnabled(False)
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def stop(self) -> None:
        """Ask no more."""
        self._then = None
        self.hide()

    def _do(self) -> None:
        reason, then = self.field.text().strip(), self._then
        if reason and then is not None:
            self.stop()
            then(reason)
