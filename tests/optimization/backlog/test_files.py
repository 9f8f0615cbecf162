"""The format: what is written is read again, what cannot be true is refused with file, field and row."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.__main__ import main
from domain.errors import BadInputError
from optimization.backlog.audit import audit_plan
from optimization.backlog.files import read_tables, write_tables
from optimization.backlog.generate import FAMILIES, generate_tables
from optimization.backlog.instance import build_instance
from optimization.backlog.plan import Ways, read_plan, sorted_plan
from optimization.backlog.tables import Column, Tables, digest_of_tables

TABLES = generate_tables("D", 80, 4, 1)


def changed(table: str, field: str, row: int, value: float) -> Tables:
    columns = dict(TABLES.table(table))
    columns[field] = columns[field].copy()
    columns[field][row] = value
    return with_table(table, columns)


def with_table(name: str, columns: dict[str, Column]) -> Tables:
    made = copy(TABLES)
    object.__setattr__(made, name, columns)
    return made


def cycle() -> Tables:
    instead = np.full(TABLES.sizes.skus, -1)
    instead[3], instead[5], instead[7] = 5, 7, 3
    return replace(TABLES, skus={**TABLES.skus, "alt_sku": instead})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_tables(TABLES, tmp_path)
    again = read_tables(tmp_path)
    assert digest_of_tables(again) == digest_of_tables(TABLES)
    assert again.sizes == TABLES.sizes
    assert again.node_cities == TABLES.node_cities


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        (lambda: changed("lines", "confirmable_qty", 7, -2), r"lines.parquet, .* confirmable_qty, row 7: -2"),
        (lambda: changed("lines", "confirmable_qty", 7, 10**6), r"row 7: 1000000 is more than was ordered"),
        (lambda: changed("lines", "current_node", 4, 9), r"field current_node, row 4: 9 is unknown"),
        (lambda: changed("lines", "sku", 2, 99_999), r"field sku, row 2: 99999 is unknown"),
        (lambda: changed("lines", "line", 5, 6), r"field line, row 5: 6 is out of place"),
        (lambda: changed("lines", "unfilled_cents", 1, 10**15), r"row 1: .* too large"),
        (lambda: changed("supply", "arriving_qty", 3, -1), r"supply.parquet, field arriving_qty, row 3"),
        (lambda: changed("supply", "day", 3, 4), r"supply.parquet, field day, row 3: 4 is unknown"),
        (lambda: changed("orders", "promised_day", 0, -1), r"orders.parquet, field promised_day, row 0"),
        (lambda: changed("orders", "max_shipments", 0, 0), r"field max_shipments, row 0: 0 is below 1"),
        (lambda: changed("pick_capacity", "pick_units", 1, -5), r"pick_capacity.parquet, .* row 1"),
        (lambda: changed("lanes", "rate_cents_per_kg", 2, float("nan")), r"row 2: nan is no finite number"),
        (lambda: changed("skus", "alt_sku", 4, 4), r"skus.parquet, field alt_sku, row 4: .* a cycle"),
        (cycle, r"field alt_sku, row 3: 5 .* a cycle"),
        (
            lambda: replace(
                TABLES,
                pick_capacity={
                    **TABLES.pick_capacity, "pick_units": np.zeros_like(TABLES.pick_capacity["day"])
                },
            ),
            r"a capacity of zero everywhere",
        ),
        (
            lambda: replace(
                TABLES,
                lines={
                    **TABLES.lines,
                    "ordered_qty": np.full(TABLES.sizes.lines, 10**8),
                    "confirmable_qty": np.full(TABLES.sizes.lines, 10**8),
                    "unfilled_cents": np.full(TABLES.sizes.lines, 10**11),
                },
            ),
            r"field confirmable_qty, row 0: .* could not be summed exactly",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused(tables: Callable[[], Tables], sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        build_instance(tables())


def test_what_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"meta.json is missing"):
        read_tables(tmp_path)
    write_tables(TABLES, tmp_path)
    supply = pq.read_table(tmp_path / "supply.parquet").to_pydict()
    supply["arriving_qty"][5] = None
    pq.write_table(pa.table(supply), tmp_path / "supply.parquet")
    with pytest.raises(BadInputError, match=r"supply.parquet, field arriving_qty, row 5: nothing is said"):
        read_tables(tmp_path)
    supply.pop("arriving_qty")
    pq.write_table(pa.table(supply), tmp_path / "supply.parquet")
    with pytest.raises(BadInputError, match=r"supply.parquet has no field arriving_qty"):
        read_tables(tmp_path)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_is_the_same_for_the_same_seed(family: str) -> None:
    made = generate_tables(family, 500, 8, 3)
    assert digest_of_tables(made) == digest_of_tables(generate_tables(family, 500, 8, 3))
    assert digest_of_tables(made) != digest_of_tables(generate_tables(family, 500, 8, 4))
    build_instance(made)
    assert made.lines["line"].size == 500
    assert 1.5 < 500 / made.sizes.orders < 3.5


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(BadInputError, match="no family"):
        generate_tables("X", 10, 3, 1)
    with pytest.raises(BadInputError, match="cannot be made"):
        generate_tables("D", 10, 99, 1)


def test_the_commands_make_and_solve_a_backlog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, plan, told = tmp_path / "backlog", tmp_path / "plan.parquet", tmp_path / "outcome.json"
    made = [
        "instance",
        "--family",
        "B",
        "--lines",
        "200",
        "--nodes",
        "5",
        "--seed",
        "2",
        "--out",
        str(problem),
    ]
    assert main(made) == 0
    given = ["solve", "--problem", str(problem), "--out", str(plan), "--seed", "1", "--json", str(told)]
    assert main([*given, "--moves", "300"]) == 0
    outcome = json.loads(told.read_text(encoding="utf-8"))
    tables = read_tables(problem)
    audit = audit_plan(tables, read_plan(plan))
    assert not audit.errors
    assert outcome["objective_cents"] == audit.terms.total_cents == sum(outcome["terms"].values())
    assert outcome["bound_cents"] <= outcome["objective_cents"] < outcome["erp_rule_cents"]
    assert outcome["digest"] == digest_of_tables(tables)
    assert outcome["seed"] == 1
    assert outcome["seconds"] > 0
    assert 0 <= outcome["gap"] < 1
    assert "feasible" in capsys.readouterr().out


def test_the_command_mends_what_solve_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, plan, prices, mended = (str(tmp_path / each) for each in ("dir", "plan", "prices", "mended"))
    write_tables(generate_tables("T", 120, 4, 3), Path(problem))
    given = ["--problem", problem, "--prices", prices]
    assert main(["solve", *given, "--out", plan, "--moves", "200"]) == 0
    before = read_plan(Path(plan))
    busiest = int(np.bincount(before.node, before.qty).argmax())
    asked = ["repair", *given, "--plan", plan, "--out", mended]
    assert main([*asked, "--closed-node", str(busiest)]) == 0
    after = read_plan(Path(mended))
    assert busiest in before.node
    assert busiest not in after.node
    assert not audit_plan(read_tables(Path(problem)), after).errors
    assert main([*asked, "--order", "3"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert f"node {busiest} closed" in said[-2]
    assert "order 3:" in said[-1]
    assert main([*asked, "--order", "999999"]) == 2
    write_tables(generate_tables("T", 120, 4, 4), Path(problem))
    assert main([*asked, "--order", "3"]) == 2
    assert "of another backlog" in capsys.readouterr().err


def test_a_command_on_no_backlog_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "--problem", str(tmp_path), "--out", str(tmp_path / "plan.parquet")]) == 2
    assert "meta.json is missing" in capsys.readouterr().err


@pytest.mark.parametrize("largest_node", [3, 2**50])
def test_a_plan_is_in_the_order_of_its_columns_however_large_their_numbers(largest_node: int) -> None:
    random = np.random.default_rng(4)
    line, node, sku, day = (random.integers(0, span, 200) for span in (20, largest_node, 5000, 4))
    from_node, expedited, expires_day = (random.integers(-1, 2, 200) for _ in range(3))
    ways = Ways(from_node=from_node, expedited=expedited, expires_day=expires_day)
    made = sorted_plan(line, node, sku, day, np.ones(200, np.int64), ways=ways)
    assert made.ways is not None
    rows = list(
        zip(
            *(each.tolist() for each in (made.line, made.node, made.sku, made.ship_day)),
            *(each.tolist() for each in (made.ways.from_node, made.ways.expedited, made.ways.expires_day)),
            strict=True,
        )
    )
    assert rows == sorted(rows)
    assert len(rows) == 200
