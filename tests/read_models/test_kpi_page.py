"""The figures of the KPI page from a real mirror: a case opens, closes, and moves from bar to bar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.read_models.kpi_page import kpi_figures
from tests.support import facts
from tests.support.tower_room import tower_room


def test_a_case_is_counted_while_open_and_timed_when_closed(tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        room.sync(*facts.quiet_world())
        line = facts.line()
        room.sync(replace(line, unit_price_cents=line.unit_price_cents * 2))
        case = room.only_case("OE-PRICE")
        before = kpi_figures(room.mirror, now=room.clock.now())
        assert before.spans.ids == (case.case_id,)
        charts = {chart.key: chart for chart in before.charts}
        assert charts["volume"].bars[-1].value == 1
        assert charts["pareto"].bars[0].value == case.impact.loss_cents
        for _ in range(3):
            room.clock.advance(minutes=30)
            room.sync(line, force=True)
        after = kpi_figures(room.mirror, now=room.clock.now())
        closed = {chart.key: chart for chart in after.charts}["cycle_time"]
        assert [bar.note for bar in closed.bars if len(bar.slots)] != []
        assert {chart.key: chart for chart in after.charts}["pareto"].is_empty
