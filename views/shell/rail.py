"""The rail at the left: one button a page, with a badge for what waits."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from views.icons import paint_icon
from views.language import tr
from views.shell.state import Page
from views.theme import MEDIUM_WEIGHT, SEMI_BOLD, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring

WIDTH_PX: Final = 64
_BUTTON_PX: Final = (52, 52)
_ICON_PX: Final = 20
_MOST: Final = 99
PAGES: Final[tuple[tuple[Page, str, str], ...]] = (
    ("tower", tr("Tower"), "access-point"),
    ("what_if", tr("What-if"), "git-compare"),
    ("approvals", tr("Approve"), "clipboard-check"),
    ("kpis", tr("KPIs"), "chart-line"),
    ("rules", tr("Rules"), "adjustments"),
    ("sources", tr("Sources"), "plug-connected"),
)


class RailButton(QAbstractButton):
    """An icon over a word; checked while its page is shown."""

    def __init__(self, text: str, icon_name: str, parent: QWidget | None = None) -> None:
        """Show an icon and a word."""
        super().__init__(parent)
        self._icon_name = icon_name
        self._badge = 0
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def badge(self) -> int:
        """How many things wait behind the button."""
        return self._badge

    def set_badge(self, badge: int) -> None:
        """Show how many things wait; nought shows no badge."""
        if badge == self._badge:
            return
        self._badge = badge
        self.setAccessibleName(
            tr("{text}, {badge} waiting", text=self.text(), badge=badge) if badge else self.text()
        )
        self.update()

    def sizeHint(self) -> QSize:
        """The size of a button."""
        return QSize(*_BUTTON_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw ground, icon, word and badge."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(theme.accent_soft if self.isChecked() else theme.hover)
            painter.drawRoundedRect(area, 8, 8)
        colour = theme.accent if self.isChecked() else theme.muted
        where = QRectF((area.width() - _ICON_PX) / 2, 8, _ICON_PX, _ICON_PX)
        paint_icon(painter, self._icon_name, where, colour)
        painter.setFont(ui_font(10, MEDIUM_WEIGHT))
        painter.setPen(theme.accent if self.isChecked() else theme.muted)
        painter.drawText(area.adjusted(0, 31, 0, -4), int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self._badge:
            self._paint_badge(painter, area, theme.critical.mark, theme.bg)
        if self.hasFocus():
            paint_focus_ring(painter, area, theme)

    def _paint_badge(self, painter: QPainter, area: QRectF, ground: QColor, words: QColor) -> None:
        text = str(self._badge) if self._badge <= _MOST else f"{_MOST}+"
        painter.setFont(ui_font(10, SEMI_BOLD))
        width = max(painter.fontMetrics().horizontalAdvance(text) + 9, 16)
        spot = QRectF(min(area.center().x() + 3, area.right() - width - 1), 3, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(spot, 8, 8)
        painter.setPen(words)
        painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), text)


class Mark(QWidget):
    """The program's sign in the corner."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the sign."""
        super().__init__(parent)
        self.setFixedSize(32, 32)
        self.setAccessibleName("Fulfilment Tower")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw it."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.button)
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        paint_icon(painter, "access-point", QRectF(6, 6, 20, 20), theme.on_button)


class Rail(QFrame):
    """Pages above, help and settings below."""

    page_wanted = Signal(str)
    help_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the pages, the tower first."""
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName(tr("Pages"))
        self.buttons: dict[str, RailButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 12, 6, 10)
        column.setSpacing(6)
        column.addWidget(Mark(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        for page, text, icon_name in PAGES:
            self._add_page(column, page, text, icon_name)
        column.addStretch(1)
        self.help = RailButton(tr("Help"), "help")
        self.help.clicked.connect(self.help_wanted)
        column.addWidget(self.help)
        self._add_page(column, "settings", tr("Settings"), "settings")

    def _add_page(self, column: QVBoxLayout, page: Page, text: str, icon_name: str) -> None:
        button = RailButton(text, icon_name)
        button.setCheckable(True)
        button.clicked.connect(lambda _=False: self.page_wanted.emit(page))
        self.buttons[page] = button
        column.addWidget(button)

    def show_page(self, page: Page) -> None:
        """Mark the button of the page shown."""
        for name, button in self.buttons.items():
            button.setChecked(name == page)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line towards the page."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme_of(self).border)
