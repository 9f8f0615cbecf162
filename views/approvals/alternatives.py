"""The options a proposer had, as written in the proposal: a small table, the chosen one marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.approvals.state import AlternativeLine
from views.formatting import counted, money_delta
from views.icons import paint_icon
from views.language import tr
from views.theme import MEDIUM_WEIGHT, SEMI_BOLD, numeric_font, theme_of, ui_font

_ROW_PX = 30
_COST_PX = 110
_LATE_PX = 120
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Alternatives(QWidget):
    """One line an option: name, cost against doing nothing, late orders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has options."""
        super().__init__(parent)
        self._lines: tuple[AlternativeLine, ...] = ()
        self._currency = "USD"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: Sequence[AlternativeLine], currency: str) -> None:
        """Show options."""
        self._lines, self._currency = tuple(lines), currency
        self.setAccessibleName(tr("Alternatives"))
        self.setAccessibleDescription(
            "; ".join(
                f"{line.label}{tr(' (chosen)') if line.chosen else ''}: "
                f"{money_delta(line.cost_delta_cents, currency)}, {counted(line.late_orders, 'late order')}"
                for line in lines
            )
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A row an option."""
        return QSize(320, _ROW_PX * len(self._lines))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the rows."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, line in enumerate(self._lines):
            row = QRect(0, number * _ROW_PX, self.width(), _ROW_PX)
            if line.chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.selection)
                painter.drawRoundedRect(QRectF(row), 6, 6)
                paint_icon(painter, "check", QRectF(8, row.top() + 8, 14, 14), theme.accent)
            else:
                painter.fillRect(QRect(0, row.bottom(), row.width(), 1), theme.border)
            painter.setFont(ui_font(13, SEMI_BOLD if line.chosen else MEDIUM_WEIGHT))
            painter.setPen(theme.text)
            label = row.adjusted(30, 0, -_COST_PX - _LATE_PX - 8, 0)
            fitted = painter.fontMetrics().elidedText(line.label, Qt.TextElideMode.ElideRight, label.width())
            painter.drawText(label, _LEFT, fitted)
            painter.setFont(numeric_font(13))
            painter.setPen(theme.ok.text if line.cost_delta_cents < 0 else theme.text)
            cost = row.adjusted(0, 0, -_LATE_PX - 8, 0)
            painter.drawText(cost, _RIGHT, money_delta(line.cost_delta_cents, self._currency))
            painter.setPen(theme.muted)
            painter.drawText(row.adjusted(0, 0, -8, 0), _RIGHT, counted(line.late_orders, "late order"))
