"""The options side by side: what each costs and saves, the recommended one outlined, one of them chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from domain.recommendations import Option, Remedy
from views.formatting import count, money_delta, money_short, percent
from views.language import tr
from views.theme import MEDIUM_WEIGHT, SEMI_BOLD, Theme, ToneName, numeric_font, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.meter import paint_meter

_LABEL_PX: Final = 82
_HEAD_PX: Final = 52
_ROW_PX: Final = 28
_MIN_COLUMN_PX: Final = 88
_BAR_INSET_PX: Final = 14
_FULL_BP: Final = 10_000
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line of the matrix: its name, how a value is written, its bar and the bar's tone."""

    title: str
    words: Callable[[Option, str], str]
    size: Callable[[Option], int]
    tone: Callable[[Option], ToneName]
    of_most: bool = True


def _cost_tone(option: Option) -> ToneName:
    if option.cost_delta_cents == 0:
        return "neutral"
    return "ok" if option.cost_delta_cents < 0 else "critical"


def _worse(option: Option, worst: int) -> ToneName:
    return "critical" if worst and option.remedy is Remedy.DO_NOTHING else "ok" if worst else "neutral"


MEASURES: Final = (
    Measure(
        title=tr("Cost delta"),
        words=lambda o, currency: money_delta(o.cost_delta_cents, currency),
        size=lambda o: abs(o.cost_delta_cents),
        tone=_cost_tone,
    ),
    Measure(
        title=tr("Late orders"),
        words=lambda o, _: count(o.late_orders),
        size=lambda o: o.late_orders,
        tone=lambda o: _worse(o, o.late_orders),
    ),
    Measure(
        title=tr("Orders OTIF"),
        words=lambda o, _: percent(o.otif_bp),
        size=lambda o: o.otif_bp,
        tone=lambda o: "critical" if o.remedy is Remedy.DO_NOTHING and o.otif_bp < _FULL_BP else "ok",
        of_most=False,
    ),
    Measure(
        title=tr("Penalties"),
        words=lambda o, currency: money_short(o.penalty_cents, currency),
        size=lambda o: o.penalty_cents,
        tone=lambda o: _worse(o, o.penalty_cents),
    ),
)


class OptionMatrix(QWidget):
    """A column an option; click or the arrow keys choose one."""

    #: The id of the option a person chose.
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has options."""
        super().__init__(parent)
        self._options: tuple[Option, ...] = ()
        self._currency = "USD"
        self._chosen_id = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def chosen_id(self) -> str:
        """The option chosen now, empty when there is none."""
        return self._chosen_id

    def set_options(self, options: Sequence[Option], chosen_id: str, currency: str) -> None:
        """Show options, one of them chosen."""
        self._options = tuple(options)
        self._currency = currency
        self.setMinimumWidth(_LABEL_PX + _MIN_COLUMN_PX * len(self._options))
        self._choose(chosen_id)
        self.updateGeometry()

    def _choose(self, option_id: str) -> None:
        self._chosen_id = option_id
        option = next((o for o in self._options if o.option_id == option_id), None)
        spoken = (
            tr("No option chosen") if option is None else tr("Chosen option: {label}", label=option.label)
        )
        self.setAccessibleName(spoken)
        self.setAccessibleDescription("; ".join(self.spoken(o) for o in self._options))
        self.update()

    def spoken(self, option: Option) -> str:
        """One option in words, for a screen reader."""
        values = ", ".join(f"{m.title.casefold()} {m.words(option, self._currency)}" for m in MEASURES)
        return f"{option.label}{tr(' (recommended)') if option.recommended else ''}: {values}"

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(_LABEL_PX + 100 * max(len(self._options), 1), _HEAD_PX + _ROW_PX * len(MEASURES) + 8)

    def column_rect(self, number: int) -> QRect:
        """Where an option's column is."""
        width = (self.width() - _LABEL_PX) / max(len(self._options), 1)
        left = _LABEL_PX + round(number * width)
        return QRect(left, 0, round(width), self.height())

    # ------------------------------------------------------------------ events
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the column under the pointer."""
        for number, option in enumerate(self._options):
            if self.column_rect(number).contains(event.position().toPoint()):
                self._choose(option.option_id)
                self.chosen.emit(option.option_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the column to the left or to the right."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step or not self._options:
            super().keyPressEvent(event)
            return
        ids = [o.option_id for o in self._options]
        at = ids.index(self._chosen_id) if self._chosen_id in ids else 0
        wanted = ids[min(max(at + step, 0), len(ids) - 1)]
        self._choose(wanted)
        self.chosen.emit(wanted)

    def event(self, event: QEvent) -> bool:
        """Say why an option is as it is, where its column is pointed at."""
        if event.type() == QEvent.Type.ToolTip:
            where = self.mapFromGlobal(self.cursor().pos())
            hit = [o for n, o in enumerate(self._options) if self.column_rect(n).contains(where)]
            self.setToolTip("\n".join([self.spoken(hit[0]), *hit[0].reasons]) if hit else "")
        return super().event(event)

    # ------------------------------------------------------------------ paint
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the line names, then each option's column."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(12))
        for number, measure in enumerate(MEASURES):
            top = _HEAD_PX + number * _ROW_PX
            painter.fillRect(QRect(0, top, self.width(), 1), theme.border)
            painter.setPen(theme.muted)
            area = QRect(0, top, _LABEL_PX, _ROW_PX)
            painter.drawText(
                area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), measure.title
            )
        for number, option in enumerate(self._options):
            self._paint_column(painter, self.column_rect(number), option, theme)

    def _paint_column(self, painter: QPainter, rect: QRect, option: Option, theme: Theme) -> None:
        outline = QRectF(rect).adjusted(2.5, 1, -2.5, -1)
        if option.option_id == self._chosen_id:
            painter.setPen(QPen(theme.accent, 1.4))
            ground = QColor(theme.selection)
            ground.setAlphaF(0.55)
            painter.setBrush(ground)
            painter.drawRoundedRect(outline, 8, 8)
            if self.hasFocus():
                paint_focus_ring(painter, outline.adjusted(-2, -1, 2, 1), theme)
        self._paint_head(painter, rect, option, theme)
        for number, measure in enumerate(MEASURES):
            top = _HEAD_PX + number * _ROW_PX
            painter.setFont(numeric_font(13, MEDIUM_WEIGHT))
            painter.setPen(theme.text)
            area = QRect(rect.left(), top + 1, rect.width(), _ROW_PX - 9)
            painter.drawText(area, _CENTRE, measure.words(option, self._currency))
            most = max((measure.size(o) for o in self._options), default=0) if measure.of_most else _FULL_BP
            share = measure.size(option) / most if most else 0.0
            bar = QRectF(rect.left() + _BAR_INSET_PX, top + _ROW_PX - 7, rect.width() - 2 * _BAR_INSET_PX, 3)
            paint_meter(painter, bar, share, theme.tone(measure.tone(option)).mark, theme.border)

    def _paint_head(self, painter: QPainter, rect: QRect, option: Option, theme: Theme) -> None:
        font = ui_font(12, SEMI_BOLD)
        painter.setFont(font)
        painter.setPen(theme.text)
        room = rect.width() - 14
        lines = _two_lines(font_metrics(12), option.label, room)
        below_px = 14 if option.recommended else 0
        head = QRect(rect.left() + 7, 5, room, _HEAD_PX - 9 - below_px)
        painter.drawText(head, _CENTRE, "\n".join(lines))
        if option.recommended:
            painter.setFont(ui_font(10, SEMI_BOLD))
            painter.setPen(theme.accent)
            painter.drawText(
                QRect(rect.left() + 7, head.bottom(), room, below_px), _CENTRE, tr("Recommended")
            )


def font_metrics(px: int) -> QFontMetrics:
    """The metrics of the bold face the heads are set in."""
    return QFontMetrics(ui_font(px, SEMI_BOLD))


def _fitted(metrics: QFontMetrics, text: str, room: int) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


def _two_lines(metrics: QFontMetrics, text: str, room: int) -> list[str]:
    """Break a label into at most two lines, the second shortened if need be."""
    if metrics.horizontalAdvance(text) <= room:
        return [text]
    words = text.split()
    first: list[str] = []
    while words and metrics.horizontalAdvance(" ".join([*first, words[0]])) <= room:
        first.append(words.pop(0))
    if not first:
        return [_fitted(metrics, text, room)]
    return [" ".join(first), _fitted(metrics, " ".join(words), room)] if words else [" ".join(first)]
