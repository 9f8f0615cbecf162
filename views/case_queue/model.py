"""The item model over the queue's columns: no proxy, no object a row.

Qt asks for about seven roles a cell; integer comparisons and an early return keep that cheap.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from views.case_queue.row_texts import RowTexts, incident_texts, row_texts
from views.case_queue.state import CaseTable, QueueView, SortKey
from views.case_queue.store import QueueStore
from views.language import tr

AnyIndex = QModelIndex | QPersistentModelIndex

COLUMNS: Final[tuple[tuple[str, SortKey], ...]] = (
    ("", SortKey.SEVERITY),
    (tr("Exception"), SortKey.CASE_ID),
    (tr("Type"), SortKey.TYPE),
    (tr("Order / lane"), SortKey.SUBJECT),
    (tr("Status"), SortKey.STATUS),
    (tr("Value at risk"), SortKey.LOSS),
    (tr("SLA"), SortKey.BREACH),
    (tr("Owner"), SortKey.OWNER),
    (tr("Best option"), SortKey.BEST_OPTION),
)
MARK, CASE_ID, TYPE, SUBJECT, STATUS, LOSS, BREACH, OWNER, BEST = range(len(COLUMNS))

_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_TOOL_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_SPOKEN: Final = int(Qt.ItemDataRole.AccessibleTextRole)
_KEPT_ROWS: Final = 4_096
_MOST_RUNS: Final = 64


class QueueModel(QAbstractTableModel):
    """Rows of the store as Qt sees them; words are made for the rows in sight and kept until data change."""

    def __init__(self, store: QueueStore) -> None:
        """Show a store."""
        super().__init__()
        self.store = store
        self.currency = "USD"
        self._words: dict[int, RowTexts] = {}

    # ------------------------------------------------------------------ what Qt asks
    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """How many cases are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.store)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """How many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = _DISPLAY) -> str | None:
        """The words of a cell; the first column says the whole case to a screen reader."""
        if role not in {_DISPLAY, _TOOL_TIP, _SPOKEN}:
            return None
        words, column = self.words(index.row()), index.column()
        if role == _SPOKEN and column == MARK:
            return words.spoken
        if column == MARK:
            return None
        return self.cell_text(words, column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> str | int | None:
        """The title of a column."""
        if orientation == Qt.Orientation.Horizontal and role in {_DISPLAY, _SPOKEN}:
            return COLUMNS[section][0] or (tr("Severity") if role == _SPOKEN else "")
        return None

    # ------------------------------------------------------------------ what the delegate asks
    def words(self, row: int) -> RowTexts:
        """The words of a row."""
        slot = int(self.store.order[row])
        kept = self._words.get(slot)
        if kept is None:
            if len(self._words) >= _KEPT_ROWS:
                self._words.clear()
            kept = row_texts(self.store.table, slot, self.store.now_s, self.currency)
            incident = self.store.incident_at(row)
            if incident is not None:
                unfolded = incident.incident_id in self.store.view.unfolded
                kept = incident_texts(kept, incident, self.store.now_s, self.currency, unfolded=unfolded)
            elif self.store.is_inner(row):
                kept = replace(kept, fold="inner")
            self._words[slot] = kept
        return kept

    @staticmethod
    def cell_text(words: RowTexts, column: int) -> str:
        """The words of one column."""
        texts = (
            "",
            words.case_id,
            words.type_title,
            words.subject,
            words.status,
            words.loss,
            words.breach,
            words.owner,
            f"{words.best_option}  {words.best_delta}".strip(),
        )
        return texts[column]

    # ------------------------------------------------------------------ changes
    def apply_table(self, table: CaseTable) -> None:
        """Take a new table; closed cases leave, the others keep their places, new ones wait for a refresh."""
        if not len(self.store):
            self.beginResetModel()
            self._words.clear()
            self.store.replace_table(table)
            self.store.take(self.store.wanted())
            self.endResetModel()
            return
        self._remove(self.store.gone_rows(table), table)
        self._words.clear()
        self.store.replace_table(table)
        self._repaint()

    def apply_clock(self, now_s: int) -> None:
        """Let the countdowns go on."""
        self.store.now_s = now_s
        self._words.clear()
        self._repaint()

    def apply_view(self, view: QueueView) -> None:
        """Filter and sort; a pure re-order keeps selection and current row, else the model is reset."""
        self.store.view = view
        self.refresh()

    def refresh(self) -> None:
        """Apply filter and sort to the present table."""
        wanted = self.store.wanted()
        self._words.clear()
        if not self.store.shows_same_rows(wanted.order):
            self.beginResetModel()
            self.store.take(wanted)
            self.endResetModel()
            return
        self.layoutAboutToBeChanged.emit()
        before = self.store.order
        self.store.take(wanted)
        old = self.persistentIndexList()
        row_of = np.empty(len(self.store.table) if old else 0, dtype=np.int64)
        if old:
            row_of[wanted.order] = np.arange(len(wanted.order))
        new = [self.index(int(row_of[before[index.row()]]), index.column()) for index in old]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _remove(self, gone: list[int], table: CaseTable) -> None:
        runs: list[tuple[int, int]] = []
        for row in gone:
            if runs and runs[-1][1] == row - 1:
                runs[-1] = (runs[-1][0], row)
            else:
                runs.append((row, row))
        if len(runs) > _MOST_RUNS:
            self.beginResetModel()
            kept = set(table.ids)
            ids = self.store.table.ids
            order = self.store.order
            self.store.keep_rows(order[[ids[slot] in kept for slot in order.tolist()]])
            self.endResetModel()
            return
        for first, last in reversed(runs):
            self.beginRemoveRows(QModelIndex(), first, last)
            self.store.drop_rows(first, last)
            self.endRemoveRows()

    def _repaint(self) -> None:
        if len(self.store):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.store) - 1, len(COLUMNS) - 1))
