"""The bar at the foot: each source's health and age, running jobs, counts and the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QWidget,
)

from domain.health import HealthColour, SourceHealth
from views.formatting import age, clock_with_zone, count, counted, seconds_between
from views.language import tr
from views.shell.state import JobRow
from views.theme import MEDIUM_WEIGHT, ToneName, numeric_font, theme_of, ui_font
from views.widgets.buttons import TowerButton
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.labels import label

HEIGHT_PX: Final = 28
_BEFORE_PX: Final = 78
_AFTER_PX: Final = 24
_GAP_PX: Final = 12
_DOT_GAP_PX: Final = 4
_MORE_PX: Final = 70
_DOT_PX: Final = 8
_TONES: Final[dict[HealthColour, tuple[ToneName, str]]] = {
    HealthColour.GREEN: ("ok", tr("fresh")),
    HealthColour.AMBER: ("medium", tr("slow")),
    HealthColour.RED: ("critical", tr("down")),
}
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def source_age(health: SourceHealth, now: datetime) -> str:
    """How old a source's data are; the word says it where the dot's colour is not green."""
    if health.last_success_at is None:
        return tr("never read")
    old = age(seconds_between(now, health.last_success_at))
    return old if health.colour is HealthColour.GREEN else f"{old} {_TONES[health.colour][1]}"


class SourceDot(QAbstractButton):
    """One source: dot, name and age; opens the sources page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has a source."""
        super().__init__(parent)
        self._tone: ToneName = "neutral"
        self._age = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_source(self, health: SourceHealth, now: datetime) -> None:
        """Show a source as it is at ``now``."""
        tone, word = _TONES[health.colour]
        shown = (tone, source_age(health, now), health.source, health.why)
        if shown == (self._tone, self._age, self.text(), self.toolTip()):
            return
        self._tone, self._age = shown[:2]
        self.setText(health.source)
        self.setAccessibleName(f"{health.source}: {word}, {self._age}. {health.why}")
        self.setToolTip(health.why)
        self.updateGeometry()
        self.update()

    def age(self) -> str:
        """The age shown."""
        return self._age

    def sizeHint(self) -> QSize:
        """The size of dot and words."""
        name = QFontMetricsF(ui_font(12, MEDIUM_WEIGHT)).horizontalAdvance(self.text())
        old = QFontMetricsF(numeric_font(12)).horizontalAdvance(self._age)
        return QSize(round(_DOT_PX + 6 + name + 6 + old + 14), HEIGHT_PX - 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw dot, name and age."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tone(self._tone).mark)
        painter.drawEllipse(QPointF(_DOT_PX / 2 + 1, self.height() / 2), _DOT_PX / 2, _DOT_PX / 2)
        area = QRectF(_DOT_PX + 7, 0, self.width(), self.height())
        painter.setFont(ui_font(12, MEDIUM_WEIGHT))
        painter.setPen(theme.text)
        painter.drawText(area, _LEFT, self.text())
        used = QFontMetricsF(ui_font(12, MEDIUM_WEIGHT)).horizontalAdvance(self.text())
        painter.setFont(numeric_font(12))
        painter.setPen(theme.muted)
        painter.drawText(area.adjusted(used + 6, 0, 0, 0), _LEFT, self._age)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme, 4)


class JobStrip(QWidget):
    """The first running job with its progress; the others behind a word."""

    cancel_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until there is a job."""
        super().__init__(parent)
        self._jobs: tuple[JobRow, ...] = ()
        self.title = label("", "secondary")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(110)
        self.share = label("", "secondary")
        self.cancel = TowerButton(tr("Cancel"), "link")
        self.more = TowerButton("", "link", name=tr("More jobs"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        parts: tuple[QWidget, ...] = (self.title, self.bar, self.share, self.cancel, self.more)
        for part in parts:
            row.addWidget(part)
        self.cancel.clicked.connect(self._cancel_first)
        self.more.clicked.connect(self._pop_more)
        self.show_jobs(())

    def show_jobs(self, jobs: Sequence[JobRow]) -> None:
        """Show the jobs under way."""
        self._jobs = tuple(jobs)
        self.setVisible(bool(jobs))
        if not jobs:
            return
        first = jobs[0]
        self.title.setText(first.title)
        self.bar.setRange(0, 0 if first.share is None else 100)
        self.bar.setValue(0 if first.share is None else round(first.share * 100))
        self.bar.setAccessibleName(first.title)
        self.share.setText("" if first.share is None else f"{round(first.share * 100)} %")
        self.share.setVisible(first.share is not None)
        self.cancel.setVisible(first.cancellable)
        self.cancel.setAccessibleName(tr("Cancel {title}", title=first.title))
        self.more.setText(tr("+{value} more", value=len(jobs) - 1))
        self.more.setVisible(len(jobs) > 1)

    def more_menu(self) -> QMenu:
        """The other jobs, each with its share; choosing one cancels it."""
        menu = QMenu(self)
        for job in self._jobs[1:]:
            share = "" if job.share is None else f"  {round(job.share * 100)} %"
            action = menu.addAction(tr("Cancel: {title}{share}", title=job.title, share=share))
            action.setEnabled(job.cancellable)
            action.triggered.connect(lambda _=False, chosen=job.job_id: self.cancel_wanted.emit(chosen))
        return menu

    def _cancel_first(self) -> None:
        if self._jobs:
            self.cancel_wanted.emit(self._jobs[0].job_id)

    def _pop_more(self) -> None:
        menu = self.more_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


class StatusBar(QFrame):
    """The whole bar."""

    sources_wanted = Signal()
    cancel_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has sources."""
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(HEIGHT_PX)
        self.dots: list[SourceDot] = []
        self._sources: tuple[SourceHealth, ...] = ()
        self.jobs = JobStrip()
        self.jobs.cancel_wanted.connect(self.cancel_wanted)
        #: Leads to the sources that have no room here.
        self.more = TowerButton("", "link", name=tr("More sources"))
        self.more.hide()
        self.more.clicked.connect(self.sources_wanted)
        self.counts = label("", "secondary")
        self.clock = label("", "secondary")
        self.clock.setFont(numeric_font(12))
        row = QHBoxLayout(self)
        row.setContentsMargins(_BEFORE_PX, 1, _AFTER_PX, 0)
        row.setSpacing(_GAP_PX)
        self._dots_row = QHBoxLayout()
        self._dots_row.setSpacing(_DOT_GAP_PX)
        row.addLayout(self._dots_row)
        row.addWidget(self.more)
        row.addWidget(self.jobs)
        row.addStretch(1)
        row.addWidget(self.counts)
        row.addWidget(self.clock)

    def show_sources(self, sources: Sequence[SourceHealth], now: datetime) -> None:
        """Show each source's health at ``now``."""
        self._sources = tuple(sources)
        while len(self.dots) < len(sources):
            dot = SourceDot()
            dot.clicked.connect(self.sources_wanted)
            self.dots.append(dot)
            self._dots_row.addWidget(dot)
        for dot, health in zip(self.dots, sources, strict=False):
            dot.show_source(health, now)
        self._fit()

    def show_clock(self, now: datetime, zone: tzinfo) -> None:
        """Let the clock and the ages go on."""
        self.clock.setText(clock_with_zone(now, zone))
        for dot, health in zip(self.dots, self._sources, strict=False):
            dot.show_source(health, now)
        self._fit()

    def show_counts(self, *, selected: int, total: int, queued: int) -> None:
        """Show how many cases are selected of how many, and how many changes wait to be delivered."""
        parts = [tr("{selected} selected of {count}", selected=selected, count=count(total))]
        if queued:
            parts.append(tr("{counted} pending sync", counted=counted(queued, "change")))
        self.counts.setText("   ·   ".join(parts) + "   ·")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what fits."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Cut no word: where room is short the counts go first, then sources, the healthy ones first."""
        room = self.width() - _BEFORE_PX - _AFTER_PX - self.clock.sizeHint().width() - 2 * _GAP_PX
        if not self.jobs.isHidden():
            room -= self.jobs.sizeHint().width() + _GAP_PX
        known = range(len(self._sources))
        px = [self.dots[n].sizeHint().width() + _DOT_GAP_PX for n in known]
        self.counts.setVisible(sum(px) + self.counts.sizeHint().width() + _GAP_PX <= room)
        shown = set(known)
        # Of two that are as well the later one goes.
        for n in sorted(known, key=lambda n: (self._sources[n].colour is not HealthColour.GREEN, -n)):
            left_out = len(known) - len(shown)
            if sum(px[m] for m in shown) + (_MORE_PX if left_out else 0) <= room:
                break
            shown.discard(n)
        for number, dot in enumerate(self.dots):
            dot.setVisible(number in shown)
        self.more.setVisible(len(shown) < len(known))
        self.more.setText(tr("+{value} more", value=len(known) - len(shown)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line towards the page."""
        super().paintEvent(event)
        QPainter(self).fillRect(0, 0, self.width(), 1, theme_of(self).border)
