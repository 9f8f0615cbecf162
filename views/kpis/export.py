"""The cases behind a figure as a table that leaves the window: all of them, the dearest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from views.export import Cell, ExportColumn, ExportTable
from views.kpis.state import STILL_OPEN, KpiFigures
from views.kpis.view_model import KpisViewModel
from views.language import tr
from views.theme import SEVERITY_WORDS


def cases_export(model: KpisViewModel) -> ExportTable | None:
    """The cases behind the chosen bar, or of all four weeks; ``None`` before there are figures."""
    figures, behind = model.figures, model.behind()
    if figures is None:
        return None
    slots = list(range(len(figures.spans))) if behind is None else behind.bar.slots.tolist()
    slots.sort(key=lambda slot: (-int(figures.spans.loss_cents[slot]), slot))
    return ExportTable(
        title=tr("Cases of four weeks") if behind is None else behind.bar.title,
        columns=(
            ExportColumn(title=tr("Exception")),
            ExportColumn(title=tr("Title")),
            ExportColumn(title=tr("Type")),
            ExportColumn(title=tr("Severity")),
            ExportColumn(title=f"{tr('Value at risk')} ({figures.currency})", kind="cents"),
            ExportColumn(title=tr("{title} (UTC)", title=tr("Opened")), kind="time"),
            ExportColumn(title=tr("{title} (UTC)", title=tr("Closed")), kind="time"),
        ),
        count=len(slots),
        rows=lambda: _rows(figures, slots),
    )


def _rows(figures: KpiFigures, slots: list[int]) -> Iterator[tuple[Cell, ...]]:
    spans = figures.spans
    for slot in slots:
        yield (
            spans.ids[slot],
            spans.titles[slot],
            spans.type_titles[slot],
            SEVERITY_WORDS[int(spans.severity[slot])],
            int(spans.loss_cents[slot]),
            _time(int(spans.opened_s[slot])),
            _time(int(spans.closed_s[slot])),
        )


def _time(second: int) -> datetime | None:
    return None if second == STILL_OPEN else datetime.fromtimestamp(second, UTC)
