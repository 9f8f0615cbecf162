"""The queue's table and header: fixed row heights, columns that fit the width, no resizing by contents."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from views.case_queue.model import (
    BEST,
    BREACH,
    CASE_ID,
    COLUMNS,
    LOSS,
    MARK,
    OWNER,
    STATUS,
    SUBJECT,
    TYPE,
    QueueModel,
)
from views.case_queue.row_painter import PAD_PX, ROW_PX, RowLook, RowPainter
from views.case_queue.state import Density, SortKey
from views.icons import paint_icon
from views.language import tr
from views.theme import MEDIUM_WEIGHT, theme_of, ui_font

HEADER_PX: Final = 30
_CHEVRON_PX: Final = 12
#: Below this width the owner's column gives its room to the others.
_OWNER_FROM_PX: Final = 900
_FIXED_PX: Final = {MARK: 34, CASE_ID: 128, TYPE: 122, STATUS: 92, LOSS: 100, BREACH: 90, OWNER: 78}
_NARROW_PX: Final = {MARK: 30, CASE_ID: 128, TYPE: 124, STATUS: 86, LOSS: 98, BREACH: 92, OWNER: 0}
_SUBJECT_SHARE: Final = 0.56


def column_widths(width_px: int, hidden: frozenset[int] = frozenset()) -> dict[int, int]:
    """How wide each column is in a table of ``width_px``; 0 hides it, as do the ``hidden`` ones.

    The order's and the option's column share what the others leave; without them the last one takes it.
    """
    widths = dict(_NARROW_PX if width_px < _OWNER_FROM_PX else _FIXED_PX)
    widths = {column: 0 if column in hidden else width for column, width in widths.items()}
    rest = max(width_px - sum(widths.values()), 0)
    wide = [column for column in (SUBJECT, BEST) if column not in hidden]
    widths |= {SUBJECT: 0, BEST: 0}
    if len(wide) == 1:
        widths[wide[0]] = rest
    elif wide:
        widths[SUBJECT] = int(rest * _SUBJECT_SHARE)
        widths[BEST] = rest - widths[SUBJECT]
    else:
        widths[max(column for column, width in widths.items() if width)] += rest
    return widths


class QueueHeader(QHeaderView):
    """Column titles; the one sorted by has a small arrow."""

    def __init__(self, parent: QWidget) -> None:
        """Make a header of fixed sections that can be clicked."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.sorted_by: SortKey = SortKey.PRIORITY
        self.descending = True
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFixedHeight(HEADER_PX)
        self.setMinimumSectionSize(0)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Queue columns; click one to sort by it"))

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        """Draw a title, at the side where the column's values stand."""
        theme = theme_of(self)
        painter.fillRect(rect, theme.panel)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.border)
        title, sort = COLUMNS[logical_index]
        sorted_here = sort is self.sorted_by
        painter.setFont(ui_font(12, MEDIUM_WEIGHT))
        painter.setPen(theme.text if sorted_here else theme.muted)
        area = rect.adjusted(PAD_PX, 0, -PAD_PX, -1)
        align = Qt.AlignmentFlag.AlignLeft
        if logical_index == LOSS:
            align = Qt.AlignmentFlag.AlignRight
            area = area.adjusted(0, 0, -4, 0)
        painter.drawText(area, int(align | Qt.AlignmentFlag.AlignVCenter), title)
        if sorted_here and title:
            width = painter.fontMetrics().horizontalAdvance(title)
            left = (
                area.left() + width + 3 if align == Qt.AlignmentFlag.AlignLeft else area.right() - width - 15
            )
            where = QRectF(left, rect.center().y() - _CHEVRON_PX / 2, _CHEVRON_PX, _CHEVRON_PX)
            paint_icon(painter, "chevron-down" if self.descending else "chevron-up", where, theme.text)


class QueueTable(QTableView):
    """The table; Enter or a double click opens a case, the arrow keys move like J and K."""

    opened = Signal()
    #: A person's key or click made this row current.
    row_chosen = Signal(int)
    #: The chosen row's incident is to show its members, or to fold them away.
    fold_wanted = Signal()
    #: This row is to be marked, or not any more.
    mark_wanted = Signal(int)
    #: Every row from the current one to this is to be marked.
    marks_to_wanted = Signal(int)

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        """Show a queue model."""
        super().__init__(parent)
        self.setModel(model)
        self._model = model
        self._rows = RowPainter()
        self._hovered_row = -1
        self._marked: frozenset[str] = frozenset()
        self.density = Density.NORMAL
        self.header = QueueHeader(self)
        self.setHorizontalHeader(self.header)
        self._settle_looks()
        self.setAccessibleName(tr("Queue of exceptions"))

    def _settle_looks(self) -> None:
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_PX)
        rows.setMinimumSectionSize(ROW_PX)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        # Rows and the ground below them fill it: nothing behind it needs painting first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_density(self, density: Density) -> None:
        """Make the rows higher or lower; the current row stays in sight."""
        self.density = density
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(density.row_px)
        rows.setDefaultSectionSize(density.row_px)
        self.viewport().update()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.EnsureVisible)

    # ------------------------------------------------------------------ rows
    def show_row(self, row: int) -> None:
        """Make a row the current one and bring it into sight; -1 shows none as selected."""
        selection = self.selectionModel()
        if row < 0:
            selection.clear()
            return
        index = self._model.index(row, 0)
        if selection.currentIndex().row() != row or not selection.isRowSelected(row, QModelIndex()):
            self.setCurrentIndex(index)
            self.selectRow(row)
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def show_marks(self, marked: frozenset[str]) -> None:
        """Draw these cases as marked."""
        self._marked = marked
        self.viewport().update()

    # ------------------------------------------------------------------ paint
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight."""
        theme, area = theme_of(self), event.rect()
        painter = QPainter(self.viewport())
        painter.fillRect(area, theme.panel)
        columns = tuple(
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in range(len(COLUMNS))
            if not self.isColumnHidden(column)
        )
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        row = self.rowAt(max(area.top(), 0))
        while 0 <= row < self._model.rowCount():
            top = self.rowViewportPosition(row)
            if top > area.bottom():
                break
            look = RowLook(
                selected=row in chosen,
                hovered=row == self._hovered_row,
                marked=self._model.store.id_at(row) in self._marked if self._marked else False,
                height=self.density.row_px,
            )
            self._rows.paint(painter, top, columns, self._model.words(row), look, theme)
            row += 1

    # ------------------------------------------------------------------ events
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the width."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Fit the columns that are shown to the width."""
        left_out = self._model.store.view.hidden_columns
        hidden = frozenset(number for number, (_, key) in enumerate(COLUMNS) if key in left_out)
        for column, width in column_widths(self.viewport().width(), hidden).items():
            self.setColumnHidden(column, width == 0)
            if width:
                self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter; letters are shortcuts, not a search for a row."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
            return
        if event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} and self._folds(event.key()):
            self.fold_wanted.emit()
            return
        if event.text().isprintable() and event.text().strip():
            event.ignore()
            return
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        if self.currentIndex().isValid() and self.currentIndex().row() != before:
            self.row_chosen.emit(self.currentIndex().row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer; with Ctrl mark it, with Shift mark all rows up to it."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.mark_wanted.emit(index.row())
            return
        if index.isValid() and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.marks_to_wanted.emit(index.row())
            return
        super().mousePressEvent(event)
        if index.isValid():
            self.row_chosen.emit(index.row())
            if index.column() == MARK and self._model.words(index.row()).fold in {"folded", "unfolded"}:
                self.fold_wanted.emit()

    def _folds(self, key: int) -> bool:
        """Whether the key changes what the current row shows: right unfolds, left folds."""
        row = self.currentIndex().row()
        if row < 0:
            return False
        fold = self._model.words(row).fold
        return fold == "folded" if key == Qt.Key.Key_Right else fold in {"unfolded", "inner"}

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the case under the pointer."""
        super().mouseDoubleClickEvent(event)
        self.opened.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the row under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(int(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer any more."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered_row:
            self._hovered_row = row
            self.viewport().update()
