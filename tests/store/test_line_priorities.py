"""What a person says of a line is kept, replaced by a later word, and makes its item looked at again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.store.engine import reading
from domain.errors import BadValueError
from domain.ids import LineId
from domain.priorities import ConfirmationClass, LinePriority
from tests.support import facts
from tests.support.facts import NOW
from tests.support.tower_room import TowerRoom

LINE = LineId("SO-1/1")
GAIN = LinePriority(
    line_id=LINE,
    confirmation_class=ConfirmationClass.GAIN,
    rank=3,
    reason="Hospital",
    author="p.ellis",
    at=NOW,
)


def test_the_last_word_on_a_line_counts(room: TowerRoom) -> None:
    later = replace(GAIN, confirmation_class=ConfirmationClass.LOSE, rank=None, reason="Paid late")
    room.mirror.set_line_priority(GAIN)
    room.mirror.set_line_priority(later)
    assert room.mirror.line_priorities() == {LINE: later}


def test_a_word_can_be_taken_back_once(room: TowerRoom) -> None:
    room.mirror.set_line_priority(GAIN)
    with room.mirror.write() as transaction:
        assert transaction.clear_line_priority(LINE)
        assert not transaction.clear_line_priority(LINE)
    assert room.mirror.line_priorities() == {}


def test_only_the_lines_asked_for_are_answered(room: TowerRoom) -> None:
    others = [LineId(f"SO-2/{position}") for position in range(1, 2_001)]
    with room.mirror.write() as transaction:
        for line_id in [LINE, *others]:
            transaction.set_line_priority(replace(GAIN, line_id=line_id))
    assert set(room.mirror.line_priorities([LINE, LineId("SO-9/9")])) == {LINE}
    assert set(room.mirror.line_priorities(others)) == set(others)


def test_a_word_on_a_line_has_its_item_looked_at_again(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    with room.mirror.write() as transaction:
        transaction.detect(now=NOW, full=True)
    assert ("order_line>peg", "I1|MEM") not in dirty(room)
    room.mirror.set_line_priority(GAIN)
    assert ("order_line>peg", "I1|MEM") in dirty(room)


def dirty(room: TowerRoom) -> set[tuple[str, str]]:
    with reading(room.mirror.engine).connect() as connection:
        return {(row.path, row.key) for row in connection.execute(text("SELECT path, key FROM dirty_scope"))}


@pytest.mark.parametrize("missing", ["line_id", "reason", "author"])
def test_a_word_without_reason_or_author_is_refused(missing: str) -> None:
    blank: dict[str, Any] = {missing: " "}
    with pytest.raises(BadValueError, match=missing):
        replace(GAIN, **blank)
