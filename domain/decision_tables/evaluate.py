"""Asking a decision table: it becomes a closure of plain comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from domain.decision_tables.cells import Cell, ChoiceCell, Value
from domain.decision_tables.model import Collect, DecisionTable, HitPolicy, TableProblem, TableRow
from domain.errors import BadInputError

Answer = Mapping[str, object]

#: So many answers are remembered: most questions of a detection have been asked before.
MOST_REMEMBERED = 4_096
_Test = tuple[int, Callable[[Any], bool]]


class Evaluator:
    """A table made ready to be asked many times. Where no row matches, every output is ``None``.

    A COLLECT table answers a sum of 0, no maximum or minimum (``None``), or an empty list instead.
    """

    def __init__(self, table: DecisionTable) -> None:
        """Keep of every row only the conditions that can fail."""
        self.table = table
        self._names = tuple(column.name for column in table.inputs)
        self._known = frozenset(self._names)
        self._optional = frozenset(column.name for column in table.inputs if column.nullable)
        self._rows = [(row, _tests(row)) for row in table.in_order()]
        names = [column.name for column in table.outputs]
        self._answers: dict[int, Answer] = {
            row.number: MappingProxyType(dict(zip(names, row.outputs, strict=True))) for row in table.rows
        }
        self._nothing: Answer = MappingProxyType(dict.fromkeys(names))
        self._remembered: dict[tuple[Value, ...], Answer] = {}

    def answer(self, given: Mapping[str, Value]) -> Answer:
        """The outputs for these inputs.

        Raises:
            BadInputError: an input is missing that may not be, or is none of the table's.
        """
        values = self._values(given)
        if self.table.hit is HitPolicy.COLLECT:
            return self._collected(self._matching(values))
        answer = self._remembered.get(values)
        if answer is None:
            matching = self._matching(values)
            answer = self._answers[matching[0].number] if matching else self._nothing
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[values] = answer
        return answer

    def matching(self, given: Mapping[str, Value]) -> list[TableRow]:
        """The rows that answer: one at most, unless the table collects."""
        return self._matching(self._values(given))

    def _matching(self, values: tuple[Value, ...]) -> list[TableRow]:
        every = self.table.hit is HitPolicy.COLLECT
        found = []
        for row, tests in self._rows:
            for index, test in tests:
                if not test(values[index]):
                    break
            else:
                found.append(row)
                if not every:
                    break
        return found

    def _values(self, given: Mapping[str, Value]) -> tuple[Value, ...]:
        if given.keys() != self._known:
            unknown = sorted(given.keys() - set(self._names))
            missing = sorted(set(self._names) - given.keys() - self._optional)
            if unknown or missing:
                words = f"no input {unknown[0]!r}" if unknown else f"to be given {missing[0]!r}"
                raise BadInputError(
                    what=f"Table {self.table.name} has {words}.",
                    remedy=f"Its inputs are {', '.join(self._names)}.",
                )
        return tuple(map(given.get, self._names))

    def _collected(self, rows: Sequence[TableRow]) -> Answer:
        answer: dict[str, object] = {}
        for index, column in enumerate(self.table.outputs):
            values = [row.outputs[index] for row in sorted(rows, key=lambda row: row.number)]
            answer[column.name] = _aggregate(self.table.collect, values)
        return answer


def golden_problems(table: DecisionTable) -> list[TableProblem]:
    """The golden tests that the table does not pass."""
    evaluator = Evaluator(table)
    problems = []
    for test in table.tests:
        try:
            answer = evaluator.answer(test.given)
        except BadInputError as error:
            problems.append(TableProblem(table=table.name, what=f"test {test.number}: {error.what}"))
            continue
        for name, wanted in test.expect.items():
            if answer.get(name, ...) != wanted:
                given = ", ".join(f"{key} = {value!r}" for key, value in test.given.items())
                what = f"test {test.number} fails: for {given} it expects {name} = {wanted!r}, "
                what += f"the table says {answer[name]!r}" if name in answer else f"there is no {name}"
                problems.append(TableProblem(table=table.name, what=what))
    return problems


def _tests(row: TableRow) -> tuple[_Test, ...]:
    return tuple((index, _closure(cell)) for index, cell in enumerate(row.cells) if not cell.is_any)


def _closure(cell: Cell) -> Callable[[Any], bool]:
    """The plainest function that says what ``cell.matches`` says: this is asked once a row of a finding."""
    if isinstance(cell, ChoiceCell):
        # A set does not hold None, so only a negated cell has to look for it.
        if not cell.negated:
            return (cell.values | {None} if cell.null else cell.values).__contains__
        return cell.matches
    if len(cell.spans) != 1 or cell.null:
        return cell.matches
    low, high = cell.spans[0]
    if low is None:
        return _below(high)
    if high is None:
        return lambda value: value is not None and value >= low
    return lambda value: value is not None and low <= value < high


def _below(high: int | None) -> Callable[[Any], bool]:
    if high is None:
        return lambda value: value is not None
    return lambda value: value is not None and value < high


def _aggregate(collect: Collect | None, values: list[Value]) -> object:
    if collect is Collect.LIST:
        return tuple(values)
    numbers = [int(value or 0) for value in values]
    if collect is Collect.SUM:
        return sum(numbers)
    if not numbers:
        return None
    return max(numbers) if collect is Collect.MAX else min(numbers)
