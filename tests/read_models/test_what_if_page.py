"""Solved worlds in words: what is proven, figures with their turn, lines with their state, what is new."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.read_models.what_if_page import places_of, progress_of, what_if_choices, what_if_solved
from app.services.what_if.brief import brief_of
from app.services.what_if.mirror_baseline import read_baseline
from app.services.what_if.solve import Effort, solve_worlds
from app.workers.what_if import Solved, Solving
from domain.what_if import Change, ChangeKind, WhatIf
from tests.support.facts import NOW, line
from tests.support.tower_room import TowerRoom, tower_room
from tests.support.what_if_world import sync_backlog

CLOSED = WhatIf(
    name="closed",
    changes=(
        Change(kind=ChangeKind.NODE_CLOSED, subject="MEM"),
        Change(kind=ChangeKind.NODE_CLOSED, subject="LAX"),
    ),
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    with tower_room(tmp_path) as opened:
        sync_backlog(opened)
        yield opened


def solve(room: TowerRoom) -> Solved:
    baseline = read_baseline(room.mirror, NOW)
    worlds = solve_worlds(baseline, (CLOSED,), Effort(moves=50), monotonic=time.monotonic)
    return Solved(brief=brief_of(baseline), worlds=tuple(each.answer for each in worlds), skipped=())


def test_what_can_be_changed_comes_from_the_open_backlog(room: TowerRoom) -> None:
    found = what_if_choices(room.mirror, now=NOW)
    assert found.open_lines == 2
    assert found.busiest == "MEM"
    assert [(each.title, each.note) for each in found.nodes] == [
        ("Memphis", "140 open units"),
        ("Dallas", "0 open units"),
    ]
    assert {each.key: each.note for each in found.customers} == {"C1": "1 order", "C2": "1 order"}


def test_a_closed_node_in_words_figures_lines_and_lanes(room: TowerRoom) -> None:
    shown = what_if_solved(solve(room), places_of(room.mirror))
    assert shown.words.startswith("2 lines of 2 orders")
    first, closed = shown.worlds
    assert first.flips == ()
    assert "no plan costs less than" in first.words
    assert "2 lines flip, 2 to other nodes" in closed.words
    assert "proven worse: the true difference lies between" in closed.words
    assert closed.dropped == (
        "Left out: LAX closed for the whole plan. The backlog knows no node LAX any more.",
    )
    row = closed.flips[0]
    assert (row.from_words, row.to_words, row.at_node, row.parts) == (
        "Memphis",
        "Dallas",
        "MEM",
        (("DFW", 100),),
    )
    assert row.why_not == ""
    figures = {each.title: each.figures[1] for each in shown.figures}
    assert figures["Total cost"].turn == "bad"
    assert figures["Total cost"].delta.startswith("+$")
    assert figures["Lines that flip"].text == "2"
    volumes = {each.title: each.figures[1] for each in shown.volumes}
    assert (volumes["Memphis"].text, volumes["Dallas"].text) == ("0", "140")
    assert [lane.id for lane in closed.map_state.lanes] == ["DFW>Z1"]
    assert closed.map_state.alternative_lane_ids == {"DFW>Z1"}


def test_a_solve_on_fresh_data_says_what_is_new(room: TowerRoom) -> None:
    before = solve(room)
    room.sync(line("SO-2/2", ordered_quantity=25))
    shown = what_if_solved(solve(room), places_of(room.mirror), before)
    assert shown.changed[0] == "Since the last solve 1 line came and 0 lines went."
    assert shown.changed[1].startswith("Baseline now costs +$")
    assert what_if_solved(before, places_of(room.mirror), before).changed == ()


def test_progress_and_an_early_end_are_said(room: TowerRoom) -> None:
    told = Solving(
        world=1, worlds=2, name="closed", stage="search", objective_cents=123_400, bound_cents=100_000
    )
    assert progress_of(told).words == "best so far $1,234, searching; no plan costs less than $1,000"
    solved = solve(room)
    early = replace(solved, worlds=(solved.worlds[0], replace(solved.worlds[1], stopped=True)))
    shown = what_if_solved(early, places_of(room.mirror))
    assert shown.worlds[1].cancelled
    assert shown.worlds[1].words.endswith("Stopped early: the best plan so far.")
