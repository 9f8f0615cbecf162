"""Asking for the name of a view: a line under the queue's head, its button, and a way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from views.case_queue.saved_views import MOST_LETTERS
from views.language import tr
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.reason_field import ReasonField


class NameBar(QWidget):
    """Hidden until a name is asked for; Enter gives it, Esc leaves."""

    #: The line was put away: the keyboard belongs to the rows again.
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Ask nothing yet."""
        super().__init__(parent)
        self.field = ReasonField()
        self.problem = label("", "error")
        self.act = TowerButton(tr("Save"), "primary", icon_name="check", name=tr("Save the view"))
        self.leave = TowerButton(tr("Not now"))
        self._then: Callable[[str], None] | None = None
        self._why_not: Callable[[str], str] = lambda _name: ""
        self.field.setAccessibleName(tr("Name of the view"))
        self.field.setMaxLength(MOST_LETTERS)
        self.field.setFixedWidth(260)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 10, 8)
        row.setSpacing(8)
        for part in (self.field, self.act, self.leave):
            row.addWidget(part)
        row.addWidget(self.problem, 1)
        self.field.textChanged.connect(self._judge)
        self.field.returnPressed.connect(self._do)
        self.field.left.connect(self.stop)
        self.act.clicked.connect(self._do)
        self.leave.clicked.connect(self.stop)
        self.hide()

    def ask(
        self, question: str, name: str, *, why_not: Callable[[str], str], then: Callable[[str], None]
    ) -> None:
        """Ask ``question`` with ``name`` to begin with; ``why_not`` says what is wrong with an answer."""
        self._then, self._why_not = then, why_not
        self.field.setPlaceholderText(question)
        self.field.setAccessibleName(question)
        self.field.setText(name)
        self.field.selectAll()
        self._judge(name)
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def stop(self) -> None:
        """Ask no more."""
        self._then = None
        self.hide()
        self.left.emit()

    def _judge(self, name: str) -> None:
        problem = self._why_not(name.strip())
        self.act.setEnabled(not problem)
        self.problem.setText(problem if name.strip() else "")

    def _do(self) -> None:
        name, then = self.field.text().strip(), self._then
        if then is not None and not self._why_not(name):
            self.stop()
            then(name)
