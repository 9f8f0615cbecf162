"""A row of words of which one is chosen, in one frame: filter chips with their counts."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from views.theme import MEDIUM_WEIGHT, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring

_PAD_PX = 10
_GAP_PX = 6
_HEIGHT_PX = 24


class SegmentButton(QAbstractButton):
    """One word with a count beside it."""

    def __init__(self, key: str, text: str, parent: QWidget | None = None) -> None:
        """Show ``text``; ``key`` says which segment it is."""
        super().__init__(parent)
        self.key = key
        self._count = ""
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_count(self, count: str) -> None:
        """Show another count; an empty text shows none."""
        if count == self._count:
            return
        self._count = count
        self.setAccessibleName(f"{self.text()} {count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The size of both texts and the padding."""
        metrics = QFontMetricsF(ui_font(12, MEDIUM_WEIGHT))
        wide = metrics.horizontalAdvance(self.text()) + 2 * _PAD_PX
        if self._count:
            wide += metrics.horizontalAdvance(self._count) + _GAP_PX
        return QSize(round(wide) + 1, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground of the chosen segment, the word and the count."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self.isChecked() or self.underMouse():
            painter.setPen(QPen(theme.border, 1) if self.isChecked() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.hover if theme.name == "dark" else theme.panel)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        font = ui_font(12, MEDIUM_WEIGHT)
        painter.setFont(font)
        painter.setPen(theme.text if self.isChecked() else theme.muted)
        words = area.adjusted(_PAD_PX, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        left = QFontMetricsF(font).horizontalAdvance(self.text()) + _GAP_PX
        counts = words.adjusted(left, 0, 0, 0)
        painter.drawText(counts, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._count)
        if self.hasFocus():
            paint_focus_ring(painter, area, theme, 5)


class Segments(QWidget):
    """The row; tells the key of the segment a person chose."""

    chosen = Signal(str)

    def __init__(self, parts: Iterable[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        """Show ``(key, text)`` parts, the last one chosen; ``name`` is what a screen reader says."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._buttons: dict[str, SegmentButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(1)
        for key, text in parts:
            button = SegmentButton(key, text, self)
            group.addButton(button)
            row.addWidget(button)
            self._buttons[key] = button
            button.clicked.connect(lambda _=False, chosen=key: self.chosen.emit(chosen))
            button.setChecked(True)

    def button(self, key: str) -> SegmentButton:
        """The segment of a key."""
        return self._buttons[key]

    def set_count(self, key: str, count: str) -> None:
        """Show a count beside a segment's word."""
        self._buttons[key].set_count(count)

    def choose(self, key: str) -> None:
        """Show a segment as chosen, without telling anybody."""
        self._buttons[key].setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the frame round the segments."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
