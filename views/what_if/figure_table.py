"""Figures of every world side by side: a row a figure, a column a world, the one looked at framed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from views.theme import MEDIUM_WEIGHT, Theme, ToneName, numeric_font, theme_of, ui_font
from views.what_if.state import Figure, FigureRow, Turn

AnyIndex = QModelIndex | QPersistentModelIndex

_ROW_PX: Final = 25
_TITLE_PX: Final = 170
_COLUMN_PX: Final = 150
_PAD_PX: Final = 10
_TONES: Final[dict[Turn, ToneName]] = {"": "neutral", "good": "ok", "bad": "high"}
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class FigureModel(QAbstractTableModel):
    """Rows of figures under the names of the worlds."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.rows: tuple[FigureRow, ...] = ()

    def show(self, names: tuple[str, ...], rows: tuple[FigureRow, ...]) -> None:
        """Hold other figures."""
        self.beginResetModel()
        self.names, self.rows = names, rows
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """How many figures there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """How many worlds there are."""
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def figure(self, index: AnyIndex) -> Figure:
        """The figure of a cell."""
        return self.rows[index.row()].figures[index.column()]

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> str | None:
        """The figure in words; spoken with what it is and of which world."""
        if not index.isValid():
            return None
        figure = self.figure(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{figure.text} {figure.delta}".strip()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = self.rows[index.row()].title
            delta = f", {figure.delta} against the baseline" if figure.delta else ""
            return f"{title}, {self.names[index.column()]}: {figure.text}{delta}"
        return self.rows[index.row()].hint or None if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        """Names of worlds above, of figures at the left."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if orientation is Qt.Orientation.Horizontal else None
        if role == Qt.ItemDataRole.ToolTipRole and orientation is Qt.Orientation.Vertical:
            return self.rows[section].hint or None
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        return self.names[section] if orientation is Qt.Orientation.Horizontal else self.rows[section].title


class _FigureDelegate(QStyledItemDelegate):
    def __init__(self, table: FigureTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        theme = theme_of(self._table)
        figure = self._table.figures.figure(index)
        area = QRect(option.rect)
        chosen = index.column() == self._table.chosen
        painter.save()
        if chosen:
            painter.fillRect(area, theme.accent_soft)
        words = QRectF(area).adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        self._write(painter, words, figure, theme)
        painter.setPen(QPen(theme.border, 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        state = option.state
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 4, 4)
        painter.restore()

    def _write(self, painter: QPainter, words: QRectF, figure: Figure, theme: Theme) -> None:
        painter.setFont(numeric_font(11, MEDIUM_WEIGHT))
        painter.setPen(theme.tone(_TONES[figure.turn]).text)
        delta_px = painter.fontMetrics().horizontalAdvance(figure.delta) + 8 if figure.delta else 0
        painter.drawText(words, _RIGHT, figure.delta)
        painter.setFont(numeric_font(12, MEDIUM_WEIGHT))
        painter.setPen(theme.text)
        painter.drawText(words.adjusted(0, 0, -delta_px, 0), _RIGHT, figure.text)


class FigureTable(QTableView):
    """A table of figures; choosing a cell looks at its world."""

    #: The world of the chosen column.
    world_wanted = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Show nothing yet; ``name`` says to a screen reader what it shows."""
        super().__init__(parent)
        self.figures = FigureModel()
        self.chosen = 0
        self.setModel(self.figures)
        self.setAccessibleName(name)
        self.setItemDelegate(_FigureDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        side, head = self.verticalHeader(), self.horizontalHeader()
        side.setDefaultSectionSize(_ROW_PX)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        side.setFixedWidth(_TITLE_PX)
        head.setFixedHeight(28)
        head.setMinimumSectionSize(_COLUMN_PX)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        side.setHighlightSections(False)
        side.setFont(ui_font(12))
        head.sectionClicked.connect(self.world_wanted)
        self.selectionModel().currentColumnChanged.connect(
            lambda index, _before: self.world_wanted.emit(index.column())
        )
        self.setTabKeyNavigation(False)

    def show_figures(self, names: tuple[str, ...], rows: tuple[FigureRow, ...], chosen: int) -> None:
        """Show other figures."""
        self.figures.show(names, rows)
        self.choose(chosen)
        self.updateGeometry()

    def choose(self, world: int) -> None:
        """Frame another world."""
        self.chosen = world
        self.viewport().update()

    def full_height(self) -> int:
        """The height at which every row shows."""
        return 30 + _ROW_PX * len(self.figures.rows)

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(600, self.full_height())
