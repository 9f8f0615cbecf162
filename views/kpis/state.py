"""What the KPI page shows: cases with the time they were open, and charts whose bars know their rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
Int8Array = npt.NDArray[np.int8]

ChartKind = Literal["bars", "line", "rows", "grid"]
ChartUnit = Literal["count", "cents", "minutes"]

#: Stands for "still open" in ``CaseSpans.closed_s``.
STILL_OPEN: Final = int(np.iinfo(np.int64).max)
#: How many days back the figures look.
DAYS: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """One case: when it was opened and, unless it is open, closed."""

    case_id: str
    title: str
    type_title: str
    severity: int
    loss_cents: int
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseSpans:
    """Such cases as columns of one length; times in epoch seconds."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    type_titles: tuple[str, ...]
    severity: Int8Array
    loss_cents: Int64Array
    opened_s: Int64Array
    closed_s: Int64Array

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self.ids)

    def is_open(self, slot: int) -> bool:
        """Whether the case of a row is open still."""
        return int(self.closed_s[slot]) == STILL_OPEN


def span_table(rows: Iterable[SpanRow]) -> CaseSpans:
    """Turn rows into columns."""
    kept = list(rows)

    def seconds(value: datetime | None) -> int:
        return STILL_OPEN if value is None else int(value.timestamp())

    return CaseSpans(
        ids=tuple(r.case_id for r in kept),
        titles=tuple(r.title for r in kept),
        type_titles=tuple(r.type_title for r in kept),
        severity=np.array([r.severity for r in kept], dtype=np.int8),
        loss_cents=np.array([r.loss_cents for r in kept], dtype=np.int64),
        opened_s=np.array([seconds(r.opened_at) for r in kept], dtype=np.int64),
        closed_s=np.array([seconds(r.closed_at) for r in kept], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bar:
    """One point of a chart: its short label, its title in words, its value, and the rows behind it."""

    label: str
    title: str
    value: int
    slots: Int64Array
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """One figure over something: how it is drawn, what it says in one line, what it means."""

    key: str
    title: str
    kind: ChartKind
    unit: ChartUnit
    headline: str
    definition: str
    bars: tuple[Bar, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(bar.value or len(bar.slots) for bar in self.bars)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KpiFigures:
    """The charts as of an instant, and the cases they are made of."""

    now: datetime
    spans: CaseSpans
    charts: tuple[Chart, ...]
    currency: str = "USD"
    zone: tzinfo = UTC

    def chart(self, key: str) -> Chart | None:
        """The chart of a key."""
        return next((chart for chart in self.charts if chart.key == key), None)
