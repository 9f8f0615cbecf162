"""A planner hands several cases over at once; two of them have ended meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.workers.messages import MoveCases
from domain.cases import CaseState
from domain.ids import CaseId
from tests.support.journey_desk import JourneyDesk

KEY = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu without a window manager
def test_several_are_assigned_and_two_that_failed_are_named_and_tried_again(desk: JourneyDesk) -> None:
    queue, mirror, bar = (
        desk.window.tower_model.queue,
        desk.worker.room.mirror,
        desk.window.tower.queue.bulk_bar,
    )
    for _ in range(3):
        desk.press(KEY.Key_J, modifier=SHIFT)
    marked = [CaseId(case_id) for case_id in queue.bulk.marked]
    assert len(marked) == 4
    assert bar.words.text() == "4 cases marked"

    # Somebody else finds two of them not to be so, before this window hears of it.
    for ended in marked[2:]:
        mirror.save_case_state(
            ended,
            CaseState.FALSE_POSITIVE,
            reason="Counted again.",
            at=desk.worker.room.clock.now(),
            actor="p.singh",
        )
    desk.press(KEY.Key_A)
    desk.choose("P. Singh")
    desk.until(lambda: bar.words.text() == "2 done, 2 not")
    owners = {case_id: case.owner for case_id in marked if (case := mirror.case(case_id)) is not None}
    assert owners == {marked[0]: "p.singh", marked[1]: "p.singh", marked[2]: "", marked[3]: ""}
    assert [line.partition(":")[0] for line in bar.failures.text().splitlines()] == marked[2:]

    # Trying again asks for these two and no others; they are named again, and leave the queue.
    bar.retry.setFocus()
    desk.press(KEY.Key_Space)
    asked = [request for request in desk.worker.asked if isinstance(request, MoveCases)]
    assert [[move.case_id for move in request.moves] for request in asked] == [marked, marked[2:]]
    desk.until(lambda: not set(marked[2:]) & set(desk.cases()))
    assert [line.partition(":")[0] for line in bar.failures.text().splitlines()] == marked[2:]
    desk.click(bar.clear)
    assert not bar.isVisible()
