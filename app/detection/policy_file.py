"""One policy file: its head, its settings, its decision tables, and what it has to keep quiet."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.checks import MAX_EXACT_INTEGER, as_utc
from domain.decision_tables.analysis import table_problems
from domain.decision_tables.cells import ChoiceCell
from domain.decision_tables.evaluate import golden_problems
from domain.decision_tables.model import DecisionTable, TableProblem
from domain.decision_tables.reading import read_table
from domain.decision_tables.suppression import Suppression, SuppressOn
from domain.errors import BadInputError, BadValueError

_KEYS = frozenset({"policy", "settings", "decision", "suppress"})
_HEAD = frozenset({"id", "version", "effective", "owner"})
_SUPPRESS = frozenset({"code", "while", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProblem:
    """Why a policy is refused: in which file, table and row."""

    file: str
    what: str
    table: str = ""
    row: int | None = None

    def __str__(self) -> str:
        """One line that a person can act upon."""
        place = self.file
        if self.table:
            place += f", table {self.table}"
        if self.row is not None:
            place += f", row {self.row}"
        return f"{place}: {self.what}"


class PolicyRefusedError(BadInputError):
    """A set of policies cannot be used; ``problems`` says all that is wrong with it."""

    def __init__(self, *, problems: tuple[PolicyProblem, ...] = (), what: str = "", remedy: str = "") -> None:
        """Name the first problem, and how many more there are."""
        more = len(problems) - 1
        rest = f" ({more} more)" if more > 0 else ""
        super().__init__(
            what=what or f"The policies were refused: {problems[0]}{rest}.",
            remedy=remedy or "Correct the file; docs/policies.md says how one is written.",
        )
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyHead:
    """Who says so: a policy's id and version, since when it is meant to hold, and its owner."""

    policy_id: str
    version: int
    effective: datetime
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A file as read, without anything wrong inside it."""

    name: str
    text: str
    head: PolicyHead
    settings: Mapping[str, int]
    tables: tuple[DecisionTable, ...]
    suppressions: tuple[Suppression, ...]
    suppress_rows: tuple[int, ...]


def read_policy_file(
    name: str, text: str, *, codes: frozenset[str]
) -> tuple[PolicyFile | None, list[PolicyProblem]]:
    """The file, or everything that is wrong with it; ``codes`` are the types that it may silence."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [PolicyProblem(file=name, what=f"is not valid TOML: {error}")]
    problems = [
        PolicyProblem(file=name, what=f"has {key!r}, which is no part of a policy file")
        for key in sorted(set(raw) - _KEYS)
    ]
    head = _head(name, raw.get("policy"), problems)
    settings = _settings(name, raw.get("settings", {}), problems)
    tables = _tables(name, raw.get("decision", []), codes, problems)
    suppressions = _suppressions(name, raw.get("suppress", []), codes, problems)
    if problems or head is None:
        return None, problems
    return (
        PolicyFile(
            name=name,
            text=text,
            head=head,
            settings=settings,
            tables=tables,
            suppressions=tuple(edge for _, edge in suppressions),
            suppress_rows=tuple(row for row, _ in suppressions),
        ),
        [],
    )


def _head(name: str, raw: object, problems: list[PolicyProblem]) -> PolicyHead | None:
    if not isinstance(raw, dict) or set(raw) != _HEAD:
        what = "needs [policy] with id, version, effective and owner, and nothing else"
        problems.append(PolicyProblem(file=name, what=what))
        return None
    policy_id, version, effective, owner = (raw[key] for key in ("id", "version", "effective", "owner"))
    wrong = []
    if not isinstance(policy_id, str) or not policy_id.strip():
        wrong.append(f"id is {policy_id!r}, expected a text")
    if type(version) is not int or version < 1:
        wrong.append(f"version is {version!r}, expected a whole number from 1")
    if not isinstance(effective, datetime) or effective.tzinfo is None:
        wrong.append("effective is no date and time with its zone")
    if not isinstance(owner, str) or not owner.strip():
        wrong.append(f"owner is {owner!r}, expected a text")
    problems += [PolicyProblem(file=name, what=f"[policy] {what}") for what in wrong]
    if wrong:
        return None
    return PolicyHead(policy_id=policy_id, version=version, effective=as_utc(effective), owner=owner)


def _settings(name: str, raw: object, problems: list[PolicyProblem]) -> dict[str, int]:
    if not isinstance(raw, dict):
        problems.append(PolicyProblem(file=name, what="[settings] is no table"))
        return {}
    problems += [
        PolicyProblem(file=name, what=f"the setting {key} is {value!r}, expected a whole number from 0")
        for key, value in raw.items()
        if type(value) is not int or not 0 <= value <= MAX_EXACT_INTEGER
    ]
    return raw


def _tables(
    name: str, raw: object, codes: frozenset[str], problems: list[PolicyProblem]
) -> tuple[DecisionTable, ...]:
    tables = []
    for entry in _entries(name, raw, "decision", problems):
        table, found = read_table(entry)
        if table is not None:
            found = _unknown_codes(table, codes) or table_problems(table) or golden_problems(table)
            tables.append(table)
        problems += [_placed(name, problem) for problem in found]
    return tuple(tables)


def _unknown_codes(table: DecisionTable, codes: frozenset[str]) -> list[TableProblem]:
    """An input called code speaks of the catalogue's types."""
    problems = []
    for row in table.rows:
        for column, cell in zip(table.inputs, row.cells, strict=True):
            if column.name == "code" and isinstance(cell, ChoiceCell):
                problems += [
                    TableProblem(
                        table=table.name, row=row.number, what=f"{code!r} is no type of the catalogue"
                    )
                    for code in sorted(map(str, cell.values))
                    if code not in codes
                ]
    return problems


def _suppressions(
    name: str, raw: object, codes: frozenset[str], problems: list[PolicyProblem]
) -> list[tuple[int, Suppression]]:
    found: list[tuple[int, Suppression]] = []
    for number, entry in enumerate(_entries(name, raw, "suppress", problems), start=1):
        try:
            found += [(number, edge) for edge in _suppression(entry, codes)]
        except BadValueError as error:
            problems.append(PolicyProblem(file=name, table="suppress", row=number, what=error.what))
        except ValueError as error:
            problems.append(PolicyProblem(file=name, table="suppress", row=number, what=str(error)))
    return found


def _suppression(entry: Mapping[str, object], codes: frozenset[str]) -> list[Suppression]:
    if set(entry) != _SUPPRESS:
        raise ValueError("needs code, while and on, and nothing else")
    written = entry["code"]
    quiet = written if isinstance(written, list) else [written]
    for code in [*quiet, entry["while"]]:
        if code not in codes:
            raise ValueError(f"{code!r} is no type of the catalogue")
    on = entry["on"]
    if not isinstance(on, str) or on not in set(SuppressOn):
        raise ValueError(f"on is {on!r}, expected one of {', '.join(SuppressOn)}")
    return [Suppression(code=str(code), while_code=str(entry["while"]), on=SuppressOn(on)) for code in quiet]


def _entries(name: str, raw: object, key: str, problems: list[PolicyProblem]) -> list[dict[str, object]]:
    if isinstance(raw, list) and all(isinstance(entry, dict) for entry in raw):
        return raw
    problems.append(PolicyProblem(file=name, what=f"{key} is written [[{key}]]"))
    return []


def _placed(name: str, problem: TableProblem) -> PolicyProblem:
    return PolicyProblem(file=name, table=problem.table, row=problem.row, what=problem.what)
