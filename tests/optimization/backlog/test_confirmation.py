"""Win, improve, gain, redistribute, fill, lose: the laws of the confirmation classes."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.__main__ import main
from domain.errors import BadInputError
from optimization.backlog.confirmation import (
    ConfirmationClass,
    StrictOutcome,
    fold_classes,
    solve_strictly,
)
from optimization.backlog.files import write_tables
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.parquet_columns import write_columns
from optimization.backlog.plan import BacklogPlan, read_plan
from optimization.backlog.tables import Integers, Tables
from tests.support.small_backlogs import small_instance

LIMITS = BacklogLimits(moves=60, mip_lines=0)


def backlog(seed: int) -> tuple[Tables, Integers, Integers]:
    """Tables, a class for every order, and a confirmed quantity for every line."""
    tables = small_instance(60, 4, seed).tables
    chance = np.random.default_rng(seed)
    classes = chance.integers(0, len(ConfirmationClass), tables.sizes.orders)
    confirmed = chance.integers(0, tables.lines["ordered_qty"] + 1)
    return tables, classes, confirmed


def strict(tables: Tables, classes: Integers, confirmed: Integers) -> StrictOutcome:
    return solve_strictly(tables, classes, confirmed, LIMITS, 1, monotonic=time.monotonic)


def served(tables: Tables, plan: BacklogPlan) -> Integers:
    units = np.zeros(tables.sizes.lines, np.int64)
    np.add.at(units, plan.line, plan.qty)
    return units


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_class_gets_what_its_name_says(seed: int) -> None:
    tables, classes, confirmed = backlog(seed)
    outcome = strict(tables, classes, confirmed)
    units = served(tables, outcome.plan)
    of_line = classes[tables.lines["order"]]
    assert outcome.audit.errors == ()
    assert not units[of_line == ConfirmationClass.LOSE].any()
    fill = of_line == ConfirmationClass.FILL
    assert (units[fill] <= confirmed[fill]).all()
    keeping = np.isin(of_line, [ConfirmationClass.IMPROVE, ConfirmationClass.GAIN])
    assert set(outcome.below_confirmed) == set(np.flatnonzero(keeping & (units < confirmed)).tolist())


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nothing_that_lower_classes_want_changes_what_higher_ones_get(seed: int) -> None:
    tables, classes, confirmed = backlog(seed)
    of_line = classes[tables.lines["order"]]
    lower = of_line > ConfirmationClass.GAIN
    more = replace(
        tables,
        lines={
            **tables.lines,
            "ordered_qty": np.where(lower, 3 * tables.lines["ordered_qty"], tables.lines["ordered_qty"]),
        },
    )
    before = served(tables, strict(tables, classes, confirmed).plan)
    after = served(more, strict(more, classes, confirmed).plan)
    assert (before[~lower] == after[~lower]).all()


def test_folded_weights_and_caps() -> None:
    tables, _, _ = backlog(3)
    ordered, unfilled = tables.lines["ordered_qty"], tables.lines["unfilled_cents"]
    half = ordered // 2
    for strategy, (with_stock, without) in {
        ConfirmationClass.WIN: (400, 400),
        ConfirmationClass.GAIN: (250, 120),
        ConfirmationClass.FILL: (70, 70),
    }.items():
        folded = fold_classes(tables, np.full(tables.sizes.orders, int(strategy)), half)
        weight = np.where(half > 0, with_stock, without)
        assert (folded.lines["unfilled_cents"] == unfilled * weight // 100).all()
        wanted = half if strategy is ConfirmationClass.FILL else ordered
        assert (folded.lines["confirmable_qty"] == wanted).all()


@pytest.mark.parametrize(
    ("classes", "confirmed", "words"),
    [(9, 0, "orders: row 0 has confirmation class 9"), (0, 10**6, "lines: row 0 has 1000000 confirmed")],
)
def test_a_class_or_quantity_that_cannot_be_is_refused(classes: int, confirmed: int, words: str) -> None:
    tables, _, _ = backlog(1)
    with pytest.raises(BadInputError, match=words):
        fold_classes(tables, np.full(tables.sizes.orders, classes), np.full(tables.sizes.lines, confirmed))


def test_the_command_plans_class_by_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, classes, confirmed = backlog(5)
    write_tables(tables, tmp_path / "backlog")
    of_line = classes[tables.lines["order"]]
    columns = {"line": np.arange(of_line.size), "confirmed_qty": confirmed, "conf_class": of_line}
    write_columns(columns, tmp_path / "classes.parquet")
    command = [
        "confirm",
        "--problem",
        str(tmp_path / "backlog"),
        "--classes",
        str(tmp_path / "classes.parquet"),
    ]
    assert main([*command, "--out", str(tmp_path / "plan.parquet"), "--moves", "60"]) == 0
    units = served(tables, read_plan(tmp_path / "plan.parquet"))
    assert not units[of_line == ConfirmationClass.LOSE].any()
    assert units.any()
    assert "cents; below what was confirmed" in capsys.readouterr().out
    torn = {**columns, "conf_class": np.where(np.arange(of_line.size) == 0, (of_line + 1) % 6, of_line)}
    write_columns(torn, tmp_path / "classes.parquet")
    lines_of_first = int((tables.lines["order"] == tables.lines["order"][0]).sum())
    code = main([*command, "--out", str(tmp_path / "other.parquet"), "--moves", "60"])
    assert code == (2 if lines_of_first > 1 else 0)
    write_columns({**columns, "line": np.zeros(of_line.size, np.int64)}, tmp_path / "classes.parquet")
    assert main([*command, "--out", str(tmp_path / "other.parquet")]) == 2
    assert "not every line once" in capsys.readouterr().err
