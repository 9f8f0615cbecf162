"""Explanations of a planned line: every node accounted for, and changes that really change something."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from domain.errors import BadInputError
from optimization.backlog.explain import FlipKind, Verdict, explain_line
from optimization.backlog.generate import generate_tables
from optimization.backlog.instance import build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.outcome import BacklogOutcome
from optimization.backlog.solve import solve_backlog
from optimization.backlog.standing import Standing


@pytest.fixture(scope="module")
def standing() -> Standing:
    instance = build_instance(generate_tables("D", 300, 6, 3))
    ticks = count()
    outcome: BacklogOutcome = solve_backlog(
        instance, BacklogLimits(seconds=60.0, moves=400), 1, monotonic=lambda: next(ticks) * 1e-4
    )
    return Standing(instance, outcome.warm.led, outcome.warm.pairs)


def test_every_node_that_may_serve_a_line_is_accounted_for(standing: Standing) -> None:
    arrays = standing.instance.arrays
    for line in range(0, standing.instance.n_lines, 7):
        told = explain_line(standing, int(standing.instance.line_id[line]))
        may = {int(arrays.row_node[row]) for row in arrays.pair_row[arrays.pair_line == line]}
        assert {each.node for each in told.alternatives} == may
        assert sum(each.units_planned for each in told.alternatives) == told.planned
        assert all((each.verdict is Verdict.CHOSEN) == (each.units_planned > 0) for each in told.alternatives)


def test_a_node_is_called_empty_only_where_it_is(standing: Standing) -> None:
    for line_id in standing.instance.line_id[::5]:
        for each in explain_line(standing, int(line_id)).alternatives:
            if each.verdict is Verdict.STOCK_TAKEN:
                assert each.units_left == 0 < each.units_ever
            if each.verdict is Verdict.NO_HANDS:
                assert each.hands_left == 0


def test_flips_are_verified_and_explaining_changes_nothing(standing: Standing) -> None:
    before = [np.array(each) for each in standing.holdings]
    flips = [
        flip
        for line_id in standing.instance.line_id[::3]
        for flip in explain_line(standing, int(line_id)).flips
    ]
    assert flips
    assert all(flip.saved_cents > 0 for flip in flips)
    assert FlipKind.STOCK in {flip.kind for flip in flips}
    for old, new in zip(before, standing.holdings, strict=True):
        assert np.array_equal(old, np.array(new))


def test_an_unfilled_line_says_what_it_lacks(standing: Standing) -> None:
    short = [
        told
        for line_id in standing.instance.line_id
        if (told := explain_line(standing, int(line_id))).planned < told.wanted
    ]
    assert short
    assert any("more units at node" in sentence for told in short for sentence in told.sentences())


def test_an_unknown_line_is_refused(standing: Standing) -> None:
    with pytest.raises(BadInputError, match="Line 100000 is not in this backlog"):
        explain_line(standing, 100_000)
