"""An order goes another way than in the baseline only where that is cheaper; orders' costs sum up."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from domain.errors import BadInputError
from optimization.backlog.audit import audit_plan
from optimization.backlog.explain import explain_line
from optimization.backlog.files import write_tables
from optimization.backlog.generate import generate_tables
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.outcome import BacklogOutcome
from optimization.backlog.plan import BacklogPlan, pairs_of_plan, sorted_plan
from optimization.backlog.solve import solve_backlog
from optimization.backlog.standing import Standing
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.overrides import NodeClosed, Scenario
from optimization.scenarios.settle import settled

FAMILIES = ("D", "T", "B")


def solved(instance: Instance, seed: int, moves: int = 80) -> BacklogOutcome:
    return solve_backlog(instance, BacklogLimits(moves=moves), seed, monotonic=time.monotonic)


def differing(instance: Instance, one: BacklogPlan, other: BacklogPlan) -> int:
    """How many rows are not in both."""
    rows = [
        set(zip(*(each.tolist() for each in (plan.line, plan.node, plan.ship_day, plan.qty)), strict=True))
        for plan in (one, other)
    ]
    return len(rows[0] ^ rows[1])


@pytest.mark.parametrize("family", FAMILIES)
def test_settling_keeps_what_costs_no_more_and_never_costs_more(family: str) -> None:
    tables = generate_tables(family, 90, 4, 2)
    before = solved(build_instance(tables), 1).plan
    closed = apply_to_backlog(tables, Scenario(name="closed", overrides=(NodeClosed(node=1),)))
    instance = build_instance(closed)
    found = solved(instance, 9, moves=20).plan
    kept = settled(closed, found, before)
    audit = audit_plan(closed, kept)
    assert not audit.errors
    assert audit.terms.total_cents <= audit_plan(closed, found).terms.total_cents
    assert differing(instance, kept, before) <= differing(instance, found, before)
    assert settled(closed, kept, before).digest == kept.digest


def test_a_plan_settled_on_itself_is_itself() -> None:
    tables = generate_tables("T", 60, 3, 4)
    plan = solved(build_instance(tables), 1).plan
    assert settled(tables, plan, plan).digest == plan.digest


def test_what_orders_cost_is_what_the_plan_costs() -> None:
    tables = generate_tables("T", 90, 4, 5)
    instance = build_instance(tables)
    outcome = solved(instance, 1)
    costs = Standing(instance, outcome.warm.led, pairs_of_plan(instance, outcome.plan)).order_costs()
    assert costs.size == tables.sizes.orders
    assert int(costs.sum()) == audit_plan(tables, outcome.plan).terms.total_cents


def test_a_plan_comes_back_in_the_form_that_is_explained() -> None:
    tables = generate_tables("T", 60, 3, 6)
    instance = build_instance(tables)
    outcome = solved(instance, 1)
    pairs = pairs_of_plan(instance, outcome.plan)
    assert int(pairs.qty.sum()) == int(outcome.plan.qty.sum())
    line = int(outcome.plan.line[0])
    told = explain_line(Standing(instance, outcome.warm.led, pairs), line)
    assert told.planned == int(outcome.plan.qty[outcome.plan.line == line].sum())
    foreign = sorted_plan(*(np.array([each]) for each in (line, 0, tables.sizes.skus - 1, 0, 1)))
    if int(tables.lines["sku"][line]) != tables.sizes.skus - 1:
        with pytest.raises(BadInputError, match="cannot"):
            pairs_of_plan(instance, foreign)


def test_the_command_explains_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tables(generate_tables("T", 60, 4, 1), tmp_path / "backlog")
    plan = tmp_path / "plan.parquet"
    wanted = ["solve", "--problem", str(tmp_path / "backlog"), "--out", str(plan), "--moves", "50"]
    assert main([*wanted, "--explain", "3"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "units are planned" in said[0]
    assert any("chosen" in each for each in said[1:])
