"""A planner works through an outage: many cases of one cause, from the first look to the last case gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.workers.messages import MoveCases
from tests.support import facts
from tests.support.journey_desk import JourneyDesk
from tests.support.outage import LATE

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
#: The late supply, seven lines that wait for it, and their seven promises.
CASES = 15
#: Those that are listed: a promise is kept quiet by the shortage of the same line.
LISTED = 8


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu without a window manager
def test_an_outage_from_the_first_look_to_the_last_case(desk: JourneyDesk) -> None:
    queue, tower = desk.window.tower_model.queue, desk.window.tower
    assert len(desk.cases()) == CASES

    # One row for the whole outage; its panel says what it is made of and why.
    desk.press(KEY.Key_G, KEY.Key_G)
    assert len(queue.store) == 1
    assert queue.model.words(0).type_title == f"{CASES} cases"
    assert queue.model.words(0).subject.startswith("PO-7 8 d late at Memphis")
    desk.until(tower.detail.incident.isVisible)
    panel = desk.window.tower_model.detail.detail
    assert panel is not None
    assert panel.incident is not None
    assert panel.incident.members_in_all == CASES
    assert any("waits for 100 ea" in member.why for member in panel.incident.members)

    # All of it is given to one person; two of the cases were closed meanwhile by somebody else.
    desk.press(KEY.Key_X)
    assert len(queue.store) == LISTED
    gone = tuple(queue.store.id_at(row) for row in (LISTED - 2, LISTED - 1))
    for case_id in gone:
        desk.worker.life.deny(case_id, "The customer agreed to wait.", "p.singh")
    desk.press(KEY.Key_A, modifier=CTRL)
    assert tower.queue.bulk_bar.words.text() == f"{LISTED} cases marked"
    desk.press(KEY.Key_A)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTest.keyClick(menu, KEY.Key_Down)
    QTest.keyClick(menu, KEY.Key_Return)
    desk.until(lambda: tower.queue.bulk_bar.words.text() == f"{LISTED - 2} done, 2 not")
    named = tower.queue.bulk_bar.failures.text()
    assert all(case_id in named for case_id in gone)
    assert "is closed" in named
    desk.click(tower.queue.bulk_bar.retry)
    again = [request for request in desk.worker.asked if isinstance(request, MoveCases)][-1]
    assert tuple(move.case_id for move in again.moves) == gone
    desk.until(lambda: sum(bool(owner) for owner in queue.store.table.owners) == LISTED - 2)

    # The goods come after all: the cases go by themselves, and the queue says that nothing is left.
    desk.press(KEY.Key_Escape)
    room = desk.worker.room
    room.source.put(
        replace(LATE, received_quantity=900, eta_at=LATE.due_at),
        replace(facts.position(), on_hand_quantity=1_000),
    )
    for _ in range(3):
        room.clock.advance(minutes=30)
        desk.press(KEY.Key_R, modifier=CTRL)
    desk.until(lambda: not room.mirror.cases())
    desk.press(KEY.Key_R)
    desk.until(lambda: len(queue.store) == 0)
    assert not room.mirror.incidents()
