"""The order lines that flip, as a table that sorts by any column and keeps its selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from views.export import Cell, ExportColumn, ExportTable
from views.formatting import count, money_delta
from views.language import tr
from views.theme import ToneName, numeric_font, theme_of
from views.what_if.state import FlipRow, Turn

AnyIndex = QModelIndex | QPersistentModelIndex

_ROW_PX: Final = 27
_PROPOSED: Final = tr("proposed")
_TONES: Final[dict[Turn, ToneName]] = {"": "neutral", "good": "ok", "bad": "high"}
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_AFTER: Final = 4
_UNITS: Final = 5
_COST: Final = 6
_STATE: Final = 9
_NUMBERS: Final = frozenset({_UNITS, _COST})
TITLES: Final = (
    tr("Order line"), tr("From"), tr("To"), tr("Baseline"), tr("Scenario"),
    tr("Units"), tr("Order cost"), tr("Item"), tr("Customer"), tr("Proposal"),
)  # fmt: skip
_WIDTHS: Final = (124, 100, 120, 120, 168, 64, 104, 210, 200, 170)


class FlipModel(QAbstractTableModel):
    """Lines that flip, in an order of their own; rows stay values."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self.rows: list[FlipRow] = []
        self.currency = "USD"
        self.promoted: dict[str, str] = {}
        self._by = (-1, Qt.SortOrder.AscendingOrder)
        self._tone: Callable[[Turn], QColor] | None = None

    def set_tones(self, tone: Callable[[Turn], QColor]) -> None:
        """Take the colours of what is better and worse from the theme in force."""
        self._tone = tone

    def show(self, rows: Sequence[FlipRow], currency: str) -> None:
        """Hold other lines, sorted as before."""
        self.beginResetModel()
        self.rows, self.currency = list(rows), currency
        self._sort()
        self.endResetModel()

    def show_promoted(self, promoted: dict[str, str]) -> None:
        """Hold what became of proposals."""
        self.promoted = promoted
        if self.rows:
            self.dataChanged.emit(self.index(0, _STATE), self.index(len(self.rows) - 1, _STATE))

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """How many lines flip."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """How many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def state_words(self, row: FlipRow) -> str:
        """Whether a line can be proposed, was, or why not."""
        if row.line_id in self.promoted:
            return self.promoted[row.line_id] or _PROPOSED
        return row.why_not or (tr("for {case}", case=row.case_id) if row.case_id else tr("can be proposed"))

    def cell(self, row: FlipRow, column: int) -> str:
        """A cell in words."""
        words = (
            f"{row.order_number} / {row.position}" if row.position else row.order_number,
            row.from_words,
            row.to_words,
            row.before,
            row.after,
            count(row.units) if row.units else "",
            money_delta(row.order_delta_cents, self.currency),
            f"{row.sku}  {row.item_name}",
            row.customer,
            self.state_words(row),
        )
        return words[column]

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """A cell's words, alignment and colour."""
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.cell(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{TITLES[column]}: {self.cell(row, column)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _NUMBERS else _LEFT
        if role == Qt.ItemDataRole.FontRole and column in _NUMBERS:
            return numeric_font(12)
        if role == Qt.ItemDataRole.ForegroundRole and column == _AFTER and row.turn and self._tone:
            return self._tone(row.turn)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        """The columns' titles."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _NUMBERS else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section] + self._arrow(section)
        return None

    def _arrow(self, section: int) -> str:
        """The sorted column's arrow, as a word of its title: the style's own covers titles at the right."""
        column, order = self._by
        if section != column:
            return ""
        return "  ▾" if order is Qt.SortOrder.DescendingOrder else "  ▴"

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; equal lines stay as they were, and selected ones stay selected."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        held = [(self.rows[index.row()].line_id, index.column()) for index in old]
        self._by = (column, order)
        self._sort()
        place = {row.line_id: number for number, row in enumerate(self.rows)}
        self.changePersistentIndexList(old, [self.index(place[line_id], at) for line_id, at in held])
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(TITLES) - 1)

    def _sort(self) -> None:
        column, order = self._by
        if column >= 0:
            self.rows.sort(
                key=lambda row: self._sort_key(row, column), reverse=order is Qt.SortOrder.DescendingOrder
            )

    def _sort_key(self, row: FlipRow, column: int) -> tuple[int, str, int]:
        if column == 0:
            return (0, row.order_number, row.position)
        if column in _NUMBERS:
            return (row.units if column == _UNITS else row.order_delta_cents, "", 0)
        return (0, self.cell(row, column).casefold(), 0)


class FlipTable(QTableView):
    """Shows the model; Enter asks why, a selection is what is promoted."""

    #: A line is asked about.
    why_wanted = Signal(str)
    #: Other lines are selected.
    selection_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.flips = FlipModel()
        self.flips.set_tones(lambda turn: theme_of(self).tone(_TONES[turn]).text)
        self.setModel(self.flips)
        self.setAccessibleName(tr("Order lines that flip"))
        self.setProperty("kind", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        head = self.horizontalHeader()
        head.setFixedHeight(28)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(True)
        head.setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.setSortingEnabled(True)
        head.setSortIndicatorShown(False)
        self.sortByColumn(_COST, Qt.SortOrder.DescendingOrder)
        self.activated.connect(self._ask)
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_moved.emit())
        self.selectionModel().currentRowChanged.connect(lambda index, _before: self._ask(index))

    def _ask(self, index: QModelIndex) -> None:
        if index.isValid():
            self.why_wanted.emit(self.flips.rows[index.row()].line_id)

    def chosen(self) -> tuple[FlipRow, ...]:
        """The selected lines, in the order shown."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(self.flips.rows[row] for row in rows)

    def export(self, title: str) -> ExportTable:
        """The table as it is shown."""
        rows, promoted = tuple(self.flips.rows), self.flips

        def cells() -> Iterator[tuple[Cell, ...]]:
            for row in rows:
                yield (
                    row.order_number, row.position, row.sku, row.item_name, row.customer, row.units,
                    row.from_words, row.to_words, row.before, row.after, row.order_delta_cents,
                    promoted.state_words(row),
                )  # fmt: skip

        columns = (
            ExportColumn(title=tr("Order")), ExportColumn(title=tr("Line"), kind="count"),
            ExportColumn(title=tr("Item")), ExportColumn(title=tr("Name")),
            ExportColumn(title=tr("Customer")),
            ExportColumn(title=tr("Units"), kind="count"), ExportColumn(title=tr("From")),
            ExportColumn(title=tr("To")), ExportColumn(title=tr("Baseline")),
            ExportColumn(title=tr("Scenario")),
            ExportColumn(title=tr("Order cost difference"), kind="cents"),
            ExportColumn(title=tr("Proposal")),
        )  # fmt: skip
        return ExportTable(title=title, columns=columns, count=len(rows), rows=cells)
