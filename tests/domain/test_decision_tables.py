"""Decision tables: the language of cells, what a table answers, and what is found wrong with one."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision_tables.analysis import table_problems
from domain.decision_tables.cells import ColumnType, Value, parse_cell
from domain.decision_tables.evaluate import MOST_REMEMBERED, Evaluator, golden_problems
from domain.decision_tables.model import DecisionTable
from domain.decision_tables.reading import read_table
from domain.decision_tables.suppression import Suppression, SuppressOn, suppression_cycle
from domain.errors import BadInputError, BadValueError
from tests.support.random_tables import VALUES, asked, tables


def raw_table(**changes: Any) -> dict[str, Any]:
    """A small complete table, with changes."""
    raw: dict[str, Any] = {
        "name": "freight",
        "hit": "FIRST",
        "inputs": [
            {"name": "tier", "type": "int", "domain": "[1..4]", "null": True},
            {"name": "mode", "type": "text", "domain": "air|road|sea"},
        ],
        "outputs": [{"name": "days", "type": "int"}, {"name": "insured", "type": "bool"}],
        "rows": [["<=2", "air", 1, True], ["-", "air|road", 3, False], ["-", "-", 9, False]],
    }
    return {**raw, **changes}


def table(**changes: Any) -> DecisionTable:
    """The table that ``raw_table`` holds."""
    found, problems = read_table(raw_table(**changes))
    assert found is not None, problems
    return found


def refusals(**changes: Any) -> list[str]:
    """Everything that is wrong with the table, as ``row: what``."""
    found, problems = read_table(raw_table(**changes))
    if found is not None:
        problems = table_problems(found) + golden_problems(found)
    return [f"{p.row}: {p.what}" if p.row else p.what for p in problems]


@pytest.mark.parametrize(
    ("cell", "met", "not_met"),
    [
        ("-", [0, -5, None], []),
        ("3", [3], [2, 4, None]),
        ("=3", [3], [2, 4, None]),
        ("<3", [2, -9], [3, None]),
        ("<=3", [3], [4, None]),
        (">3", [4], [3, None]),
        (">= 3", [3], [2, None]),
        ("[2..4)", [2, 3], [1, 4, None]),
        ("(2..4]", [3, 4], [2, 5, None]),
        ("[-3..-1]", [-3, -1], [-4, 0]),
        ("1|2|7", [1, 2, 7], [3, None]),
        ("<0|[2..4)|>8", [-1, 2, 9], [0, 1, 4, 8, None]),
        ("not(3)", [2, 4], [3, None]),
        ("not([2..4)|>8)", [1, 4, 8], [2, 3, 9, None]),
        ("null", [None], [0]),
        ("null|3", [None, 3], [2]),
        ("not(null)", [0], [None]),
        ("not(null|3)", [2], [3, None]),
    ],
)
def test_what_meets_a_cell_of_numbers(cell: str, met: list[Value], not_met: list[Value]) -> None:
    condition = parse_cell(cell, ColumnType.INT)
    assert all(condition.matches(value) for value in met)
    assert not any(condition.matches(value) for value in not_met)


@pytest.mark.parametrize(
    ("cell", "met", "not_met"),
    [
        ("-", ["a", "", None], []),
        ("a", ["a"], ["b", None]),
        ("=a b", ["a b"], ["a", None]),
        ("a|b", ["a", "b"], ["c", None]),
        ("not(a|b)", ["c", ""], ["a", "b", None]),
        ("not(a)|a", ["a", "b"], [None]),
        ("'x|y'|'('", ["x|y", "("], ["x", None]),
        ("'null'", ["null"], [None]),
        ("null|a", [None, "a"], ["b"]),
        ("not(null)", ["a"], [None]),
    ],
)
def test_what_meets_a_cell_of_texts(cell: str, met: list[Value], not_met: list[Value]) -> None:
    condition = parse_cell(cell, ColumnType.TEXT)
    assert all(condition.matches(value) for value in met)
    assert not any(condition.matches(value) for value in not_met)


def test_a_bare_value_in_a_cell_means_itself() -> None:
    assert parse_cell(3, ColumnType.INT) == parse_cell("3", ColumnType.INT)
    assert parse_cell(True, ColumnType.BOOL) == parse_cell("true", ColumnType.BOOL)


@pytest.mark.parametrize(
    ("cell", "kind", "why"),
    [
        ("cheap", ColumnType.INT, "'cheap' is no number, comparison or interval"),
        ("[4..4)", ColumnType.INT, "the interval '[4..4)' holds no number"),
        ("1||2", ColumnType.INT, "'1||2' is not a condition"),
        ("", ColumnType.TEXT, "'' is not a condition"),
        ("<a", ColumnType.TEXT, "'<a' is not a text; put it in single quotes"),
        ("not(-)", ColumnType.TEXT, "'not(-)' can never be met"),
        ("not(-)", ColumnType.INT, "'not(-)' can never be met"),
        ("yes", ColumnType.BOOL, "'yes' is neither true nor false"),
        (f"<{10**18}", ColumnType.INT, f"'<{10**18}' holds a number beyond what is counted exactly"),
        (1.5, ColumnType.INT, "1.5 is no condition"),
    ],
)
def test_a_cell_that_is_not_understood_says_why(cell: object, kind: ColumnType, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        parse_cell(cell, kind)


def test_the_first_row_that_matches_answers() -> None:
    ask = Evaluator(table())
    assert ask.answer({"tier": 2, "mode": "air"}) == {"days": 1, "insured": True}
    assert ask.answer({"tier": 3, "mode": "air"}) == {"days": 3, "insured": False}
    assert ask.answer({"mode": "sea"}) == {"days": 9, "insured": False}
    assert [row.number for row in ask.matching({"tier": None, "mode": "air"})] == [2]


def test_what_is_remembered_is_what_the_rows_say_however_much_is_asked() -> None:
    ask = Evaluator(table())
    asked_for: list[dict[str, Value]] = [
        {"tier": tier, "mode": mode} for tier in range(MOST_REMEMBERED) for mode in ("air", "sea")
    ]
    days = {(True, "air"): 1, (False, "air"): 3, (True, "sea"): 9, (False, "sea"): 9}
    told = [ask.answer(one)["days"] for one in (*asked_for, *reversed(asked_for))]
    wanted = [days[one["tier"] in range(3), str(one["mode"])] for one in asked_for]
    assert told == [*wanted, *reversed(wanted)]


def test_the_best_answer_wins_under_priority() -> None:
    outputs = [{"name": "mood", "type": "text", "order": ["stop", "ask", "go"]}]
    rows = [["-", "-", "go"], [">2", "-", "ask"], ["-", "sea", "stop"]]
    ask = Evaluator(table(hit="PRIORITY", outputs=outputs, rows=rows))
    assert ask.answer({"tier": 3, "mode": "sea"}) == {"mood": "stop"}
    assert ask.answer({"tier": 3, "mode": "air"}) == {"mood": "ask"}
    assert ask.answer({"tier": 1, "mode": "air"}) == {"mood": "go"}


@pytest.mark.parametrize(
    ("collect", "both", "none"),
    [("sum", 7, 0), ("max", 4, None), ("min", 3, None), ("list", (4, 3), ())],
)
def test_collect_joins_all_rows_that_match(collect: str, both: object, none: object) -> None:
    outputs = [{"name": "points", "type": "int"}]
    rows = [["<=2", "-", 4], ["-", "air", 3]]
    ask = Evaluator(table(hit="COLLECT", collect=collect, outputs=outputs, rows=rows))
    assert ask.answer({"tier": 1, "mode": "air"}) == {"points": both}
    assert ask.answer({"tier": 4, "mode": "sea"}) == {"points": none}


@pytest.mark.parametrize(
    ("given_inputs", "what"),
    [({"tier": 1}, "to be given 'mode'"), ({"mode": "air", "wheels": 4}, "no input 'wheels'")],
)
def test_a_table_asked_wrongly_says_so(given_inputs: dict[str, Value], what: str) -> None:
    with pytest.raises(BadInputError, match=what):
        Evaluator(table()).answer(given_inputs)


def test_the_short_form_guesses_its_types() -> None:
    found = table(
        inputs=["tier", "rush", "mode"],
        outputs=["severity", "label"],
        rows=[["<=2", "true", "-", 4, "now"], ["-", "-", "-", 2, "later"]],
    )
    assert [column.kind.value for column in found.inputs] == ["int", "bool", "text"]
    assert [column.kind.value for column in found.outputs] == ["int", "text"]
    assert all(column.nullable for column in found.inputs)
    assert Evaluator(found).answer({"tier": 1, "rush": True, "mode": "x"})["severity"] == 4


UNIQUE_ROWS = [["<=2", "-", 1, True], [">2", "air", 2, True], [">2", "road|sea", 3, False]]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (
            {"rows": [["-", "air|road", 1, True]]},
            "has a gap: no row says what holds at tier = 1, mode = 'sea'",
        ),
        (
            {"hit": "UNIQUE", "rows": UNIQUE_ROWS},
            "has a gap: no row says what holds at tier = null, mode = 'air'",
        ),
        (
            {"hit": "UNIQUE", "rows": [*UNIQUE_ROWS, ["null|4", "-", 4, True]]},
            "4: overlaps row 2, for example at tier = 4, mode = 'air'; UNIQUE lets only one match",
        ),
        (
            {"rows": [["-", "air", 1, True], ["-", "not(air)", 2, True], ["<=2", "-", 3, True]]},
            "3: is never reached: the rows before it take all that it would match",
        ),
        (
            {"rows": [[">4", "-", 1, True], ["-", "-", 1, True]]},
            "1: can never match: '>4' lies outside the domain of tier",
        ),
        (
            {"rows": [["-", "rail", 1, True], ["-", "-", 1, True]]},
            "1: can never match: 'rail' lies outside the domain of mode",
        ),
        ({"rows": [["-", 1, True]]}, "1: has 3 cells, expected 4"),
        ({"rows": [["soon", "-", 1, True]]}, "1: tier (int): 'soon' is no number, comparison or interval"),
        ({"rows": [["-", "-", "1", True]]}, "1: days is '1', expected int"),
        ({"rows": [["-", "-", True, True]]}, "1: days is True, expected int"),
        ({"rows": [["-", "-", 1, 1]]}, "1: insured is 1, expected bool"),
        (
            {"outputs": [{"name": "days", "type": "int", "domain": "[1..8]"}, "insured"]},
            "3: days is 9, which lies outside its domain",
        ),
        (
            {"outputs": [{"name": "days", "type": "int", "domain": "some"}, "insured"]},
            "days: its domain is not understood: 'some' is no number, comparison or interval",
        ),
        ({"rows": [["-", "-", 10**18, True]]}, "1: days is 1000000000000000000, expected int"),
        ({"rows": []}, "has no rows"),
        ({"hit": "ANY"}, "has hit = 'ANY', expected one of UNIQUE, FIRST, PRIORITY, COLLECT"),
        ({"collect": "sum"}, "has collect, which goes with hit = COLLECT only"),
        ({"hit": "COLLECT"}, "has collect = None, expected one of sum, max, min, list"),
        ({"hit": "COLLECT", "collect": "max"}, "1: insured is True, which cannot be collected by max"),
        ({"hit": "PRIORITY"}, "output days needs order, its values best first, for hit = PRIORITY"),
        ({"colour": 1}, "has 'colour', which is no key"),
        ({"name": ""}, "needs a name"),
        ({"outputs": [], "rows": [["-", "-"]]}, "has no outputs"),
        ({"outputs": [{"name": "days", "type": "int"}, "tier"]}, "has two columns named 'tier'"),
        (
            {"outputs": [{"name": "days", "type": "money"}, "insured"]},
            "days: type is 'money', expected one of int, text, bool",
        ),
        (
            {"test": [{"given": {"tier": 1, "mode": "air"}, "expect": {"days": 2}}]},
            "test 1 fails: for tier = 1, mode = 'air' it expects days = 2, the table says 1",
        ),
        (
            {"test": [{"given": {"tier": 1}, "expect": {"days": 1}}]},
            "test 1: Table freight has to be given 'mode'.",
        ),
        (
            {"test": [{"given": {"wheels": 4}, "expect": {"days": 1}}]},
            "test 1: no input is called 'wheels'",
        ),
        (
            {"test": [{"given": {"mode": "air"}, "expect": {"price": 1}}]},
            "test 1: no output is called 'price'",
        ),
        ({"test": [{"given": {"tier": "1"}, "expect": {"days": 1}}]}, "test 1: tier is '1', expected int"),
        ({"test": [{"given": {}}]}, "test 1 needs given and expect, and nothing else"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_said_with_its_row(changes: dict[str, Any], refusal: str) -> None:
    assert refusal in refusals(**changes)


def test_a_good_table_has_nothing_wrong() -> None:
    test = {"given": {"mode": "sea"}, "expect": {"days": 9, "insured": False}}
    assert refusals(test=[test], note="Agreed with the carriers.") == []


def test_a_table_that_collects_may_leave_room() -> None:
    outputs = [{"name": "points", "type": "int"}]
    assert refusals(hit="COLLECT", collect="sum", outputs=outputs, rows=[["1", "air", 3]]) == []


def space(found: DecisionTable) -> list[dict[str, Value]]:
    """Every input that the table must have an answer for."""
    columns = [[*VALUES[column.kind], *([None] if column.nullable else [])] for column in found.inputs]
    names = [column.name for column in found.inputs]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*columns)]


@settings(max_examples=60, deadline=None)
@given(found=tables(("UNIQUE", "FIRST", "PRIORITY")))
def test_gaps_overlaps_and_dead_rows_are_those_that_brute_force_finds(found: DecisionTable) -> None:
    def hits(values: dict[str, Value]) -> list[int]:
        given_values = list(values.values())
        return [
            row.number
            for row in found.in_order()
            if all(cell.matches(value) for cell, value in zip(row.cells, given_values, strict=True))
        ]

    matched = [hits(values) for values in space(found)]
    whats = table_problems(found)
    impossible = {row.number for row in found.rows} - {n for numbers in matched for n in numbers}
    assert {p.row for p in whats if "can never match" in p.what} <= impossible
    if any("can never match" in p.what for p in whats):
        return
    assert any("has a gap" in p.what for p in whats) == any(not numbers for numbers in matched)
    if found.hit.value == "UNIQUE":
        pairs = {(b, a) for numbers in matched for a, b in itertools.combinations(sorted(numbers), 2)}
        said = {(p.row, int(p.what.split()[2].rstrip(","))) for p in whats if "overlaps" in p.what}
        assert said == pairs
    else:
        reached = {numbers[0] for numbers in matched if numbers}
        dead = {row.number for row in found.rows} - reached
        assert {p.row for p in whats if "never reached" in p.what} == dead


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_closure_says_what_its_cells_say(data: st.DataObject) -> None:
    found = data.draw(tables(("FIRST",)))
    values = data.draw(asked(found))
    hit = next(
        (
            row
            for row in found.rows
            if all(c.matches(v) for c, v in zip(row.cells, values.values(), strict=True))
        ),
        None,
    )
    assert Evaluator(found).answer(values) == {"out": hit.outputs[0] if hit else None}


def test_a_cycle_of_suppression_is_found() -> None:
    def edge(code: str, while_code: str) -> Suppression:
        return Suppression(code=code, while_code=while_code, on=SuppressOn.NODE)

    chain = [edge("A", "B"), edge("B", "C"), edge("A", "C")]
    assert suppression_cycle(chain) == ()
    assert suppression_cycle([*chain, edge("C", "A")]) == ("A", "B", "C", "A")


def test_a_type_cannot_silence_itself() -> None:
    with pytest.raises(BadValueError, match="A suppresses itself"):
        Suppression(code="A", while_code="A", on=SuppressOn.NODE)
