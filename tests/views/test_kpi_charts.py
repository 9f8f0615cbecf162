"""The charts' arithmetic: every bar counts exactly the rows behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from tests.support.fake_tower import NOW
from views.kpis.charts import (
    ageing,
    all_charts,
    burn_down,
    cycle_time,
    hours_of_week,
    pareto,
    volume,
)
from views.kpis.cursor import moved
from views.kpis.state import CaseSpans, SpanRow, span_table

CHICAGO = ZoneInfo("America/Chicago")


def row(name: str, opened: datetime, closed: datetime | None = None, **more: object) -> SpanRow:
    values: dict[str, object] = {"type_title": "Stock short", "severity": 2, "loss_cents": 100_00}
    return SpanRow(case_id=name, title=name, opened_at=opened, closed_at=closed, **(values | more))  # type: ignore[arg-type]  # keyword values


def ids(spans: CaseSpans, slots: np.ndarray) -> set[str]:
    return {spans.ids[slot] for slot in slots.tolist()}


def test_volume_counts_by_the_day_at_the_site() -> None:
    late = NOW.replace(hour=3)
    spans = span_table([row("a", late), row("b", NOW), row("c", NOW - timedelta(days=40))])
    at_site = volume(spans, NOW, CHICAGO)
    assert [bar.value for bar in at_site.bars[-2:]] == [1, 1], "03:00 UTC is the evening before in Chicago"
    assert [bar.value for bar in volume(spans, NOW, UTC).bars[-2:]] == [0, 2]
    assert at_site.bars[-2].title == "Opened on Wed 11 Nov"
    assert ids(spans, at_site.bars[-2].slots) == {"a"}


def test_ageing_takes_open_cases_only() -> None:
    spans = span_table(
        [
            row("young", NOW - timedelta(minutes=5)),
            row("old", NOW - timedelta(days=9)),
            row("done", NOW - timedelta(days=9), NOW - timedelta(days=1)),
        ]
    )
    chart = ageing(spans, NOW)
    assert [bar.value for bar in chart.bars] == [1, 0, 0, 0, 0, 0, 1]
    assert chart.headline == "oldest 9 d 0 h"


def test_open_cases_are_counted_at_even_steps() -> None:
    old = row("old", NOW - timedelta(days=3), NOW - timedelta(hours=70))
    kept = row("kept", NOW - timedelta(hours=5))
    gone = row("gone", NOW - timedelta(hours=5), NOW - timedelta(hours=2))
    chart = burn_down(span_table([old, kept, gone]), NOW, UTC)
    assert [bar.value for bar in chart.bars[-7:]] == [0, 2, 2, 2, 1, 1, 1]
    assert chart.headline == "1 open  ·  ▲ 1 since Tue 16:00"
    assert chart.bars[-1].title == "Open now"
    assert chart.bars[-2].title == "Open on Thu 12 Nov at 15:00"


def test_while_all_is_young_the_steps_are_short() -> None:
    chart = burn_down(span_table([row("a", NOW - timedelta(minutes=12))]), NOW, UTC)
    assert [bar.label for bar in chart.bars[-4:]] == ["15:15", "15:20", "15:25", "15:26"]
    assert [bar.value for bar in chart.bars[-4:]] == [1, 1, 1, 1]
    assert chart.bars[-5].value == 0


def test_cycle_time_is_the_median_of_the_day_a_case_was_closed() -> None:
    start = NOW.replace(hour=1)
    spans = span_table(
        [row(str(n), start, start + timedelta(minutes=minutes)) for n, minutes in enumerate((10, 30, 300))]
    )
    chart = cycle_time(spans, NOW, UTC)
    assert chart.bars[-1].value == 30
    assert chart.bars[-1].note == "median 30 min, 3 cases"
    assert chart.bars[-2].note == "—"


def test_pareto_ranks_types_by_money_and_gathers_the_rest() -> None:
    spans = span_table(
        [row(f"{n}", NOW, type_title=f"Type {n:02d}", loss_cents=(20 - n) * 100_00) for n in range(12)]
    )
    chart = pareto(spans, "USD")
    assert [bar.label for bar in chart.bars][:2] == ["Type 00", "Type 01"]
    assert chart.bars[-1].label == "4 other types"
    assert sum(bar.value for bar in chart.bars) == int(spans.loss_cents.sum())
    assert chart.bars[-1].note.endswith("100 % with those above")


def test_the_grid_knows_hour_and_weekday_at_the_site() -> None:
    spans = span_table([row("a", datetime(2026, 11, 9, 14, 30, tzinfo=UTC))])
    chart = hours_of_week(spans, NOW, CHICAGO)
    (busy,) = [bar for bar in chart.bars if bar.value]
    assert busy.title == "Opened on Mon from 08:00 to 09:00"
    assert chart.headline == "busiest Mon 08:00, 1"


def test_nothing_at_all_makes_empty_charts() -> None:
    charts = all_charts(span_table([]), NOW, UTC, "USD")
    assert all(chart.is_empty for chart in charts)
    assert [chart.headline for chart in charts][1] == "—"


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 60 * 24 * 27), st.one_of(st.none(), st.integers(1, 60 * 24 * 5))),
        max_size=40,
    )
)
def test_no_case_is_counted_twice_in_a_chart_of_parts(minutes: list[tuple[int, int | None]]) -> None:
    rows = []
    for number, (ago, took) in enumerate(minutes):
        opened = NOW - timedelta(minutes=ago)
        closed = None if took is None else min(opened + timedelta(minutes=took), NOW)
        rows.append(row(str(number), opened, closed))
    spans = span_table(rows)
    for chart in all_charts(spans, NOW, CHICAGO, "USD"):
        if chart.key == "burn_down":
            continue
        slots = [slot for bar in chart.bars for slot in bar.slots.tolist()]
        assert len(slots) == len(set(slots)), chart.key
    still_open = sum(took is None for _, took in minutes)
    by_key = {chart.key: chart for chart in all_charts(spans, NOW, CHICAGO, "USD")}
    assert sum(bar.value for bar in by_key["ageing"].bars) == still_open
    assert by_key["burn_down"].bars[-1].value == still_open
    assert sum(bar.value for bar in by_key["hours"].bars) == len(rows)


@pytest.mark.parametrize(
    ("cursor", "key", "across", "wanted"),
    [
        (-1, Qt.Key.Key_Right, 1, 0),
        (-1, Qt.Key.Key_Left, 1, 9),
        (9, Qt.Key.Key_Right, 1, 9),
        (3, Qt.Key.Key_Down, 1, 4),
        (3, Qt.Key.Key_Down, 5, 8),
        (8, Qt.Key.Key_Down, 5, 8),
        (4, Qt.Key.Key_Home, 1, 0),
        (4, Qt.Key.Key_End, 1, 9),
        (4, Qt.Key.Key_A, 1, None),
    ],
)
def test_keys_move_the_cursor(cursor: int, key: Qt.Key, across: int, wanted: int | None) -> None:
    assert moved(cursor, int(key), 10, across=across) == wanted
