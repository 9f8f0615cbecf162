"""A planner triages one case after the other without touching the mouse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from domain.cases import CaseState, ExceptionCase
from domain.ids import CaseId
from tests.support.journey_desk import JourneyDesk

KEY = Qt.Key


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu without a window manager
def test_cases_are_seen_taken_put_to_rest_and_denied_by_keys(desk: JourneyDesk) -> None:
    queue, mirror = desk.window.tower_model.queue, desk.worker.room.mirror

    def now(case_id: str) -> ExceptionCase:
        found = mirror.case(CaseId(case_id))
        assert found is not None
        return found

    # The first one is seen, and mine: both stand in the mirror, and in its row.
    first = queue.selected_id
    desk.press(KEY.Key_E)
    assert now(first).state is CaseState.ACKNOWLEDGED
    desk.press(KEY.Key_A)
    desk.choose("A. Moreno (me)")
    assert now(first).owner == "a.moreno"
    desk.until(lambda: queue.store.table.owners[desk.cases().index(first)] == "A. Moreno")

    # The next rests for an hour; that was a mistake, and Z takes it back.
    desk.press(KEY.Key_J)
    second = queue.selected_id
    assert second != first
    desk.press(KEY.Key_S)
    desk.choose("1 hour")
    assert now(second).snoozed_until == desk.worker.room.clock.now() + timedelta(hours=1)
    desk.press(KEY.Key_Z)
    assert now(second).snoozed_until is None

    # Enter leads into its panel, Esc back to the rows; K goes back to the first.
    desk.press(KEY.Key_Return)
    assert desk.window.tower.detail.isAncestorOf(desk.focus())
    desk.press(KEY.Key_Escape)
    assert desk.window.tower.queue.isAncestorOf(desk.focus())
    desk.press(KEY.Key_K)
    assert queue.selected_id == first
