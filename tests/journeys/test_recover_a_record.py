"""A record that could not be read is looked at, its source is put right, and it is taken in after all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.support import facts
from tests.support.journey_desk import JourneyDesk
from tests.support.tower_room import TowerRoom

KEY = Qt.Key


def one_spoilt_line(room: TowerRoom) -> None:
    """A line at a wrong price, and one record that nobody can read."""
    room.sync(*facts.quiet_world(), facts.order("SO-2"))
    room.source.put(replace(facts.line(), unit_price_cents=facts.line().unit_price_cents * 2))
    room.source.spoil("SO-2/1", raw=b'{"line": "SO-2/1", "quantity": "ten"}')
    room.sync(force=True)


@pytest.fixture
def situation() -> Callable[[TowerRoom], None]:
    return one_spoilt_line


def test_a_quarantined_record_is_seen_raw_and_tried_again(desk: JourneyDesk) -> None:
    page, room = desk.window.sources, desk.worker.room
    desk.press(KEY.Key_G, KEY.Key_S)
    desk.until(lambda: len(page.quarantine.lines()) == 1)
    page.quarantine.setFocus()
    desk.press(KEY.Key_Home, KEY.Key_Down)
    desk.until(page.retry.isEnabled)
    assert '"quantity": "ten"' in page.raw.toPlainText()

    room.source.put(facts.line("SO-2/1"))
    desk.click(page.retry)
    desk.until(lambda: not room.mirror.quarantined())
    desk.until(page.none_quarantined.isVisible)
    assert page.quarantine_title.text() == "Quarantine"
