"""The line under the queue's head while cases are marked: how many, what to do with all, and what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from views.case_queue.bulk import BulkModel
from views.case_queue.bulk_state import BulkEdit
from views.formatting import count, counted
from views.language import tr
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.scrolled import FittedScroll

_REASONS_PX: Final = 84


class BulkBar(QWidget):
    """Hidden while nothing is marked and nothing failed."""

    def __init__(
        self,
        model: BulkModel,
        assign_menu: Callable[[], QMenu],
        snooze_menu: Callable[[], QMenu],
        parent: QWidget | None = None,
    ) -> None:
        """Act on a model's marks; the menus are those of a single case."""
        super().__init__(parent)
        self._model = model
        self.words = label("", "strong")
        self.assign = TowerButton(tr("Assign"), icon_name="user", name=tr("Assign all marked cases"))
        self.seen = TowerButton(tr("Seen"), icon_name="check", name=tr("Mark all marked cases as seen"))
        self.snooze = TowerButton(tr("Snooze"), icon_name="clock", name=tr("Snooze all marked cases"))
        self.clear = TowerButton(tr("Clear"), "link", name=tr("Take all marks away"))
        self.retry = TowerButton("", "primary", icon_name="refresh")
        self.failures = label("", "error")
        self._lay_out()
        self.assign.clicked.connect(lambda: self._pop(assign_menu(), self.assign))
        self.snooze.clicked.connect(lambda: self._pop(snooze_menu(), self.snooze))
        self.seen.clicked.connect(lambda: model.apply(BulkEdit(kind="seen")))
        self.clear.clicked.connect(model.clear)
        self.retry.clicked.connect(model.retry)
        model.changed.connect(self.show_model)
        self.show_model()

    def _lay_out(self) -> None:
        self.failures.setWordWrap(True)
        # Hundreds may fail for the same reason, and the rows have to stay in sight.
        self._reasons = FittedScroll(self.failures, tr("What failed and why"))
        self._reasons.setMaximumHeight(_REASONS_PX)
        row = QHBoxLayout()
        row.setSpacing(8)
        for part in (self.words, self.assign, self.seen, self.snooze, self.retry):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 0, 10, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._reasons)

    def show_model(self) -> None:
        """Show how many are marked, and which failed and why."""
        model, outcome = self._model, self._model.outcome
        failed = outcome.failed if outcome is not None else ()
        self.setVisible(bool(model.marked) or bool(failed))
        words = tr("{cases} marked", cases=counted(len(model.marked), "case"))
        if model.running is not None:
            words = tr("Doing {cases} …", cases=counted(len(model.marked), "case"))
        elif outcome is not None and failed:
            words = tr("{done} done, {failed} not", done=count(len(outcome.done)), failed=count(len(failed)))
        self.words.setText(words)
        for button in (self.assign, self.seen, self.snooze):
            button.setVisible(not failed)
            button.setEnabled(model.running is None)
        self.retry.setVisible(bool(failed))
        self.retry.setText(tr("Try these {number} again", number=count(len(failed))))
        self.retry.setAccessibleName(self.retry.text())
        self._reasons.setVisible(bool(failed))
        self.failures.setText("\n".join(f"{case_id}: {why}" for case_id, why in failed))

    def _pop(self, menu: QMenu, button: TowerButton) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))
        menu.setActiveAction(menu.actions()[0])
