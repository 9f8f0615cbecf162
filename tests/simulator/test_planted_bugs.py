"""The judge can fail: each rule of the product that is broken on purpose is found by some seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.checker import check, root
from tests.simulator.planted import PLANTED
from tests.simulator.simulation import simulate

#: How many seeds are tried after the one that found it last.
MOST_SEEDS = 25


@pytest.mark.parametrize("name", list(PLANTED))
def test_a_broken_rule_is_found(tmp_path: Path, name: str) -> None:
    planted = PLANTED[name]
    found: list[str] = []
    for number, seed in enumerate((planted.found_by, *range(1, MOST_SEEDS))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            planted.plant(patch)
            found = [finding for finding in check(simulate(seed, folder)) if planted.words in finding]
        if found:
            break
    assert found, f"no seed found {name!r}"


def test_the_same_seed_is_the_same_day(tmp_path: Path) -> None:
    stories = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        evidence = simulate(4, tmp_path / name, steps=25)
        stories.append((evidence.story, evidence.effects, evidence.asked, evidence.acknowledged))
    assert stories[0] == stories[1]


def test_the_tree_of_the_checker_is_that_of_the_standard() -> None:
    # RFC 9162 leaves d(0) to d(2): an empty tree, one leaf, and an uneven one.
    assert root([]).hex().startswith("e3b0c442")
    assert root([b"x"]) == b"x"
    assert root([b"a", b"b", b"c"]) == root([root([b"a", b"b"]), b"c"])
