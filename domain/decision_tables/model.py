"""A decision table: typed inputs and outputs, rows of conditions and answers, and how rows combine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.checks import require, require_text
from domain.decision_tables.cells import Cell, ColumnType, Value


class HitPolicy(StrEnum):
    """Which of the matching rows answer (DMN): exactly one may match, the first, the best, or all."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    COLLECT = "COLLECT"


class Collect(StrEnum):
    """What a COLLECT table makes of all matching rows."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputColumn:
    """An input: its values lie in ``domain``; with ``nullable`` it may also be missing."""

    name: str
    kind: ColumnType
    domain: Cell
    nullable: bool = False

    def holds(self, value: Value) -> bool:
        """Whether the table must have an answer for ``value``."""
        return self.nullable if value is None else self.domain.matches(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputColumn:
    """An output: its answers lie in ``domain``, or are missing where a row says ``null``.

    ``order`` lists its values, best first, where the hit policy is PRIORITY.
    """

    name: str
    kind: ColumnType
    domain: Cell
    order: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: a condition for each input, an answer for each output; ``number`` counts from 1."""

    number: int
    cells: tuple[Cell, ...]
    written: tuple[str, ...]
    outputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenTest:
    """What the table must answer: ``expect`` names some or all outputs."""

    number: int
    given: Mapping[str, Value]
    expect: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """A table as read; whether it is complete and free of contradiction is for ``analysis`` to say."""

    name: str
    hit: HitPolicy
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rows: tuple[TableRow, ...]
    collect: Collect | None = None
    tests: tuple[GoldenTest, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table without a name, an answer or a row, or whose rows have the wrong width."""
        require_text(self.name, "table name")
        require(bool(self.outputs), f"table {self.name} has no outputs.")
        require(bool(self.rows), f"table {self.name} has no rows.")
        require((self.hit is HitPolicy.COLLECT) == (self.collect is not None), "collect goes with COLLECT.")
        require(
            all(
                len(row.cells) == len(self.inputs) and len(row.outputs) == len(self.outputs)
                for row in self.rows
            ),
            f"table {self.name} has rows of the wrong width.",
        )

    def in_order(self, output: int = 0) -> tuple[TableRow, ...]:
        """The rows in the order in which the first match is the answer for the output at that index.

        As written, but best answer first under PRIORITY, and largest or smallest first where a COLLECT
        takes the maximum or minimum.
        """
        if self.hit is HitPolicy.PRIORITY:
            order = self.outputs[0].order
            return tuple(sorted(self.rows, key=lambda row: order.index(row.outputs[0])))
        if self.collect in {Collect.MAX, Collect.MIN}:
            sign = -1 if self.collect is Collect.MAX else 1
            return tuple(sorted(self.rows, key=lambda row: sign * int(row.outputs[output] or 0)))
        return self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProblem:
    """Why a table is refused: ``row`` is a row's number, or ``None`` for the table as a whole."""

    table: str
    what: str
    row: int | None = None
