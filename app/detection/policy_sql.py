"""A decision table as a SQL expression that answers what its closure answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.decision_tables.cells import NumberCell
from domain.decision_tables.model import Collect, HitPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.decision_tables.cells import Cell, ChoiceCell, Value
    from domain.decision_tables.model import DecisionTable, TableRow

#: What joins the parts where a COLLECT table lists its answers in one text.
LIST_SIGN = "|"

_PLAIN = re.compile(r"[\w.]+")
_NUMBER = re.compile(r"-?\d+")
_TEXT = re.compile(r"'(?:[^']|'')*'")


def table_sql(table: DecisionTable, output: str, inputs: Mapping[str, str]) -> str:
    """The output called ``output`` for these SQL expressions; an input left out is NULL.

    Conditions on a literal are decided here and now, so that a table which says the same for a whole
    type leaves nothing behind in the statement.
    """
    index = next(place for place, column in enumerate(table.outputs) if column.name == output)
    given = [inputs.get(column.name, "NULL").strip() for column in table.inputs]
    cases: list[tuple[str, Value]] = []
    for row in table.in_order(index):
        condition = _condition(row, given)
        if condition is not None:
            cases.append((condition, row.outputs[index]))
    if table.collect is Collect.SUM:
        return _sum(cases)
    if table.collect is Collect.LIST:
        return _joined(cases)
    return _first(cases, certain=table.hit is not HitPolicy.COLLECT)


def literal(value: Value) -> str:
    """A value as SQL; a colon is put together, because statements take ``:name`` for a parameter."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    quoted = value.replace("'", "''")
    if ":" not in quoted:
        return f"'{quoted}'"
    return "(" + " || char(58) || ".join(f"'{part}'" for part in quoted.split(":")) + ")"


def _condition(row: TableRow, given: list[str]) -> str | None:
    """When the row matches: empty is always, ``None`` never."""
    parts = []
    for cell, expression in zip(row.cells, given, strict=True):
        if cell.is_any:
            continue
        known, value = _constant(expression)
        if not known:
            parts.append(_test(cell, expression if _PLAIN.fullmatch(expression) else f"({expression})"))
        elif not cell.matches(value):
            return None
    return " AND ".join(parts)


def _constant(expression: str) -> tuple[bool, Value]:
    if expression.upper() == "NULL":
        return True, None
    if _NUMBER.fullmatch(expression):
        return True, int(expression)
    if _TEXT.fullmatch(expression):
        return True, expression[1:-1].replace("''", "'")
    return False, None


def _test(cell: Cell, expression: str) -> str:
    known = _number_test(cell, expression) if isinstance(cell, NumberCell) else _choice_test(cell, expression)
    if not cell.null:
        return known
    return f"({expression} IS NULL OR {known})" if known else f"{expression} IS NULL"


def _number_test(cell: NumberCell, expression: str) -> str:
    tests = []
    for low, high in cell.spans:
        if low is not None and high == low + 1:
            tests.append(f"{expression} = {low}")
        elif low is not None and high is not None:
            tests.append(f"({expression} >= {low} AND {expression} < {high})")
        elif low is not None:
            tests.append(f"{expression} >= {low}")
        else:
            tests.append(f"{expression} < {high}" if high is not None else f"{expression} IS NOT NULL")
    return f"({' OR '.join(tests)})" if len(tests) > 1 else "".join(tests)


def _choice_test(cell: ChoiceCell, expression: str) -> str:
    values = [literal(value) for value in sorted(cell.values, key=str)]
    if not values:
        return f"{expression} IS NOT NULL" if cell.negated else ""
    if len(values) == 1:
        return f"{expression} {'<>' if cell.negated else '='} {values[0]}"
    return f"{expression} {'NOT IN' if cell.negated else 'IN'} ({', '.join(values)})"


def _first(cases: list[tuple[str, Value]], *, certain: bool) -> str:
    """The answer of the first case that holds; cases that answer what follows them anyway are left out."""
    kept: list[tuple[str, Value]] = []
    rest = "NULL"
    for condition, value in cases:
        if not condition:
            rest = literal(value)
            break
        kept.append((condition, value))
    while certain and kept and rest != "NULL" and literal(kept[-1][1]) == rest:
        kept.pop()
    if not kept:
        return rest
    whens = " ".join(f"WHEN {condition} THEN {literal(value)}" for condition, value in kept)
    return f"(CASE {whens} ELSE {rest} END)"


def _sum(cases: list[tuple[str, Value]]) -> str:
    always = sum(int(value or 0) for condition, value in cases if not condition)
    parts = [
        f"CASE WHEN {condition} THEN {literal(value)} ELSE 0 END" for condition, value in cases if condition
    ]
    return f"({' + '.join([*parts, str(always)])})" if parts else str(always)


def _joined(cases: list[tuple[str, Value]]) -> str:
    parts = []
    for condition, value in cases:
        shown = literal(LIST_SIGN + str(int(value) if isinstance(value, bool) else value))
        parts.append(f"CASE WHEN {condition} THEN {shown} ELSE '' END" if condition else shown)
    return f"SUBSTR({' || '.join(parts)}, 2)" if parts else "''"
