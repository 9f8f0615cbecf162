"""Cursors of Tryton streams: they go on where they stopped and lose nothing that commits late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tryton import cursor as cursors
from connectors.tryton.cursor import MICRO, OVERLAP_MICROS, SETTLED_MICROS, Cursor
from domain.errors import BadInputError

stamps = st.integers(0, 10**16)
places = st.lists(st.tuples(stamps, st.integers(0, 10**9)), min_size=1, max_size=5).map(tuple)


@given(positions=places, began=stamps, skip=st.integers(0, 1000))
def test_cursor_survives_as_text(positions: tuple[tuple[int, int], ...], began: int, skip: int) -> None:
    cursor = Cursor(positions=positions, began=began, skip=skip, open=True)
    assert cursors.decode(cursors.encode(cursor), len(positions)) == cursor


@given(positions=places, began=stamps, later=st.integers(0, 10**12))
def test_next_pull_begins_no_later_than_a_late_commit(
    positions: tuple[tuple[int, int], ...], began: int, later: int
) -> None:
    newest = max(stamp for stamp, _ in positions)
    cursor = Cursor(positions=positions, began=began, newest=newest)
    pull = cursors.next_pull(cursor, began + later, asked=7, rests_on="tables")
    assert (pull.newest, pull.began) == (newest, began + later)
    assert (pull.asked, pull.rests_on, pull.seen) == (7, "tables", "")
    starts = {stamp for stamp, _ in pull.positions}
    assert len(starts) == 1, "all drivers start at one point"
    # What was stamped in the last minute before the newest row seen, or ten minutes before the pull, is read.
    assert starts.pop() <= max(newest - OVERLAP_MICROS, began - SETTLED_MICROS, 0)


def test_first_pull_reads_all_of_the_first_driver_only() -> None:
    now = 10_000 * MICRO
    cursor = cursors.start(3, now)
    assert cursor.positions == ((0, 0), (now - OVERLAP_MICROS, 0), (now - OVERLAP_MICROS, 0))
    assert cursor.first


@pytest.mark.parametrize("text", ["", "17", "{}", '{"positions": [[1, 2]], "began": 0, "driver": 5}'])
def test_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="no cursor"):
        cursors.decode(text, 1)
