"""A decision counts when it is in time: the proposal's end, the offline time to live, clocks that differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.decision_times import why_not_in_time
from tests.support.approval_desk import START
from tests.support.approval_values import decision, proposal

NEVER, FOUR_HOURS = timedelta(0), timedelta(hours=4)


@pytest.mark.parametrize(
    ("offline", "offline_for", "minutes_on_the_way", "words"),
    [
        (False, NEVER, 0, ""),
        (False, NEVER, 15, ""),
        (False, NEVER, 16, "arrived more than"),
        (False, FOUR_HOURS, 240, ""),
        (False, FOUR_HOURS, 241, "arrived more than"),
        (True, NEVER, 0, "online only"),
        (True, FOUR_HOURS, 240, ""),
        (True, FOUR_HOURS, 241, "arrived more than"),
        (True, timedelta(minutes=5), 6, "arrived more than"),
        (False, FOUR_HOURS, -15, ""),
        (False, FOUR_HOURS, -16, "dated later"),
    ],
)
def test_how_long_it_may_be_on_the_way(
    offline: bool, offline_for: timedelta, minutes_on_the_way: int, words: str
) -> None:
    said, asked = replace(decision(), offline=offline), proposal()
    why = why_not_in_time(said, asked, offline_for, said.issued_at + timedelta(minutes=minutes_on_the_way))
    assert (words in why) is True
    assert bool(why) is bool(words)


def test_it_ends_with_the_proposal_and_names_its_end() -> None:
    asked = proposal()
    late = replace(decision(), issued_at=asked.expires_at, expires_at=asked.expires_at + FOUR_HOURS)
    longer = replace(decision(), expires_at=asked.expires_at + timedelta(milliseconds=1))
    for said in (late, longer):
        assert "after the proposal expired" in why_not_in_time(said, asked, FOUR_HOURS, START)
