"""The what-if process: solves off the window, tells how it goes, stops with its best, explains, ends."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.what_if.solve import Effort
from app.workers.what_if import (
    CouldNot,
    Solved,
    SolveWish,
    Solving,
    Told,
    WhatIfRunner,
    Why,
    WhyWish,
)
from domain.what_if import Change, ChangeKind, WhatIf
from tests.support.facts import NOW
from tests.support.tower_room import tower_room
from tests.support.what_if_world import sync_backlog

CLOSED = WhatIf(name="closed", changes=(Change(kind=ChangeKind.NODE_CLOSED, subject="MEM"),))
PATIENCE_SECONDS = 120.0


class Ear:
    """A runner and what it said."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self.runner = WhatIfRunner(self.heard.put)

    def answer(self) -> Told:
        """The next word that ends a wish."""
        while isinstance(told := self.heard.get(timeout=PATIENCE_SECONDS), Solving):
            pass
        return told


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.runner.stop()
    assert not [child for child in multiprocessing.active_children() if child.name == "what-if"]


def wish(folder: Path, *, moves: int = 50) -> SolveWish:
    return SolveWish(
        mirror_file=folder / "mirror.db", what_ifs=(CLOSED,), now=NOW, effort=Effort(moves=moves)
    )


def test_it_solves_explains_stops_and_survives_a_bad_wish(ear: Ear, tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        sync_backlog(room)
    assert ear.runner.solve(wish(tmp_path))
    assert not ear.runner.solve(wish(tmp_path)), "one solve at a time"
    solved = ear.answer()
    assert isinstance(solved, Solved)
    assert [each.what_if.name for each in solved.worlds] == ["Baseline", "closed"]
    assert [each.order_number for each in solved.brief.lines] == ["SO-1", "SO-2"]
    ear.runner.why(WhyWish(world=1, line_id="SO-1/1"))
    why = ear.answer()
    assert isinstance(why, Why)
    assert "100 of 100 units" in why.sentences[0]
    ear.runner.why(WhyWish(world=7, line_id="SO-1/1"))
    refused = ear.answer()
    assert isinstance(refused, CouldNot)
    assert "not solved any more" in refused.text
    # A budget nobody waits for: only the stop ends it, and what comes is the best plan so far.
    assert ear.runner.solve(wish(tmp_path, moves=10**9))
    assert isinstance(ear.heard.get(timeout=PATIENCE_SECONDS), Solving)
    ear.runner.cancel()
    best = ear.answer()
    assert isinstance(best, Solved)
    assert best.worlds[0].stopped
    assert not solved.worlds[0].stopped
    assert best.worlds[0].kpis.total_cents >= solved.worlds[0].kpis.bound_cents
    assert best.skipped == ("closed",)
    assert ear.runner.solve(wish(tmp_path / "nowhere"))
    missing = ear.answer()
    assert isinstance(missing, CouldNot)
    assert "does not exist yet" in missing.text


def test_a_process_that_dies_is_told_and_started_again(ear: Ear, tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        sync_backlog(room)
    assert ear.runner.solve(wish(tmp_path, moves=10**9))
    assert isinstance(ear.heard.get(timeout=PATIENCE_SECONDS), Solving)
    (child,) = (each for each in multiprocessing.active_children() if each.name == "what-if")
    child.kill()
    died = ear.answer()
    assert isinstance(died, CouldNot)
    assert "ended without an answer" in died.text
    assert ear.runner.solve(wish(tmp_path))
    assert isinstance(ear.answer(), Solved)
