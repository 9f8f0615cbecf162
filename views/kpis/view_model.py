"""The KPI page between program and screen: the charts, and which bar's rows are looked at."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from views.formatting import count, duration, moment, money
from views.kpis.state import STILL_OPEN, Bar, Chart, KpiFigures
from views.language import tr
from views.shell.two_line_list import Line

MOST_ROWS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The rows behind a bar: what they are, and which of them are open still."""

    chart: Chart
    bar: Bar
    lines: tuple[Line, ...]
    open_ids: tuple[str, ...]

    @property
    def words(self) -> str:
        """How many rows there are, how many of them are open, how many are listed."""
        total, still = len(self.bar.slots), len(self.open_ids)
        words = (
            tr("{count} case", count=count(total))
            + ("" if total == 1 else "s")
            + tr(", {count} open now", count=count(still))
        )
        return (
            words
            if len(self.lines) == total
            else tr("{words}; the dearest {count} listed", words=words, count=count(len(self.lines)))
        )


class KpisViewModel(QObject):
    """Holds the figures and the chosen bar."""

    #: Other figures came.
    figures_changed = Signal()
    #: Another bar was chosen, or what is behind it changed.
    chosen_changed = Signal()
    #: Open cases are to be shown in the queue: their ids and what they have in common.
    queue_wanted = Signal(object, str)

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self.figures: KpiFigures | None = None
        self.chart_key = ""
        self.bar = -1

    def apply(self, figures: KpiFigures) -> None:
        """Take figures; the chosen bar stays chosen."""
        self.figures = figures
        self.figures_changed.emit()
        self.chosen_changed.emit()

    def choose(self, chart_key: str, bar: int) -> None:
        """Look at the rows behind a bar."""
        self.chart_key, self.bar = chart_key, bar
        self.chosen_changed.emit()

    def open(self, chart_key: str, bar: int) -> None:
        """Choose a bar and show its open cases in the queue, where it has any."""
        self.choose(chart_key, bar)
        self.show_in_queue()

    def show_in_queue(self) -> None:
        """Show the open ones of the rows behind the chosen bar in the queue."""
        behind = self.behind()
        if behind is not None and behind.open_ids:
            self.queue_wanted.emit(behind.open_ids, behind.bar.title)

    def behind(self) -> Behind | None:
        """The rows behind the chosen bar; ``None`` while none is chosen."""
        figures = self.figures
        chart = figures.chart(self.chart_key) if figures is not None else None
        if figures is None or chart is None or not 0 <= self.bar < len(chart.bars):
            return None
        bar, spans = chart.bars[self.bar], figures.spans
        slots = sorted(bar.slots.tolist(), key=lambda slot: (-int(spans.loss_cents[slot]), slot))
        return Behind(
            chart=chart,
            bar=bar,
            lines=tuple(self._line(figures, slot) for slot in slots[:MOST_ROWS]),
            open_ids=tuple(spans.ids[slot] for slot in slots if spans.is_open(slot)),
        )

    def _line(self, figures: KpiFigures, slot: int) -> Line:
        spans = figures.spans
        opened_s, closed_s = int(spans.opened_s[slot]), int(spans.closed_s[slot])
        opened = moment(figures.now.fromtimestamp(opened_s, figures.zone), figures.now, figures.zone)
        until = (
            tr("open, {duration}", duration=duration(max(int(figures.now.timestamp()) - opened_s, 0)))
            if closed_s == STILL_OPEN
            else tr("closed after {duration}", duration=duration(max(closed_s - opened_s, 0)))
        )
        return Line(
            key=spans.ids[slot],
            title=spans.titles[slot],
            text=tr("{value}  ·  opened {opened}", value=spans.type_titles[slot], opened=opened),
            right=money(int(spans.loss_cents[slot]), figures.currency),
            right_text=until,
            severity=int(spans.severity[slot]),
        )
