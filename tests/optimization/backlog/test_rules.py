"""Further rules: planned as well as trying everything does, never bounded above it, audited by other code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, product
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from domain.errors import BadInputError
from optimization.backlog.audit import audit_plan
from optimization.backlog.dual import Pricer
from optimization.backlog.erp_rule import erp_plan
from optimization.backlog.files import read_tables, write_tables
from optimization.backlog.generate import generate_tables
from optimization.backlog.generated_rules import GENERATED
from optimization.backlog.highs import MipAnswer, Model, solve_model
from optimization.backlog.instance import Instance, build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.mip_model import build_model, plan_of_columns
from optimization.backlog.outcome import BacklogOutcome
from optimization.backlog.plan import (
    BacklogPlan,
    Ways,
    plan_of_pairs,
    read_plan,
    sorted_plan,
    write_plan,
)
from optimization.backlog.price_file import read_prices, write_prices
from optimization.backlog.solve import solve_backlog
from optimization.backlog.tables import RULES, Tables, digest_of_tables
from tests.support.backlog_proof import proven_thousandths
from tests.support.small_backlogs import best_by_trying, tiny_tables

EVERY = tuple(GENERATED)
SETS = [*((name,) for name in EVERY), ("transfers", "expedite", "floors"), EVERY]


def solved(instance: Instance, moves: int = 300) -> BacklogOutcome:
    return solve_backlog(instance, BacklogLimits(moves=moves), 1, monotonic=time.monotonic)


def proven_here(model: Model) -> MipAnswer:
    """The mixed-integer solver in this process; tiny models only."""
    ours, theirs = Pipe()
    ours.send(model)
    solve_model(theirs, 60.0)
    news: MipAnswer = ours.recv()
    while not news.over:
        news = ours.recv()
    return news


@pytest.mark.parametrize("rules", SETS, ids="+".join)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_optimum_is_found_and_no_price_proves_more(rules: tuple[str, ...], seed: int) -> None:
    instance = build_instance(tiny_tables(seed, 4, rules))
    best = best_by_trying(instance)
    model, columns = build_model(instance)
    answer = proven_here(model)
    assert answer.proven
    assert answer.found is not None
    audit = audit_plan(instance.tables, plan_of_columns(instance, columns, answer.found))
    assert audit.errors == ()
    assert audit.terms.total_cents == best == answer.bound_cents
    outcome = solved(instance)
    assert outcome.price_bound_cents <= best <= outcome.objective_cents
    assert proven_thousandths(instance, outcome.certificate) >= outcome.certificate.bound_thousandths
    assert proven_thousandths(instance, outcome.certificate) <= 1000 * best
    chance = np.random.default_rng(seed)
    pricer = Pricer(instance)
    for _ in range(5):
        daily = chance.integers(0, 300_000, (instance.arrays.row_sku.size, 2)) * chance.integers(0, 2)
        stock = np.ascontiguousarray(np.cumsum(daily[:, ::-1], axis=1)[:, ::-1]).reshape(-1)
        pick = chance.integers(0, 90_000, instance.arrays.pick.size)
        reward = chance.integers(0, instance.floors.short_cents + 1)
        priced = pricer.price(stock, pick, pricer.every, reward=reward)
        assert priced.bound_thousandths <= 1000 * best
    pricer.close()


def lawful_parts(tables: Tables, line: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every way to ship up to all units of a line: node, SKU, day, origin, mode and date of each unit."""
    sizes, ordered = tables.sizes, int(tables.lines["sku"][line])
    skus = [ordered, *(each for each in [int(tables.skus["alt_sku"][ordered])] if each >= 0)]
    dates = [-1, *np.unique(tables.rule("lots")["expires_day"]).tolist()]
    nodes, days = range(sizes.nodes), range(sizes.days)
    every = [
        way
        for way in product(nodes, skus, days, nodes, (0, 1), dates)
        if not audit_plan(tables, plan_of({line: (way,)})).errors
    ]
    for units in range(int(tables.lines["confirmable_qty"][line]) + 1):
        yield from combinations_with_replacement(every, units)


def plan_of(parts: dict[int, tuple[tuple[int, ...], ...]]) -> BacklogPlan:
    """The plan with these units of lines."""
    rows = [(line, *way) for line, ways in parts.items() for way in ways]
    merged = [(*row, rows.count(row)) for row in sorted(set(rows))]
    table = np.array(merged, np.int64).reshape(-1, 8).T
    line, node, sku, day, origin, mode, date, qty = table
    return sorted_plan(
        line, node, sku, day, qty, ways=Ways(from_node=origin, expedited=mode, expires_day=date)
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_lawful_way_is_left_out(seed: int) -> None:
    # What the checker allows is tried unit by unit from the tables alone, not from the layout that is solved.
    tables = tiny_tables(seed, 2, ("transfers", "expedite", "substitutes", "floors", "lots", "fences"))
    one = np.array([1, 2 if seed % 2 else 1])
    tables = replace(tables, lines={**tables.lines, "ordered_qty": one, "confirmable_qty": one})
    best = min(
        audit.terms.total_cents
        for first in lawful_parts(tables, 0)
        for second in lawful_parts(tables, 1)
        if not (audit := audit_plan(tables, plan_of({0: first, 1: second}))).errors
    )
    assert best == best_by_trying(build_instance(tables))


@pytest.mark.parametrize("rules", SETS, ids="+".join)
def test_a_larger_backlog_is_lawful_and_beats_the_rule(rules: tuple[str, ...], tmp_path: Path) -> None:
    tables = generate_tables("D", 150, 5, 3, rules)
    instance = build_instance(tables)
    outcome = solved(instance)
    rule = audit_plan(tables, plan_of_pairs(instance, erp_plan(instance)))
    assert outcome.audit.errors == rule.errors == ()
    assert outcome.bound_cents <= outcome.objective_cents < rule.terms.total_cents
    assert outcome.plan.digest == solved(instance).plan.digest
    write_plan(outcome.plan, tmp_path / "plan.parquet")
    assert read_plan(tmp_path / "plan.parquet").digest == outcome.plan.digest
    write_prices(instance, outcome.certificate, tmp_path / "prices.parquet")
    assert read_prices(instance, tmp_path / "prices.parquet").digest == outcome.certificate.digest
    write_tables(tables, tmp_path)
    assert digest_of_tables(read_tables(tmp_path)) == instance.digest
    assert set(tables.rules) <= set(RULES)


def test_a_way_out_saves_money_and_a_rule_costs_some() -> None:
    # More seeds would only say the same again: proven bounds and plans that do not overlap.
    plain = solved(build_instance(generate_tables("D", 400, 6, 5)), 2_000)
    for name in ("transfers", "substitutes"):
        with_it = solved(build_instance(generate_tables("D", 400, 6, 5, (name,))), 2_000)
        assert with_it.objective_cents < plain.bound_cents
    packed = solved(build_instance(generate_tables("D", 400, 6, 5, ("packs",))), 2_000)
    assert packed.bound_cents > plain.objective_cents


def test_a_floor_is_met_where_missing_it_costs_much() -> None:
    tables = generate_tables("D", 300, 6, 2, ("floors",))
    floors = dict(tables.rule("floors"))
    floors["floor_percent"] = np.full(floors["customer"].size, 75)
    missed = []
    for cents in (1, 3_000):
        floors["short_cents"] = np.full(floors["customer"].size, cents)
        dear = replace(tables, rules={**tables.rules, "floors": dict(floors)})
        missed.append(solved(build_instance(dear), 2_000).terms.floor_cents // cents)
    assert missed[1] < missed[0]


def spoiled(tables: Tables, rule: str, field: str, value: int) -> Tables:
    column = tables.rule(rule)[field].copy()
    column[0] = value
    return replace(tables, rules={**tables.rules, rule: {**tables.rule(rule), field: column}})


@pytest.mark.parametrize(
    ("rule", "field", "value", "sentence"),
    [
        ("transfers", "to_node", 99, r"transfers.parquet, field to_node, row 0: 99 is unknown"),
        ("transfers", "lead_days", -1, r"field lead_days, row 0: -1 is below 0"),
        ("expedite", "fixed_cents", -5, r"expedite.parquet, field fixed_cents, row 0: -5 is below 0"),
        ("floors", "floor_percent", 101, r"floors.parquet, field floor_percent, row 0: 101 is above 100"),
        ("floors", "customer", 999, r"floors.parquet, field customer, row 0: 999 has no order"),
        ("customers", "order", 10**6, r"customers.parquet, field order, row 0: 1000000 is unknown"),
        ("lots", "lot_qty", 10**6, r"lots.parquet, field lot_qty, row 0: .* more than supply says"),
        ("packs", "pack_qty", 0, r"packs.parquet, field pack_qty, row 0: 0 is below 1"),
        ("line_rules", "least_qty", 0, r"line_rules.parquet, field least_qty, row 0: 0 is below 1"),
        ("safety_stock", "safety_qty", -1, r"safety_stock.parquet, .* row 0: -1 is below 0"),
        ("firm", "qty", 10**6, r"firm.parquet, field qty, row 0: .* more than the line can be confirmed"),
        ("fences", "first_day", 99, r"fences.parquet, field first_day, row 0: 99 is unknown"),
    ],
)
def test_rules_that_cannot_be_are_refused(rule: str, field: str, value: int, sentence: str) -> None:
    tables = generate_tables("D", 400, 6, 5, EVERY)
    with pytest.raises(BadInputError, match=sentence):
        build_instance(spoiled(tables, rule, field, value))


def test_a_plan_that_breaks_a_rule_is_found_out() -> None:
    tables = generate_tables("D", 400, 6, 5, EVERY)
    instance = build_instance(tables)
    plan = solved(instance).plan
    assert plan.ways is not None
    firm = np.isin(plan.line, tables.rule("firm")["line"])
    assert firm.any()
    late = replace(plan, ship_day=np.where(firm, 1, plan.ship_day))
    assert any("what is firm" in each for each in audit_plan(tables, late).errors)
    packs = np.isin(plan.sku, tables.rule("packs")["sku"]) & ~firm
    broken = replace(plan, qty=np.where(packs, 1, plan.qty))
    assert any("no whole packs" in each for each in audit_plan(tables, broken).errors)
    fast = replace(plan, ways=replace(plan.ways, expedited=np.ones_like(plan.qty)))
    assert any("expedited on a lane that is not" in each for each in audit_plan(tables, fast).errors)
    lost = replace(plan, ways=replace(plan.ways, from_node=plan.ways.from_node + 99))
    assert audit_plan(tables, lost).errors == ("goods of a node that does not exist",)


def test_rules_are_asked_for_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = ["instance", "--lines", "120", "--nodes", "4", "--out", str(tmp_path / "backlog")]
    assert main([*made, "--with", "transfers, floors"]) == 0
    assert set(read_tables(tmp_path / "backlog").rules) == {"transfers", "floors", "customers"}
    assert main([*made, "--with", "luck"]) == 2
    assert "no rule 'luck'" in capsys.readouterr().err
    assert main(made) == 0
    assert not read_tables(tmp_path / "backlog").rules
