"""The figures at the top of the tower page: a tile each, or one line where the window is low."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from views.formatting import MINUS, NONE, count, money_short
from views.language import tr
from views.theme import (
    MEDIUM_WEIGHT,
    RADIUS_PANEL_PX,
    SEMI_BOLD,
    Theme,
    ToneName,
    numeric_font,
    theme_of,
    ui_font,
)
from views.tower.state import Kpi
from views.widgets.sparkline import paint_sparkline

TILE_PX: Final = 88
LINE_PX: Final = 40
_PAD_PX: Final = 13
_SPARK_PX: Final = 52
_MIN_SPARK_PX: Final = 32
_UP: Final = "▲"
_DOWN: Final = "▼"
_TONES: Final[dict[int, ToneName]] = {0: "accent", 1: "low", 2: "medium", 3: "high", 4: "critical"}
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def value_words(kpi: Kpi, currency: str) -> str:
    """A figure as it is written; a dash while it is unknown."""
    if kpi.value is None:
        return NONE
    return money_short(kpi.value, currency) if kpi.unit == "cents" else count(kpi.value)


def change_words(kpi: Kpi, currency: str) -> tuple[str, ToneName]:
    """How a figure moved, with an arrow and in words, and whether that is good."""
    if kpi.delta is None or kpi.note:
        return kpi.note, "neutral" if not kpi.severity else _TONES[kpi.severity]
    size = abs(kpi.delta)
    amount = money_short(size, currency) if kpi.unit == "cents" else count(size)
    if kpi.delta == 0:
        return tr("unchanged {period}", period=tr(kpi.period)).strip(), "neutral"
    went_up = kpi.delta > 0
    good = went_up == (kpi.better == "up")
    tone: ToneName = "ok" if good else _TONES[kpi.severity or 3]
    return f"{_UP if went_up else _DOWN} {amount} {tr(kpi.period)}".strip(), tone


class KpiTile(QWidget):
    """One figure with its change and its line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has a figure."""
        super().__init__(parent)
        self._kpi: Kpi | None = None
        self._currency = "USD"
        self._folded = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_kpi(self, kpi: Kpi, currency: str) -> None:
        """Show a figure."""
        self._kpi, self._currency = kpi, currency
        change, _ = change_words(kpi, currency)
        spoken = change.replace(_UP, "up").replace(_DOWN, "down").replace(MINUS, "minus ")
        self.setAccessibleName(f"{tr(kpi.title)}: {value_words(kpi, currency)}")
        self.setAccessibleDescription(spoken)
        self.setToolTip(f"{tr(kpi.title)}: {value_words(kpi, currency)}\n{change}".strip())
        self.update()

    def set_folded(self, *, folded: bool) -> None:
        """Use one line instead of a tile."""
        self._folded = folded
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The size of a tile, or of a line."""
        return QSize(168, LINE_PX if self._folded else TILE_PX)

    def minimumSizeHint(self) -> QSize:
        """The narrowest tile that still shows its figure."""
        return QSize(110, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the tile."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.panel)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS_PANEL_PX, RADIUS_PANEL_PX)
        if self._kpi is not None:
            if self._folded:
                self._paint_line(painter, self._kpi, theme)
            else:
                self._paint_tile(painter, self._kpi, theme)

    def _paint_line(self, painter: QPainter, kpi: Kpi, theme: Theme) -> None:
        area = QRectF(self.rect()).adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        painter.setFont(numeric_font(16, SEMI_BOLD))
        painter.setPen(theme.text)
        words = value_words(kpi, self._currency)
        painter.drawText(area, _RIGHT, words)
        room = area.width() - painter.fontMetrics().horizontalAdvance(words) - 8
        painter.setFont(ui_font(11))
        painter.setPen(theme.muted)
        area.setWidth(room)
        painter.drawText(area, _LEFT | int(Qt.TextFlag.TextWordWrap), tr(kpi.title))

    def _paint_tile(self, painter: QPainter, kpi: Kpi, theme: Theme) -> None:
        width = self.width()
        room = width - 2 * _PAD_PX
        painter.setFont(ui_font(12))
        painter.setPen(theme.muted)
        title = painter.fontMetrics().elidedText(tr(kpi.title), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(_PAD_PX, 10, room, 17), _LEFT, title)
        painter.setFont(numeric_font(24, SEMI_BOLD))
        painter.setPen(theme.text)
        words = value_words(kpi, self._currency)
        painter.drawText(QRectF(_PAD_PX, 28, room, 31), _LEFT, words)
        used = painter.fontMetrics().horizontalAdvance(words)
        spark_px = min(_SPARK_PX, room - used - 6)
        if spark_px >= _MIN_SPARK_PX:
            spark = QRectF(width - _PAD_PX - spark_px, 30, spark_px, 28)
            paint_sparkline(painter, kpi.series, spark, theme.tone(_TONES[kpi.severity]).mark)
        change, tone = change_words(kpi, self._currency)
        painter.setFont(ui_font(11, MEDIUM_WEIGHT))
        painter.setPen(theme.tone(tone).text)
        fitted = painter.fontMetrics().elidedText(change, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(_PAD_PX, 62, room, 16), _LEFT, fitted)


class KpiStrip(QWidget):
    """The tiles side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has figures."""
        super().__init__(parent)
        self.tiles: list[KpiTile] = []
        self._folded = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_kpis(self, kpis: Sequence[Kpi], currency: str) -> None:
        """Show figures, one a tile."""
        while len(self.tiles) < len(kpis):
            tile = KpiTile()
            tile.set_folded(folded=self._folded)
            self.tiles.append(tile)
            self._row.addWidget(tile)
        for number, tile in enumerate(self.tiles):
            tile.setVisible(number < len(kpis))
            if number < len(kpis):
                tile.show_kpi(kpis[number], currency)

    def set_folded(self, *, folded: bool) -> None:
        """Use one line instead of tiles."""
        if folded != self._folded:
            self._folded = folded
            for tile in self.tiles:
                tile.set_folded(folded=folded)
