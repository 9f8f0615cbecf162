"""From the plain mapping that a policy file holds to a decision table, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from domain.checks import MAX_EXACT_INTEGER
from domain.decision_tables.cells import ANY_TEXT, NULL_TEXT, Cell, ColumnType, Value, parse_cell
from domain.decision_tables.model import (
    Collect,
    DecisionTable,
    GoldenTest,
    HitPolicy,
    InputColumn,
    OutputColumn,
    TableProblem,
    TableRow,
)

_Choice = TypeVar("_Choice", bound=StrEnum)

_KEYS = frozenset({"name", "hit", "collect", "inputs", "outputs", "rows", "test", "note"})
_INPUT_KEYS = frozenset({"name", "type", "domain", "null"})
_OUTPUT_KEYS = frozenset({"name", "type", "domain", "order"})
_TEST_KEYS = frozenset({"given", "expect"})


class _Notes:
    """What is found wrong on the way."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.problems: list[TableProblem] = []

    def add(self, what: str, row: int | None = None) -> None:
        self.problems.append(TableProblem(table=self.table, what=what, row=row))


def read_table(raw: Mapping[str, object]) -> tuple[DecisionTable | None, list[TableProblem]]:
    """The table, and everything that is wrong with its form; without a table there is a problem."""
    name = raw.get("name")
    notes = _Notes(table=name if isinstance(name, str) and name else "without a name")
    if notes.table != name:
        notes.add("needs a name")
    _refuse_unknown(raw, _KEYS, "key", notes)
    hit = _one_of(HitPolicy, raw.get("hit"), "hit", notes)
    collect = _one_of(Collect, raw.get("collect"), "collect", notes) if hit is HitPolicy.COLLECT else None
    if hit is not HitPolicy.COLLECT and "collect" in raw:
        notes.add("has collect, which goes with hit = COLLECT only")
    rows = [row for row in _list(raw.get("rows"), "rows", notes) if isinstance(row, Sequence)]
    inputs = _inputs(_list(raw.get("inputs"), "inputs", notes), rows, notes)
    outputs = _outputs(_list(raw.get("outputs"), "outputs", notes), rows, len(inputs), notes)
    _refuse_twice([c.name for c in inputs] + [c.name for c in outputs], notes)
    body = [_row(number, row, inputs, outputs, notes) for number, row in enumerate(rows, start=1)]
    tests = _tests(raw.get("test", []), inputs, outputs, notes)
    if not notes.problems:
        _fit_hit_policy(hit, collect, outputs, [row for row in body if row], notes)
    if notes.problems or hit is None:
        return None, notes.problems
    table = DecisionTable(
        name=notes.table,
        hit=hit,
        inputs=inputs,
        outputs=outputs,
        rows=tuple(row for row in body if row),
        collect=collect,
        tests=tests,
    )
    return table, []


def _inputs(
    raw: Sequence[object], rows: Sequence[Sequence[object]], notes: _Notes
) -> tuple[InputColumn, ...]:
    columns = []
    for index, entry in enumerate(raw):
        written = [row[index] for row in rows if index < len(row)]
        full = entry if isinstance(entry, Mapping) else {"name": entry, "null": True}
        name = _column_name(full, _INPUT_KEYS, "input", notes)
        kind = _kind(full, _guessed(written), notes)
        nullable = full.get("null", False)
        if not isinstance(nullable, bool):
            notes.add(f"input {name}: null is true or false")
            nullable = False
        domain = _domain(full, kind, notes)
        columns.append(InputColumn(name=name, kind=kind, domain=domain, nullable=nullable))
    return tuple(columns)


def _outputs(
    raw: Sequence[object], rows: Sequence[Sequence[object]], width: int, notes: _Notes
) -> tuple[OutputColumn, ...]:
    columns = []
    for index, entry in enumerate(raw, start=width):
        full = entry if isinstance(entry, Mapping) else {"name": entry}
        name = _column_name(full, _OUTPUT_KEYS, "output", notes)
        kind = _kind(full, _type_of(row[index] for row in rows if index < len(row)), notes)
        order = full.get("order", [])
        values = [v for v in order if _fits(v, kind)] if isinstance(order, list) else []
        if values != order:
            notes.add(f"output {name}: order is a list of {kind} values")
        domain = _domain(full, kind, notes)
        columns.append(OutputColumn(name=name, kind=kind, domain=domain, order=tuple(values)))
    if not columns:
        notes.add("has no outputs")
    return tuple(columns)


def _row(
    number: int,
    raw: Sequence[object],
    inputs: Sequence[InputColumn],
    outputs: Sequence[OutputColumn],
    notes: _Notes,
) -> TableRow | None:
    width = len(inputs) + len(outputs)
    if len(raw) != width:
        notes.add(f"has {len(raw)} cells, expected {width}", number)
        return None
    cells: list[Cell] = []
    for column, written in zip(inputs, raw, strict=False):
        cell = _cell(written, column.kind)
        if isinstance(cell, str):
            notes.add(f"{column.name} ({column.kind}): {cell}", number)
        else:
            cells.append(cell)
    answers: list[Value] = []
    for answer, written in zip(outputs, raw[len(inputs) :], strict=True):
        value = written if isinstance(written, int | str) and written != NULL_TEXT else None
        if written != NULL_TEXT and not _fits(written, answer.kind):
            notes.add(f"{answer.name} is {written!r}, expected {answer.kind}", number)
        elif value is not None and not answer.domain.matches(value):
            notes.add(f"{answer.name} is {written!r}, which lies outside its domain", number)
        answers.append(value)
    written_cells = tuple(str(cell) for cell in raw[: len(inputs)])
    if len(cells) < len(inputs):
        return None
    return TableRow(number=number, cells=tuple(cells), written=written_cells, outputs=tuple(answers))


def _tests(
    raw: object, inputs: Sequence[InputColumn], outputs: Sequence[OutputColumn], notes: _Notes
) -> tuple[GoldenTest, ...]:
    given_kinds = {column.name: column.kind for column in inputs}
    expect_kinds = {column.name: column.kind for column in outputs}
    tests = []
    for number, entry in enumerate(_list(raw, "test", notes), start=1):
        if not isinstance(entry, Mapping) or set(entry) != _TEST_KEYS:
            notes.add(f"test {number} needs given and expect, and nothing else")
            continue
        given = _test_values(entry["given"], given_kinds, f"test {number}: no input", notes)
        expect = _test_values(entry["expect"], expect_kinds, f"test {number}: no output", notes)
        if not expect:
            notes.add(f"test {number} expects nothing")
        known = {name: value for name, value in given.items() if isinstance(value, int | str | None)}
        tests.append(GoldenTest(number=number, given=known, expect=expect))
    return tuple(tests)


def _test_values(
    raw: object, kinds: Mapping[str, ColumnType], unknown: str, notes: _Notes
) -> dict[str, object]:
    """The values of a golden test; ``null`` is written as text, a list is what a COLLECT answers."""
    values: dict[str, object] = {}
    for name, written in (raw if isinstance(raw, Mapping) else {}).items():
        value = None if written == NULL_TEXT else tuple(written) if isinstance(written, list) else written
        if name not in kinds:
            notes.add(f"{unknown} is called {name!r}")
        elif not isinstance(value, tuple) and value is not None and not _fits(value, kinds[name]):
            notes.add(f"{unknown.split(':', maxsplit=1)[0]}: {name} is {value!r}, expected {kinds[name]}")
        else:
            values[name] = value
    return values


def _fit_hit_policy(
    hit: HitPolicy | None,
    collect: Collect | None,
    outputs: Sequence[OutputColumn],
    rows: Sequence[TableRow],
    notes: _Notes,
) -> None:
    if not rows:
        notes.add("has no rows")
    if hit is HitPolicy.PRIORITY:
        _fit_priority(outputs[0], rows, notes)
    elif any(column.order for column in outputs):
        notes.add("has an output with order, which goes with hit = PRIORITY only")
    if hit is not HitPolicy.COLLECT:
        return
    for row in rows:
        for column, value in zip(outputs, row.outputs, strict=True):
            if value is None or (collect is not Collect.LIST and column.kind is not ColumnType.INT):
                notes.add(f"{column.name} is {value!r}, which cannot be collected by {collect}", row.number)


def _fit_priority(output: OutputColumn, rows: Sequence[TableRow], notes: _Notes) -> None:
    if not output.order:
        notes.add(f"output {output.name} needs order, its values best first, for hit = PRIORITY")
        return
    for row in rows:
        if row.outputs[0] not in output.order:
            notes.add(f"{output.name} is {row.outputs[0]!r}, which order does not list", row.number)


def _domain(entry: Mapping[str, object], kind: ColumnType, notes: _Notes) -> Cell:
    """The values a column may have: a condition, or a list of values."""
    written = entry.get("domain", ANY_TEXT)
    cell = _cell("|".join(map(_quoted, written)) if isinstance(written, list) else written, kind)
    if not isinstance(cell, str):
        return cell
    notes.add(f"{entry.get('name')}: its domain is not understood: {cell}")
    return parse_cell(ANY_TEXT, kind)


def _column_name(entry: Mapping[str, object], known: frozenset[str], side: str, notes: _Notes) -> str:
    name = entry.get("name")
    _refuse_unknown(entry, known, f"key of an {side}", notes)
    if not isinstance(name, str) or not name.isidentifier():
        notes.add(f"has an {side} without a proper name: {name!r}")
        return "?"
    return name


def _kind(entry: Mapping[str, object], guessed: ColumnType, notes: _Notes) -> ColumnType:
    written = entry.get("type", guessed.value)
    if isinstance(written, str) and written in set(ColumnType):
        return ColumnType(written)
    notes.add(f"{entry.get('name')}: type is {written!r}, expected one of {', '.join(ColumnType)}")
    return guessed


def _guessed(cells: Sequence[object]) -> ColumnType:
    """The narrowest type that all cells of an input without a type fit."""
    telling = [cell for cell in cells if cell not in (ANY_TEXT, NULL_TEXT)]
    for kind in (ColumnType.BOOL, ColumnType.INT):
        if telling and not any(isinstance(_cell(cell, kind), str) for cell in telling):
            return kind
    return ColumnType.TEXT


def _type_of(values: Iterable[object]) -> ColumnType:
    """The type that the answers of an output without a type have."""
    known = [value for value in values if value != NULL_TEXT]
    if known and all(isinstance(value, bool) for value in known):
        return ColumnType.BOOL
    if known and all(isinstance(value, int) for value in known):
        return ColumnType.INT
    return ColumnType.TEXT


def _cell(written: object, kind: ColumnType) -> Cell | str:
    """The condition, or why it is none."""
    try:
        return parse_cell(written, kind)
    except ValueError as error:
        return str(error)


def _fits(value: object, kind: ColumnType) -> bool:
    if kind is ColumnType.TEXT:
        return isinstance(value, str)
    if kind is ColumnType.BOOL:
        return isinstance(value, bool)
    return type(value) is int and abs(value) <= MAX_EXACT_INTEGER


def _quoted(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def _list(raw: object, name: str, notes: _Notes) -> list[object]:
    if isinstance(raw, list):
        return raw
    notes.add(f"needs {name}, a list")
    return []


def _one_of(choices: type[_Choice], written: object, key: str, notes: _Notes) -> _Choice | None:
    if isinstance(written, str) and written in set(choices):
        return choices(written)
    notes.add(f"has {key} = {written!r}, expected one of {', '.join(choices)}")
    return None


def _refuse_unknown(raw: Mapping[str, object], known: frozenset[str], what: str, notes: _Notes) -> None:
    for key in sorted(set(raw) - known):
        notes.add(f"has {key!r}, which is no {what}")


def _refuse_twice(names: Sequence[str], notes: _Notes) -> None:
    for name in sorted({name for name in names if names.count(name) > 1 and name != "?"}):
        notes.add(f"has two columns named {name!r}")
