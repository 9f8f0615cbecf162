"""A list whose rows hold two lines at the left and two at the right; scrolls, speaks and takes arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from views.theme import MEDIUM_WEIGHT, ToneName, numeric_font, theme_of, ui_font
from views.widgets.severity_mark import paint_severity_mark

AnyIndex = QModelIndex | QPersistentModelIndex

_ROW_PX: Final = 46
_MARK_PX: Final = 24
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row; ``severity`` above 0 puts its mark before the title, ``tone`` colours the right lower text."""

    key: str
    title: str
    text: str = ""
    right: str = ""
    right_text: str = ""
    tone: ToneName | None = None
    severity: int = 0

    @property
    def spoken(self) -> str:
        """The row for a screen reader."""
        return ", ".join(part for part in (self.title, self.text, self.right, self.right_text) if part)


class _LineModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Line, ...] = ()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> str | None:
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.lines[index.row()].spoken
        return None

    def show(self, lines: tuple[Line, ...]) -> None:
        if [line.key for line in lines] == [line.key for line in self.lines]:
            self.lines = lines
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, view: QListView, model: _LineModel, pad_px: int) -> None:
        super().__init__(view)
        self._pad_px = pad_px
        self._view = view
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        return QSize(120, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        theme, rect = theme_of(self._view), option.rect
        line = self._model.lines[index.row()]
        if self._view.selectionModel().isSelected(index):
            painter.fillRect(rect, theme.selection)
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), theme.accent)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.border)
        area = rect.adjusted(self._pad_px, 4, -self._pad_px, -5)
        if line.severity:
            paint_severity_mark(painter, line.severity, _mark_at(area), 10.5, theme)
            area.adjust(_MARK_PX, 0, 0, 0)
        upper, lower = QRect(area), QRect(area)
        upper.setHeight(area.height() // 2)
        lower.setTop(upper.bottom() + 1)
        # Digits of one width widen hyphens too, so words keep the plain font.
        is_figure = any(letter.isdigit() for letter in line.right)
        painter.setFont((numeric_font if is_figure else ui_font)(13, MEDIUM_WEIGHT))
        painter.setPen(theme.text)
        painter.drawText(upper, _RIGHT, line.right)
        used = painter.fontMetrics().horizontalAdvance(line.right)
        painter.setFont(ui_font(13, MEDIUM_WEIGHT))
        _draw_fitted(painter, upper, line.title, used)
        painter.setFont(ui_font(12))
        painter.setPen(theme.muted if line.tone is None else theme.tone(line.tone).text)
        painter.drawText(lower, _RIGHT, line.right_text)
        used = painter.fontMetrics().horizontalAdvance(line.right_text)
        painter.setPen(theme.muted)
        _draw_fitted(painter, lower, line.text, used)


def _mark_at(area: QRect) -> QPointF:
    return QPointF(area.left() + _MARK_PX / 2 - 3, area.top() + area.height() / 4 + 1)


def _draw_fitted(painter: QPainter, area: QRect, text: str, used_px: int) -> None:
    room = area.width() - used_px - (12 if used_px else 0)
    painter.drawText(area, _LEFT, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))


class TwoLineList(QListView):
    """The list; keeps its current row by key when the lines change."""

    #: The key of the row a person made current.
    chosen = Signal(str)

    def __init__(
        self, name: str, *, selectable: bool = False, pad_px: int = 8, parent: QWidget | None = None
    ) -> None:
        """Show nothing yet; ``name`` says what the list holds, ``pad_px`` is the air beside its rows."""
        super().__init__(parent)
        self._lines = _LineModel()
        self.setModel(self._lines)
        self.setItemDelegate(_LineDelegate(self, self._lines, pad_px))
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.SingleSelection if selectable else mode.NoSelection)
        self._key = ""

    def lines(self) -> tuple[Line, ...]:
        """The rows shown."""
        return self._lines.lines

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other rows."""
        self._lines.show(tuple(lines))
        self.choose(self._key)

    def fit(self, *, fewest: int, most: int) -> None:
        """Be as high as its rows: never higher than ``most`` of them, never lower than ``fewest``."""
        rows = min(len(self._lines.lines), most)
        self.setMinimumHeight(min(rows, fewest) * _ROW_PX)
        self.setMaximumHeight(rows * _ROW_PX)

    def current_key(self) -> str:
        """The key of the current row, empty when there is none."""
        return self._key

    def choose(self, key: str) -> None:
        """Make a row current without telling anybody; an unknown key leaves none."""
        self._key = key
        row = next((n for n, line in enumerate(self._lines.lines) if line.key == key), -1)
        if row < 0:
            self.selectionModel().clear()
        elif self.currentIndex().row() != row:
            self.setCurrentIndex(self._lines.index(row))

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:  # noqa: N802 - Qt's name
        """Tell which row a key or a click made current."""
        super().currentChanged(current, previous)
        if not current.isValid():
            return
        key = self._lines.lines[current.row()].key
        if key != self._key:
            self._key = key
            self.chosen.emit(key)
