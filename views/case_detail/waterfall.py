"""The bars of a case's money: each begins where the one before ended, the last stands on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from views.case_detail.state import CaseDetail
from views.formatting import moment, money_exact, money_short, seconds_between, time_left
from views.language import tr
from views.theme import MEDIUM_WEIGHT, numeric_font, theme_of, ui_font
from views.widgets.labels import label as words_label

Bars = tuple[tuple[str, int], ...]

_ROW_PX: Final = 22
_LABEL_PX: Final = 172
_AMOUNT_PX: Final = 96
_BAR_PX: Final = 8
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def spans(bars: Sequence[tuple[str, int]]) -> list[tuple[float, float]]:
    """Where each bar begins and ends, as shares of the widest reach; the last is the total of the others."""
    ends = [0]
    for _, cents in bars[:-1]:
        ends.append(ends[-1] + cents)
    floors = [*pairwise(ends), (0, bars[-1][1])] if bars else []
    low = min((min(pair) for pair in floors), default=0)
    reach = max((max(pair) for pair in floors), default=0) - low or 1
    return [((min(pair) - low) / reach, (max(pair) - low) / reach) for pair in floors]


def ranking_words(detail: CaseDetail, now: datetime) -> str:
    """Why the case stands where it does: a person's rank, money a minute, and until when acting helps."""
    parts = [tr("Ranked {manual_rank}", manual_rank=detail.manual_rank)] if detail.manual_rank else []
    by = detail.case.responsible_at
    if by is not None and by < now:
        return "  ·  ".join(
            [*parts, tr("Too late: acting helped until {moment}", moment=moment(by, now, detail.zone))]
        )
    parts.append(
        tr(
            "Saves {money_short} a minute",
            money_short=money_short(detail.case.impact.value_per_minute_cents, detail.currency),
        )
    )
    if by is not None:
        left = time_left(seconds_between(by, now))
        parts.append(tr("begin before {moment} ({left})", moment=moment(by, now, detail.zone), left=left))
    return "  ·  ".join(parts)


class MoneyPanel(QWidget):
    """The bars with a line above them that says why the case stands where it does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.ranking = words_label("", "caption")
        self.ranking.setWordWrap(True)
        self.bars = Waterfall()
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 4, 2, 6)
        column.setSpacing(4)
        column.addWidget(self.ranking)
        column.addWidget(self.bars)

    def show_case(self, detail: CaseDetail, now: datetime) -> None:
        """Show a case's money."""
        self.bars.show_bars(detail.waterfall, detail.currency)
        self.show_clock(detail, now)

    def show_clock(self, detail: CaseDetail, now: datetime) -> None:
        """Let the countdown go on."""
        self.ranking.setText(ranking_words(detail, now))


class Waterfall(QWidget):
    """Shows bars; hidden where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.bars: Bars = ()
        self._currency = "USD"
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_bars(self, bars: Bars, currency: str) -> None:
        """Show these bars, the last as the total."""
        self.bars, self._currency = bars, currency
        words = ", ".join(f"{label} {money_exact(cents, currency)}" for label, cents in bars)
        self.setAccessibleName(tr("What the money is made of: {words}", words=words))
        self.setVisible(bool(bars))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(_LABEL_PX + _AMOUNT_PX + 60, _ROW_PX * len(self.bars) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw label, bar and amount of each row."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = max(0, self.width() - _LABEL_PX - _AMOUNT_PX)
        for row, ((label, cents), (begin, end)) in enumerate(zip(self.bars, spans(self.bars), strict=True)):
            total = row == len(self.bars) - 1
            line = QRect(0, row * _ROW_PX, self.width(), _ROW_PX)
            painter.setFont(ui_font(12, MEDIUM_WEIGHT) if total else ui_font(12))
            painter.setPen(theme.text if total else theme.muted)
            painter.drawText(line.adjusted(2, 0, 0, 0), _LEFT, label)
            painter.setFont(numeric_font(12, MEDIUM_WEIGHT))
            painter.setPen(theme.text)
            painter.drawText(line.adjusted(0, 0, -2, 0), _RIGHT, money_exact(cents, self._currency))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent if total else theme.tone("high" if cents > 0 else "ok").text)
            top = line.top() + (_ROW_PX - _BAR_PX) / 2
            width = max(2.0, (end - begin) * room)
            painter.drawRoundedRect(QRectF(_LABEL_PX + begin * room, top, width, _BAR_PX), 2, 2)
