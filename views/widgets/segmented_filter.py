"""A row of exclusive choices with counts, as above the queue: "My triage 24 | Critical 37 | All 1,277"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import MEDIUM_WEIGHT, RADIUS_CONTROL_PX, Theme, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring

_HEIGHT_PX = 30
_PAD_PX = 11
_GAP_PX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One choice: its key, its word and how many it would show (None says nothing)."""

    key: str
    text: str
    count: int | None = None


class SegmentedFilter(QWidget):
    """Exactly one segment is chosen; a click, or Left and Right, choose another and emit ``chosen(key)``."""

    chosen = Signal(str)

    def __init__(self, segments: Sequence[Segment], name: str, parent: QWidget | None = None) -> None:
        """Choose the first segment; ``name`` says to a screen reader what is filtered. ValueError if none."""
        super().__init__(parent)
        if not segments:
            msg = "a segmented filter needs at least one segment"
            raise ValueError(msg)
        self._segments = tuple(segments)
        self._current = segments[0].key
        self._name = name
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say()

    def current(self) -> str:
        """Return the key of the chosen segment."""
        return self._current

    def set_segments(self, segments: Sequence[Segment]) -> None:
        """Show other words or counts; the choice stays while its key is there, else the first is chosen."""
        self._segments = tuple(segments)
        if self._current not in {segment.key for segment in segments}:
            self._current = segments[0].key
        self._say()
        self.updateGeometry()
        self.update()

    def choose(self, key: str) -> None:
        """Choose a segment by key and say so, unless it is chosen already; unknown keys are ignored."""
        if key == self._current or key not in {segment.key for segment in self._segments}:
            return
        self._current = key
        self._say()
        self.update()
        self.chosen.emit(key)

    def _say(self) -> None:
        shown = next(segment for segment in self._segments if segment.key == self._current)
        count = "" if shown.count is None else f", {shown.count:,}"
        self.setAccessibleName(f"{self._name}: {shown.text}{count}")
        self.setAccessibleDescription("Left and Right choose another filter")

    def segment_rects(self) -> list[QRectF]:
        """Return where each segment is drawn."""
        rects: list[QRectF] = []
        left = 2.0
        for segment in self._segments:
            width = self._text_width(segment) + 2 * _PAD_PX
            rects.append(QRectF(left, 2, width, _HEIGHT_PX - 4))
            left += width
        return rects

    def _text_width(self, segment: Segment) -> float:
        metrics = QFontMetricsF(ui_font(12, MEDIUM_WEIGHT))
        width = metrics.horizontalAdvance(segment.text)
        if segment.count is not None:
            width += _GAP_PX + metrics.horizontalAdvance(f"{segment.count:,}")
        return width

    def sizeHint(self) -> QSize:
        """Return the room all segments need."""
        return QSize(round(self.segment_rects()[-1].right()) + 2, _HEIGHT_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the segment under a left press."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        for segment, rect in zip(self._segments, self.segment_rects(), strict=True):
            if rect.contains(event.position()):
                self.choose(segment.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the neighbour with Left or Right."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = [segment.key for segment in self._segments]
        target = keys.index(self._current) + step
        if step and 0 <= target < len(keys):
            self.choose(keys[target])
        elif not step:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in a new theme."""
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the segments, the chosen one raised."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.raised)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(whole, RADIUS_CONTROL_PX + 1, RADIUS_CONTROL_PX + 1)
        for segment, rect in zip(self._segments, self.segment_rects(), strict=True):
            self._paint_segment(painter, theme, segment, rect)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme, RADIUS_CONTROL_PX + 1)

    def _paint_segment(self, painter: QPainter, theme: Theme, segment: Segment, rect: QRectF) -> None:
        is_current = segment.key == self._current
        if is_current:
            painter.setPen(QPen(theme.border, 1))
            painter.setBrush(theme.hover if theme.name == "dark" else theme.panel)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL_PX, RADIUS_CONTROL_PX)
        painter.setFont(ui_font(12, MEDIUM_WEIGHT))
        painter.setPen(theme.text if is_current else theme.muted)
        words = segment.text if segment.count is None else f"{segment.text} {segment.count:,}"
        inner = rect.adjusted(_PAD_PX, 0, 0, 0)
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(inner, align, segment.text if segment.count is not None else words)
        if segment.count is not None:
            shift = painter.fontMetrics().horizontalAdvance(segment.text) + _GAP_PX
            painter.drawText(inner.adjusted(shift, 0, 0, 0), align, f"{segment.count:,}")
