"""Live, shadow and what-if use one engine; a door that answers differently is noticed."""

from __future__ import annotations

import time

import pytest

from optimization import parity
from optimization.parity import Parity, check_parity
from optimization.scenarios.overrides import NodeClosed, Scenario


def test_every_door_gives_the_same_answer() -> None:
    found = check_parity(time.monotonic)
    assert [each.agrees for each in found] == [True, True, True]
    assert {name for each in found for name, _ in each.answers} >= {"live", "shadow", "what-if in a pool"}


def test_another_answer_at_one_door_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Scenario(name="as it is", overrides=(NodeClosed(node=0),))
    monkeypatch.setattr(parity, "NOTHING_DIFFERENT", closed)
    assert not parity._backlog(time.monotonic).agrees
    assert not Parity(problem="x", answers=(("live", "a"), ("shadow", "b"))).agrees
