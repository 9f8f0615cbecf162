"""Desk and hub end once at each named point where they write or send, and go on; the judge finds nothing."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domain.commands import Action
from domain.recommendations import Remedy
from tests.simulator.checker import check
from tests.simulator.crashes import Fate, Killed
from tests.simulator.desk import AMOUNTS, price_of
from tests.simulator.simulation import Site, evidence_of, site_of
from tests.simulator.upstream import LEVELS
from tests.support.approval_desk import reallocation

SERVICES = Path(__file__).parents[2] / "app" / "services"
#: Points that the simulator itself names: before and after each commit.
COMMITS = ("ledger:before-commit", "ledger:after-commit", "hub:before-commit", "hub:after-commit")
#: A person told what became of a step back, and the desk ends before that goes anywhere.
TOLD = "person:settled-a-step-back"
NAMED = tuple(
    sorted(
        found
        for file in SERVICES.rglob("*.py")
        for found in re.findall(r'crash\("([\w:-]+)"\)', file.read_text(encoding="utf-8"))
    )
)
#: A day in which every point is passed: also an action is taken back, and a person tells what became of a
#: command in doubt, and of a step back.
SEED, ROUNDS, DOUBTS = 17, 3, 2
#: A line of the system that cannot be asked, and two commands on it: the second one is refused.
LINE = 3
MOVED_AND_PRICED: tuple[Action, ...] = (reallocation(LINE), price_of(LINE, 99))
#: Commits are many and have one name: one in the middle of things is taken.
PASSES = (9,)


@dataclass
class EndsOnce(Fate):
    """Ends a component at one pass of one point."""

    point: str = ""
    at_pass: int = 1
    passed: Counter[str] = field(default_factory=Counter)

    def __call__(self, point: str) -> None:
        """Pass a point, or end there."""
        self.passed[point] += 1
        if point == self.point and self.passed[point] == self.at_pass:
            self.ended_at.append(point)
            raise Killed(point)


def day(folder: Path, fate: EndsOnce) -> tuple[Site, list[str]]:
    """A short day with that fate for desks and hub alike, and what the judge finds."""
    site = site_of(SEED, folder)
    try:
        site.hub.fate = fate
        # The first command to each system is done without an answer; everything after it is answered.
        site.upstream.calm, site.upstream.cut, site.upstream.cut_back = True, set(LEVELS), set(LEVELS)
        site.upstream.refuses_each = 1
        for desk in site.desks:
            desk.fate = desk.ledger.fate = fate
            desk.wire.calm = True
        first = site.desks[0]
        site.at(first, lambda: first.ask_for(LINE, AMOUNTS[0], MOVED_AND_PRICED, Remedy.REALLOCATE))
        for _ in range(ROUNDS):
            for act in ("propose", "decide", "work"):
                for desk in site.desks:
                    site.arrive()
                    site.at(desk, getattr(desk, act))
        site.heal()
        for _ in range(DOUBTS):
            site.settle()
        return site, check(evidence_of(site))
    finally:
        site.close()


def fate_at(point: str = "", at_pass: int = 1) -> EndsOnce:
    return EndsOnce(chance=random.Random(0), share=0.0, point=point, at_pass=at_pass)


def test_every_named_point_is_passed(tmp_path: Path) -> None:
    fate = fate_at()
    _, findings = day(tmp_path, fate)
    assert findings == []
    assert {*NAMED, *COMMITS, TOLD} - set(fate.passed) == set()


@pytest.mark.parametrize(
    ("point", "at_pass"),
    [(name, 1) for name in (*NAMED, TOLD)] + [(name, number) for name in COMMITS for number in PASSES],
)
def test_it_ends_there_and_goes_on(tmp_path: Path, point: str, at_pass: int) -> None:
    fate: Any = fate_at(point, at_pass)
    site, findings = day(tmp_path, fate)
    assert fate.ended_at == [point]
    assert site.hub.restarts + sum(desk.restarts for desk in site.desks) == 1
    assert findings == []
