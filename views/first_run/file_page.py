"""A file before it is taken in: which column fills which field, the first rows, and what is wrong with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from views.first_run.state import SHEETS, FileIntents, FilePreview
from views.formatting import count
from views.language import tr
from views.shell.ask_file import ask_which
from views.shell.segments import Segments
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.person_field import PersonField

_TABLE_PX: Final = 210


class FilePage(QWidget):
    """The page; tells the profile once the file is taken in."""

    done = Signal(str)
    back_wanted = Signal()

    def __init__(
        self, intents: FileIntents, parent: QWidget | None = None, *, asks_person: bool = True
    ) -> None:
        """Show no file yet; ``asks_person`` where it is not known who sits here."""
        super().__init__(parent)
        self._intents = intents
        self.preview: FilePreview | None = None
        self._path = ""
        self._kind = SHEETS[0][0]
        self.kinds = Segments(SHEETS, tr("What the rows are"))
        self.kinds.choose(self._kind)
        self.fields: dict[str, QComboBox] = {}
        self.rows = QTableWidget()
        self.verdict = label("", "strong")
        self.faults = label("", "error")
        self.person = PersonField(tr("Your name"))
        self.take = TowerButton(tr("Take it in"), "primary", icon_name="check")
        self.back = TowerButton(tr("Back"), icon_name="chevron-left")
        self.other = TowerButton(tr("Another file …"), "link")
        self.file = label("", "secondary")
        self._lay_out()
        self.person.setVisible(asks_person)
        self.kinds.chosen.connect(self._choose_kind)
        self.take.clicked.connect(self._take)
        self.back.clicked.connect(self.back_wanted)
        self.other.clicked.connect(self._ask)

    def _lay_out(self) -> None:
        self.rows.setFixedHeight(_TABLE_PX)
        self.rows.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.rows.setAccessibleName(tr("The first rows as they would be taken in"))
        self.rows.verticalHeader().hide()
        self.rows.setTabKeyNavigation(False)
        self.faults.setWordWrap(True)
        self.verdict.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.kinds)
        head.addWidget(self.file, 1)
        head.addWidget(self.other)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.person)
        buttons.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(self._grid)
        column.addWidget(self.verdict)
        column.addWidget(self.faults)
        column.addWidget(self.rows)
        column.addStretch(1)
        column.addLayout(buttons)

    # ------------------------------------------------------------------ show
    def open_file(self, path: str) -> None:
        """Look at a file."""
        self._path = path
        self._show(self._intents.preview(path, self._kind, {}))

    def _show(self, preview: FilePreview) -> None:
        self.preview = preview
        self.file.setText(preview.path)
        self._show_fields(preview)
        self._show_rows(preview)
        good, wrong = count(preview.good), count(preview.wrong)
        words = preview.problem or tr("{good} rows can be taken in, {wrong} cannot.", good=good, wrong=wrong)
        self.verdict.setText(words)
        self.faults.setText("\n".join(preview.faults[:3]))
        self.faults.setVisible(bool(preview.faults))
        self.take.setEnabled(not preview.problem)

    def _show_fields(self, preview: FilePreview) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                # Deleted only when the event loop is back, so it is hidden until then.
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        for number, field in enumerate(preview.fields):
            box = QComboBox()
            box.addItem(tr("no column"), "")
            for heading in preview.columns:
                box.addItem(heading, heading)
            box.setCurrentIndex(max(box.findData(field.column), 0))
            title = tr(field.title) + (" *" if field.is_required else "")
            box.setAccessibleName(tr("Column for {field}", field=tr(field.title)))
            box.activated.connect(lambda _=0: self._rename())
            self._grid.addWidget(label(title, "secondary"), number // 4 * 2, number % 4)
            self._grid.addWidget(box, number // 4 * 2 + 1, number % 4)
            self.fields[field.name] = box

    def _show_rows(self, preview: FilePreview) -> None:
        titles = [tr(field.title) for field in preview.fields if field.column]
        self.rows.setColumnCount(len(titles))
        self.rows.setHorizontalHeaderLabels(titles)
        self.rows.setRowCount(len(preview.rows))
        for row, cells in enumerate(preview.rows):
            for column, text in enumerate(cells[: len(titles)]):
                self.rows.setItem(row, column, QTableWidgetItem(text))
        self.rows.resizeColumnsToContents()

    # ------------------------------------------------------------------ acts
    def _rename(self) -> None:
        chosen = {name: str(box.currentData()) for name, box in self.fields.items()}
        self._show(self._intents.preview(self._path, self._kind, chosen))

    def _choose_kind(self, kind: str) -> None:
        self._kind = kind
        self.open_file(self._path)

    def _ask(self) -> None:
        path = ask_which(self, tr("Import a file"))
        if path:
            self.open_file(path)

    def _take(self) -> None:
        if self.preview is None or self.preview.problem:
            return
        profile, problem = self._intents.take_in(self.preview, self.person.text())
        if problem:
            self.verdict.setText(problem)
            self.person.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.done.emit(profile)
