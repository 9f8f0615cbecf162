"""The strip of a line's stages: six signs on a line, red where an exception is open, green where done."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from views.case_detail.stories import STAGES, LineStory, StageMark, stage_words, story_words
from views.icons import paint_icon
from views.language import tr
from views.theme import MEDIUM_WEIGHT, SEMI_BOLD, Theme, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.tool_tip import plain_tip

ROW_PX: Final = 30
TITLE_PX: Final = 118
HEAD_PX: Final = 18
_SIGN_PX: Final = 16
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)


def stage_centre_px(width_px: int, stage: int) -> float:
    """Where the middle of a stage's column lies in a strip of that width."""
    step = (width_px - TITLE_PX) / len(STAGES)
    return TITLE_PX + step * (stage + 0.5)


def stage_at(width_px: int, x_px: float) -> int:
    """The stage whose column holds a place; -1 over the title."""
    if x_px < TITLE_PX or x_px >= width_px:
        return -1
    return int((x_px - TITLE_PX) / ((width_px - TITLE_PX) / len(STAGES)))


class StageHead(QWidget):
    """The names of the stages over the strips."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Name the six stages."""
        super().__init__(parent)
        self.setFixedHeight(HEAD_PX)
        self.setAccessibleName(tr("Stages: ") + ", ".join(title for _, title in STAGES))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw each name over its column."""
        painter = QPainter(self)
        painter.setFont(ui_font(10, MEDIUM_WEIGHT))
        painter.setPen(theme_of(self).muted)
        for number, (_, title) in enumerate(STAGES):
            middle = stage_centre_px(self.width(), number)
            painter.drawText(QRectF(middle - 30, 0, 60, HEAD_PX), _CENTRE, title)


class StageStrip(QWidget):
    """One line's stages; left and right move between them, Enter or a click opens a red stage's case."""

    #: The open case behind a red stage is to be looked at.
    case_wanted = Signal(str)

    def __init__(self, story: LineStory, zone: tzinfo = UTC, parent: QWidget | None = None) -> None:
        """Show a line's story."""
        super().__init__(parent)
        self._zone = zone
        self._story = story
        self.stage = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(ROW_PX)
        self.show_story(story, zone)

    @property
    def story(self) -> LineStory:
        """The line shown."""
        return self._story

    def show_story(self, story: LineStory, zone: tzinfo) -> None:
        """Show another line, or the same as it is now."""
        self._story, self._zone = story, zone
        self.setAccessibleName(story_words(story))
        self._say_stage()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the title and six signs."""
        return QSize(TITLE_PX + 40 * len(STAGES), ROW_PX)

    # ------------------------------------------------------------------ paint
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the title, the line and the signs."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(12, SEMI_BOLD if self._story.is_subject else MEDIUM_WEIGHT))
        painter.setPen(theme.text if self._story.is_subject else theme.muted)
        room = QRect(0, 0, TITLE_PX - 6, ROW_PX)
        title = painter.fontMetrics().elidedText(
            self._story.title, Qt.TextElideMode.ElideRight, room.width() - 4
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)
        middle = ROW_PX / 2
        places = [
            QPointF(stage_centre_px(self.width(), number), middle) for number in range(len(self._story.marks))
        ]
        for before, after, mark in zip(places, places[1:], self._story.marks[1:], strict=False):
            painter.setPen(QPen(theme.border if mark.look == "none" else theme.faint, 1.4))
            reach = QPointF(_SIGN_PX / 2 + 3, 0)
            painter.drawLine(before + reach, after - reach)
        for place, mark in zip(places, self._story.marks, strict=True):
            _paint_sign(painter, mark, place, theme)
        if self.hasFocus() and places:
            ring = QRectF(0, 0, _SIGN_PX + 8, _SIGN_PX + 8)
            ring.moveCenter(places[self.stage])
            paint_focus_ring(painter, ring, theme)

    # ------------------------------------------------------------------ events
    def event(self, event: QEvent) -> bool:
        """Explain the stage under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().x()), self)
            return True
        return super().event(event)

    def tip_at(self, x_px: float) -> str:
        """What the tool tip says at a place."""
        stage = stage_at(self.width(), x_px)
        if 0 <= stage < len(self._story.marks):
            return plain_tip(stage_words(self._story.marks[stage], self._zone))
        return plain_tip(
            tr(
                "{order_number}  ·  line {position}\n{sku}",
                order_number=self._story.order_number,
                position=self._story.position,
                sku=self._story.sku,
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between the stages, open the case of a red one."""
        steps = {int(Qt.Key.Key_Left): -1, int(Qt.Key.Key_Right): 1}
        if event.key() in steps:
            last = len(self._story.marks) - 1
            self.stage = min(max(self.stage + steps[event.key()], 0), last)
            self._say_stage()
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(self.stage)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the case of a red stage."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._open(stage_at(self.width(), event.position().x()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin where trouble is."""
        super().focusInEvent(event)
        red = (number for number, mark in enumerate(self._story.marks) if mark.look == "trouble")
        self.stage = next(red, 0)
        self._say_stage()

    def _open(self, stage: int) -> None:
        if 0 <= stage < len(self._story.marks) and self._story.marks[stage].case_ids:
            self.case_wanted.emit(self._story.marks[stage].case_ids[0])

    def _say_stage(self) -> None:
        if not self._story.marks:
            return
        said = stage_words(self._story.marks[self.stage], self._zone).replace("\n", ", ")
        self.setAccessibleDescription(said)
        if self.hasFocus():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))


def _paint_sign(painter: QPainter, mark: StageMark, place: QPointF, theme: Theme) -> None:
    """Done is a tick on green, trouble a triangle on red, a part half a disc, not begun a small ring."""
    half = _SIGN_PX / 2
    where = QRectF(place.x() - half, place.y() - half, _SIGN_PX, _SIGN_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    if mark.look == "none":
        painter.setPen(QPen(theme.faint, 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, 3.5, 3.5)
    elif mark.look == "part":
        painter.setBrush(theme.accent_soft)
        painter.drawEllipse(where)
        painter.setBrush(theme.accent)
        painter.drawPie(where, 90 * 16, -_sixteenths(mark))
    else:
        tone, icon_name = (theme.ok, "check") if mark.look == "done" else (theme.critical, "alert-triangle")
        painter.setBrush(tone.soft)
        painter.drawEllipse(where.adjusted(-1, -1, 1, 1))
        _paint_small_icon(painter, icon_name, where, tone.mark)


def _sixteenths(mark: StageMark) -> int:
    """The angle of the units done, in sixteenths of a degree; never nothing, never all."""
    share = mark.quantity / mark.of_quantity if mark.of_quantity else 0.5
    return round(min(max(share, 0.08), 0.92) * 360 * 16)


def _paint_small_icon(painter: QPainter, name: str, where: QRectF, colour: QColor) -> None:
    paint_icon(painter, name, where.adjusted(2, 2, -2, -2), colour)
