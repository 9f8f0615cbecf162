"""What is wrong with a decision table before anybody asks it: gaps, overlaps, rows never reached.

Every input is cut where any cell of its column begins or ends. All values between two cuts meet the
same cells, so one example stands for them. A set of rows is one integer with a bit for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.decision_tables.cells import ChoiceCell, ColumnType, NumberCell, Value
from domain.decision_tables.model import DecisionTable, HitPolicy, InputColumn, TableProblem, TableRow

#: More steps than any table that a person keeps would need.
MAX_STEPS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """An example value of one input, and the rows whose cell it meets."""

    value: Value
    rows: int


class _TooLargeError(Exception):
    """The table cannot be judged in reasonable time."""


def table_problems(table: DecisionTable) -> list[TableProblem]:
    """Every gap, overlap and unreachable row, each with an example where there is one."""
    pieces = [_pieces(column, index, table.rows) for index, column in enumerate(table.inputs)]
    problems = _impossible(table, pieces)
    if problems:
        return problems
    try:
        if table.hit is HitPolicy.UNIQUE:
            problems += _overlaps(table, pieces)
        if table.hit in {HitPolicy.FIRST, HitPolicy.PRIORITY}:
            problems += _unreachable(table, pieces)
        if table.hit is not HitPolicy.COLLECT:
            problems += _gaps(table, pieces)
    except _TooLargeError:
        what = "is too tangled to be checked for gaps; split it into two tables"
        problems.append(TableProblem(table=table.name, what=what))
    return problems


def examples(column: InputColumn, index: int, rows: Sequence[TableRow]) -> list[Value]:
    """One value for each way in which the input at ``index`` can meet the cells of its column."""
    cells = [row.cells[index] for row in rows]
    found: list[Value]
    if column.kind is ColumnType.INT:
        found = _numbers([*(c for c in cells if isinstance(c, NumberCell)), column.domain])
    elif column.kind is ColumnType.BOOL:
        found = [False, True]
    else:
        choices = [c for c in [*cells, column.domain] if isinstance(c, ChoiceCell)]
        named = sorted({str(value) for choice in choices for value in choice.values})
        found = [*named, _another(named)]
    return [value for value in [*found, None] if column.holds(value)]


def _pieces(column: InputColumn, index: int, rows: Sequence[TableRow]) -> list[_Piece]:
    return [
        _Piece(value=value, rows=_bits(row for row in rows if row.cells[index].matches(value)))
        for value in examples(column, index, rows)
    ]


def _numbers(cells: Sequence[object]) -> list[Value]:
    cuts = sorted(
        {
            bound
            for cell in cells
            if isinstance(cell, NumberCell)
            for span in cell.spans
            for bound in span
            if bound is not None
        }
    )
    return [cuts[0] - 1, *cuts] if cuts else [0]


def _another(named: Sequence[str]) -> str:
    other = "other"
    while other in named:
        other += "_"
    return other


def _bits(rows: Iterable[TableRow]) -> int:
    bits = 0
    for row in rows:
        bits |= 1 << row.number
    return bits


def _impossible(table: DecisionTable, pieces: list[list[_Piece]]) -> list[TableProblem]:
    problems = []
    for row in table.rows:
        for index, column in enumerate(table.inputs):
            if not any(piece.rows >> row.number & 1 for piece in pieces[index]):
                what = f"can never match: {row.written[index]!r} lies outside the domain of {column.name}"
                problems.append(TableProblem(table=table.name, row=row.number, what=what))
    return problems


def _overlaps(table: DecisionTable, pieces: list[list[_Piece]]) -> list[TableProblem]:
    problems = []
    for second_at, second in enumerate(table.rows):
        for first in table.rows[:second_at]:
            both = _bits((first, second))
            shared = [[p.value for p in column if p.rows & both == both] for column in pieces]
            if all(shared):
                example = _words(table, [values[0] for values in shared])
                what = f"overlaps row {first.number}, for example at {example}; UNIQUE lets only one match"
                problems.append(TableProblem(table=table.name, row=second.number, what=what))
    return problems


def _unreachable(table: DecisionTable, pieces: list[list[_Piece]]) -> list[TableProblem]:
    problems = []
    above = 0
    for row in table.in_order():
        own = [[p for p in column if p.rows >> row.number & 1] for column in pieces]
        if above and _Search(own).uncovered(above) is None:
            what = "is never reached: the rows before it take all that it would match"
            problems.append(TableProblem(table=table.name, row=row.number, what=what))
        above |= 1 << row.number
    return problems


def _gaps(table: DecisionTable, pieces: list[list[_Piece]]) -> list[TableProblem]:
    example = _Search(pieces).uncovered(_bits(table.rows))
    if example is None:
        return []
    what = f"has a gap: no row says what holds at {_words(table, example)}"
    return [TableProblem(table=table.name, what=what)]


def _words(table: DecisionTable, values: Sequence[Value]) -> str:
    words = []
    for column, value in zip(table.inputs, values, strict=True):
        shown = "null" if value is None else repr(value) if isinstance(value, str) else str(value).lower()
        words.append(f"{column.name} = {shown}")
    return ", ".join(words)


class _Search:
    """Looks for values that no row of a set matches, input by input; what was seen is not looked at again."""

    def __init__(self, pieces: list[list[_Piece]]) -> None:
        # Values that meet the same rows stand for each other.
        self._pieces = [list({p.rows: p for p in reversed(column)}.values())[::-1] for column in pieces]
        self._covered: set[tuple[int, int]] = set()
        self._steps = 0

    def uncovered(self, rows: int, depth: int = 0) -> list[Value] | None:
        """Values from the input at ``depth`` on that none of ``rows`` matches, or ``None``."""
        if not rows:
            return [column[0].value for column in self._pieces[depth:]]
        if depth == len(self._pieces) or (depth, rows) in self._covered:
            return None
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _TooLargeError
        for piece in self._pieces[depth]:
            rest = self.uncovered(rows & piece.rows, depth + 1)
            if rest is not None:
                return [piece.value, *rest]
        self._covered.add((depth, rows))
        return None
