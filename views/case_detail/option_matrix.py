"""The options side by side: what each costs and saves, the recommended one outlined, one of them chosen.

A few options stand as columns. More than the panel is wide for lie as rows, so that all are seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
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
_MIN_COLUMN_PX: Final = 84
_BAR_INSET_PX: Final = 14
_LYING_LABEL_PX: Final = 124
_LYING_HEAD_PX: Final = 36
_LYING_ROW_PX: Final = 38
_LYING_BAR_INSET_PX: Final = 8
_MIN_CELL_PX: Final = 48
_TAG_PX: Final = 14
_FULL_BP: Final = 10_000
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)
_CENTRE_LOW: Final = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
_AT_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


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
    """An option a column, or a row where there are many; click or the arrow keys choose one."""

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
        self.setMinimumWidth(_LYING_LABEL_PX + _MIN_CELL_PX * len(MEASURES))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def chosen_id(self) -> str:
        """The option chosen now, empty when there is none."""
        return self._chosen_id

    def set_options(self, options: Sequence[Option], chosen_id: str, currency: str) -> None:
        """Show options, one of them chosen."""
        self._options = tuple(options)
        self._currency = currency
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

    # ------------------------------------------------------------------ lay-out
    def lies(self, width_px: int) -> bool:
        """Whether the options are rows at that width because as columns they would not fit."""
        return _LABEL_PX + _MIN_COLUMN_PX * len(self._options) > width_px

    def heightForWidth(self, width_px: int) -> int:
        """As high as its lines at that width, px."""
        if not self.lies(width_px):
            return _HEAD_PX + _ROW_PX * len(MEASURES) + 8
        return _LYING_HEAD_PX + sum(_lying_px(o) for o in self._options) + 4

    def sizeHint(self) -> QSize:
        """Wide enough for columns, as high as its lines are at the width it has."""
        wanted = _LABEL_PX + 100 * max(len(self._options), 1)
        return QSize(wanted, self.heightForWidth(self.width()))

    def option_rect(self, number: int) -> QRect:
        """Where an option lies."""
        if self.lies(self.width()):
            top = _LYING_HEAD_PX + sum(_lying_px(o) for o in self._options[:number])
            return QRect(0, top, self.width(), _lying_px(self._options[number]))
        width = (self.width() - _LABEL_PX) / max(len(self._options), 1)
        left = _LABEL_PX + round(number * width)
        return QRect(left, 0, round(width), self.height())

    def chosen_rect(self) -> QRect:
        """Where the chosen option lies; the first while none is chosen."""
        chosen = (n for n, option in enumerate(self._options) if option.option_id == self._chosen_id)
        return self.option_rect(next(chosen, 0)) if self._options else QRect()

    def _cell_rect(self, option: QRect, measure: int) -> QRect:
        """Where an option's value of a measure is written, its bar at the foot."""
        if not self.lies(self.width()):
            return QRect(option.left(), _HEAD_PX + measure * _ROW_PX, option.width(), _ROW_PX)
        width = (self.width() - _LYING_LABEL_PX) / len(MEASURES)
        left = _LYING_LABEL_PX + round(measure * width)
        return QRect(left, option.center().y() - _ROW_PX // 2, round(width), _ROW_PX)

    # ------------------------------------------------------------------ events
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the option under the pointer."""
        if (number := self._at(event.position().toPoint())) is not None:
            self._choose(self._options[number].option_id)
            self.chosen.emit(self._chosen_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the option before or after; up and down only where options are rows."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self.lies(self.width()):
            steps |= {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()), 0)
        if not step or not self._options:
            super().keyPressEvent(event)
            return
        ids = [o.option_id for o in self._options]
        at = ids.index(self._chosen_id) if self._chosen_id in ids else 0
        wanted = ids[min(max(at + step, 0), len(ids) - 1)]
        self._choose(wanted)
        self.chosen.emit(wanted)

    def event(self, event: QEvent) -> bool:
        """Say why an option is as it is, where it is pointed at."""
        if event.type() == QEvent.Type.ToolTip:
            number = self._at(self.mapFromGlobal(self.cursor().pos()))
            hit = None if number is None else self._options[number]
            self.setToolTip("\n".join([self.spoken(hit), *hit.reasons]) if hit else "")
        return super().event(event)

    def _at(self, where: QPoint) -> int | None:
        hits = (n for n in range(len(self._options)) if self.option_rect(n).contains(where))
        return next(hits, None)

    # ------------------------------------------------------------------ paint
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the names of the measures, then each option."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.lies(self.width()):
            self._paint_lying_titles(painter, theme)
        else:
            self._paint_titles(painter, theme)
        for number, option in enumerate(self._options):
            self._paint_option(painter, self.option_rect(number), option, theme)

    def _paint_titles(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(ui_font(12))
        for number, measure in enumerate(MEASURES):
            top = _HEAD_PX + number * _ROW_PX
            painter.fillRect(QRect(0, top, self.width(), 1), theme.border)
            painter.setPen(theme.muted)
            painter.drawText(QRect(0, top, _LABEL_PX, _ROW_PX), _AT_LEFT, measure.title)

    def _paint_lying_titles(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(ui_font(11))
        metrics = QFontMetrics(painter.font())
        painter.setPen(theme.muted)
        for number, measure in enumerate(MEASURES):
            cell = self._cell_rect(QRect(), number)
            area = QRect(cell.left(), 0, cell.width(), _LYING_HEAD_PX - 4)
            lines = _two_lines(metrics, measure.title, area.width() - 2)
            painter.drawText(area, _CENTRE_LOW, "\n".join(lines))
        for number in range(len(self._options)):
            painter.fillRect(QRect(0, self.option_rect(number).top(), self.width(), 1), theme.border)

    def _paint_option(self, painter: QPainter, rect: QRect, option: Option, theme: Theme) -> None:
        lies = self.lies(self.width())
        inset = (1.0, 2.5) if lies else (2.5, 1.0)
        outline = QRectF(rect).adjusted(inset[0], inset[1], -inset[0], -inset[1])
        if option.option_id == self._chosen_id:
            painter.setPen(QPen(theme.accent, 1.4))
            ground = QColor(theme.selection)
            ground.setAlphaF(0.55)
            painter.setBrush(ground)
            painter.drawRoundedRect(outline, 8, 8)
            if self.hasFocus():
                paint_focus_ring(painter, outline.adjusted(-2, -1, 2, 1), theme)
        head = (
            QRect(rect.left() + 8, rect.top(), _LYING_LABEL_PX - 18, rect.height())
            if lies
            else QRect(rect.left() + 7, 5, rect.width() - 14, _HEAD_PX - 9)
        )
        _paint_head(painter, head, option, theme, _AT_LEFT if lies else _CENTRE)
        for number, measure in enumerate(MEASURES):
            self._paint_cell(painter, self._cell_rect(rect, number), option, measure, theme)

    def _paint_cell(
        self, painter: QPainter, cell: QRect, option: Option, measure: Measure, theme: Theme
    ) -> None:
        lies = self.lies(self.width())
        painter.setFont(numeric_font(12 if lies else 13, MEDIUM_WEIGHT))
        painter.setPen(theme.text)
        area = cell.adjusted(0, 1, 0, -8)
        painter.drawText(area, _CENTRE, measure.words(option, self._currency))
        most = max((measure.size(o) for o in self._options), default=0) if measure.of_most else _FULL_BP
        share = measure.size(option) / most if most else 0.0
        inset = _LYING_BAR_INSET_PX if lies else _BAR_INSET_PX
        bar = QRectF(cell.left() + inset, cell.top() + _ROW_PX - 7, cell.width() - 2 * inset, 3)
        paint_meter(painter, bar, share, theme.tone(measure.tone(option)).mark, theme.border)


def _lying_px(option: Option) -> int:
    """How high an option's row is, px: the recommended one says so under its name."""
    return _LYING_ROW_PX + (_TAG_PX if option.recommended else 0)


def _paint_head(painter: QPainter, head: QRect, option: Option, theme: Theme, align: int) -> None:
    """Write an option's name, and under it that it is the recommended one, both together in the middle."""
    font = ui_font(12, SEMI_BOLD)
    metrics = QFontMetrics(font)
    lines = _two_lines(metrics, option.label, head.width())
    name_px = metrics.lineSpacing() * len(lines)
    tag_px = _TAG_PX if option.recommended else 0
    top = head.center().y() - (name_px + tag_px) // 2
    painter.setFont(font)
    painter.setPen(theme.text)
    painter.drawText(QRect(head.left(), top, head.width(), name_px), align, "\n".join(lines))
    if option.recommended:
        painter.setFont(ui_font(10, SEMI_BOLD))
        painter.setPen(theme.accent)
        painter.drawText(QRect(head.left(), top + name_px, head.width(), tag_px), align, tr("Recommended"))


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
