"""Paints the rows of the queue: mark, words, status pill, countdown with its bar.

A Python delegate is called once a cell, some three hundred times a repaint, and setting a text costs as much
as copying ten cells. A cell drawn once is kept as a picture: a row with other money sets one text anew
(``benchmarks/queue_view.py``).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from views.case_queue.model import BEST, BREACH, CASE_ID, LOSS, MARK, OWNER, STATUS, SUBJECT, TYPE
from views.case_queue.row_texts import RowTexts
from views.formatting import NONE
from views.icons import paint_icon
from views.language import tr
from views.theme import MEDIUM_WEIGHT, SEMI_BOLD, Theme, numeric_font, ui_font
from views.widgets.meter import paint_meter
from views.widgets.severity_mark import paint_severity_mark

ROW_PX: Final = 32
PAD_PX: Final = 8
_PILL_PX: Final = 20
_METER_PX: Final = 72
_FOLD_PX: Final = 11
_INNER_PX: Final = 6
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)
#: About two screens of cells; 20 KB each in a wide window, and what ticks fills it in any case.
_KEPT_CELLS: Final = 512
#: What a column's cell looks like depends on these words of its row, and on nothing else of it.
_SHOWN: Final = {
    MARK: attrgetter("severity", "fold"),
    CASE_ID: attrgetter("case_id", "fold"),
    TYPE: attrgetter("type_title"),
    SUBJECT: attrgetter("subject"),
    STATUS: attrgetter("status", "status_tone"),
    LOSS: attrgetter("loss"),
    BREACH: attrgetter("breach", "breach_tone", "breach_share"),
    OWNER: attrgetter("owner"),
    BEST: attrgetter("best_option", "best_delta", "saves"),
}


class _Faces:
    """The queue's fonts with their metrics, made once."""

    def __init__(self) -> None:
        self.body, self.strong = ui_font(13), ui_font(13, SEMI_BOLD)
        self.number, self.pill = numeric_font(13, MEDIUM_WEIGHT), ui_font(11, MEDIUM_WEIGHT)
        self.small = numeric_font(12, MEDIUM_WEIGHT)
        self._metrics = {
            id(f): QFontMetricsF(f) for f in (self.body, self.strong, self.number, self.pill, self.small)
        }
        self._elide = lru_cache(maxsize=8_192)(self._elided)

    def _elided(self, text: str, width: int, face: int) -> str:
        metrics = self._metrics[face]
        # Measuring costs an eighth of eliding, and most texts fit.
        if metrics.horizontalAdvance(text) <= width:
            return text
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    def fit(self, text: str, width: float, font: QFont) -> str:
        """The text, with an ellipsis where it is too long for ``width``."""
        return self._elide(text, int(width), id(font))

    def width(self, text: str, font: QFont) -> float:
        """How wide a text is."""
        return self._metrics[id(font)].horizontalAdvance(text)


CellPainter = Callable[[QPainter, QRect, RowTexts, Theme], None]
Columns = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class RowLook:
    """How a row is drawn: what ground it has and how high it is."""

    selected: bool
    hovered: bool
    marked: bool
    height: int = ROW_PX

    def ground(self, theme: Theme) -> QColor:
        """The colour behind the words."""
        if self.marked:
            return theme.accent_soft
        return theme.selection if self.selected else theme.raised if self.hovered else theme.panel


class RowPainter:
    """Draws rows; keeps the last cells' pictures, so that a repaint or a tick of the clock mostly copies."""

    def __init__(self) -> None:
        """Start with no pictures."""
        self._faces = _Faces()
        self._kept: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()
        self._painters: dict[int, CellPainter] = {
            MARK: self._mark,
            CASE_ID: self._case_id,
            TYPE: self._type,
            SUBJECT: self._subject,
            STATUS: self._status,
            LOSS: self._loss,
            BREACH: self._breach,
            OWNER: self._owner,
            BEST: self._best,
        }

    def paint(
        self, painter: QPainter, top: int, columns: Columns, words: RowTexts, look: RowLook, theme: Theme
    ) -> None:
        """Draw a row at ``top``; ``columns`` are (column, left, width) of the columns shown."""
        ratio, ground = painter.device().devicePixelRatioF(), look.ground(theme).rgba()
        # Cells meet at whole pixels of the screen, whatever its scale: nothing is stretched, no seam shows.
        above, below = round(top * ratio), round((top + look.height) * ratio)
        for column, left, width in columns:
            before, after = round(left * ratio), round((left + width) * ratio)
            size = QSize(after - before, below - above)
            key = (column, size.toTuple(), ground, theme.name, ratio, _SHOWN[column](words))
            cell = self._kept.get(key)
            if cell is None:
                cell = self._kept[key] = QPixmap(size)
                cell.setDevicePixelRatio(ratio)
                self._paint_cell(cell, column, QRect(0, 0, width, look.height), words, look, theme)
                if len(self._kept) > _KEPT_CELLS:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
            painter.drawPixmap(QPointF(before / ratio, above / ratio), cell)
        if look.selected or look.marked:
            painter.fillRect(QRect(0, top, 3, look.height), theme.accent)

    def _paint_cell(
        self, cell: QPixmap, column: int, rect: QRect, words: RowTexts, look: RowLook, theme: Theme
    ) -> None:
        cell.fill(look.ground(theme))
        painter = QPainter(cell)
        painter.fillRect(QRect(0, rect.bottom(), rect.width(), 1), theme.border)
        self._painters[column](painter, rect, words, theme)
        painter.end()

    # ------------------------------------------------------------------ one function a column
    def _words(self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: QColor) -> None:
        area = rect.adjusted(PAD_PX, 0, -PAD_PX, -1)
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(area, _LEFT, self._faces.fit(text, area.width(), font))

    def _mark(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        centre = QPointF(rect.center())
        paint_severity_mark(painter, words.severity, centre + QPointF(6 if words.fold else 3, 0), 10.5, theme)
        if words.fold in {"folded", "unfolded"}:
            icon = "chevron-down" if words.fold == "unfolded" else "chevron-right"
            where = QRectF(rect.left() + 3, centre.y() - _FOLD_PX / 2, _FOLD_PX, _FOLD_PX)
            paint_icon(painter, icon, where, theme.muted)

    def _case_id(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        inner = words.fold == "inner"
        face = self._faces.small if inner else self._faces.strong
        area = rect.adjusted(_INNER_PX if inner else 0, 0, 0, 0)
        self._words(painter, area, words.case_id, face, theme.muted if inner else theme.text)

    def _type(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        self._words(painter, rect, words.type_title, self._faces.body, theme.text)

    def _subject(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        self._words(painter, rect, words.subject, self._faces.body, theme.muted)

    def _status(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        faces, tone = self._faces, theme.tone(words.status_tone)
        room = rect.width() - 2 * PAD_PX
        width = min(faces.width(words.status, faces.pill) + 16, room)
        area = QRectF(rect.left() + PAD_PX, rect.center().y() - _PILL_PX / 2, width, _PILL_PX)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone.soft)
        painter.drawRoundedRect(area, _PILL_PX / 2, _PILL_PX / 2)
        painter.restore()
        painter.setFont(faces.pill)
        painter.setPen(theme.text if words.status == tr("New") else tone.text)
        painter.drawText(area, _CENTRE, faces.fit(words.status, width - 8, faces.pill))

    def _loss(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        painter.setFont(self._faces.number)
        painter.setPen(theme.text)
        painter.drawText(rect.adjusted(2, 0, -PAD_PX - 4, -1), _RIGHT, words.loss)

    def _breach(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        painter.setFont(self._faces.small)
        if words.breach == NONE:
            self._words(painter, rect, NONE, self._faces.body, theme.faint)
            return
        urgent = words.breach_tone == "critical"
        painter.setPen(theme.critical.text if urgent else theme.text)
        painter.drawText(rect.adjusted(PAD_PX, 3, 0, -10), _LEFT, words.breach)
        bar = QRectF(rect.left() + PAD_PX, rect.bottom() - 8, min(_METER_PX, rect.width() - 2 * PAD_PX), 3)
        colour = theme.tone(words.breach_tone).mark
        paint_meter(painter, bar, words.breach_share, colour, theme.border)

    def _owner(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        self._words(painter, rect, words.owner, self._faces.body, theme.muted)

    def _best(self, painter: QPainter, rect: QRect, words: RowTexts, theme: Theme) -> None:
        faces = self._faces
        area = rect.adjusted(PAD_PX, 0, -PAD_PX, -1)
        if not words.best_option:
            self._words(painter, rect, NONE, faces.body, theme.faint)
            return
        delta_px = faces.width(words.best_delta, faces.small) + 8 if words.best_delta else 0
        label = faces.fit(words.best_option, max(area.width() - delta_px, 24), faces.body)
        painter.setFont(faces.body)
        painter.setPen(theme.text)
        painter.drawText(area, _LEFT, label)
        if words.best_delta:
            painter.setFont(faces.small)
            painter.setPen(theme.ok.text if words.saves else theme.muted)
            left = round(faces.width(label, faces.body)) + 8
            painter.drawText(area.adjusted(left, 0, 0, 0), _LEFT, words.best_delta)
