"""All policies in force as one value: settings, decision tables and what suppresses what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.detection.policy_file import PolicyFile, PolicyProblem, PolicyRefusedError, read_policy_file
from app.detection.policy_sql import table_sql
from domain.catalogue.types import CASE_TYPES
from domain.decision_tables.evaluate import Evaluator
from domain.decision_tables.suppression import Suppression, suppression_cycle
from domain.errors import BadInputError
from resources.loader import list_names, read_bytes

if TYPE_CHECKING:
    from domain.decision_tables.model import DecisionTable

FOLDER = "policy/detection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An answer with what said so: policy, its version, table and the numbers of the rows."""

    outputs: Mapping[str, object]
    policy_id: str
    version: int
    table: str
    rows: tuple[int, ...]


class PolicySet:
    """Policies that belong together; made by :func:`load_policies`, never changed."""

    def __init__(self, files: Mapping[str, PolicyFile]) -> None:
        """Make everything ready to be asked; ``files`` were checked before."""
        self._files = dict(files)
        self._settings = {key: value for file in files.values() for key, value in file.settings.items()}
        self._homes = {table.name: file for file in files.values() for table in file.tables}
        self._evaluators = {table.name: Evaluator(table) for file in files.values() for table in file.tables}
        self.suppressions: tuple[Suppression, ...] = tuple(
            edge for file in files.values() for edge in file.suppressions
        )
        whole = hashlib.sha256()
        for name in sorted(files):
            whole.update(f"{name}\0{hashlib.sha256(files[name].text.encode()).hexdigest()}\n".encode())
        self.digest = whole.hexdigest()

    @property
    def files(self) -> Mapping[str, PolicyFile]:
        """The files by name."""
        return MappingProxyType(self._files)

    @property
    def versions(self) -> Mapping[str, int]:
        """The version of every policy by its id."""
        return {file.head.policy_id: file.head.version for file in self._files.values()}

    @property
    def settings(self) -> Mapping[str, int]:
        """Every figure by name."""
        return MappingProxyType(self._settings)

    def setting(self, name: str) -> int:
        """A figure of a ``[settings]`` table, by name; the unit is in the name.

        Raises:
            BadInputError: no policy sets it.
        """
        try:
            return self._settings[name]
        except KeyError as error:
            raise BadInputError(
                what=f"No policy has a setting {name!r}.",
                remedy="Add it to [settings] of a policy file (docs/policies.md).",
            ) from error

    def table(self, name: str) -> DecisionTable:
        """A decision table by name.

        Raises:
            BadInputError: no policy has it.
        """
        return self._evaluator(name).table

    def has_table(self, name: str) -> bool:
        """Whether a policy has a decision table of that name."""
        return name in self._evaluators

    def decide(self, table: str, /, **inputs: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any column type
        """The outputs of a decision table; an input that may be missing can be left out.

        Raises:
            BadInputError: there is no such table or input, or an input lacks.
        """
        return self._evaluator(table).answer(inputs)

    def explain(self, table: str, /, **inputs: Any) -> Decided:  # noqa: ANN401 - any column type
        """As :meth:`decide`, with the policy, its version and the rows that said so.

        Raises:
            BadInputError: as for :meth:`decide`.
        """
        evaluator = self._evaluator(table)
        head = self._homes[table].head
        return Decided(
            outputs=evaluator.answer(inputs),
            policy_id=head.policy_id,
            version=head.version,
            table=table,
            rows=tuple(row.number for row in evaluator.matching(inputs)),
        )

    def case_sql(self, table: str, output: str, inputs: Mapping[str, str]) -> str:
        """The same decision as a SQL expression over column expressions.

        Raises:
            BadInputError: there is no such table, output or input, or an input lacks.
        """
        found = self._evaluator(table).table
        names = {column.name for column in found.inputs}
        needed = {column.name for column in found.inputs if not column.nullable}
        wrong = ""
        if output not in {column.name for column in found.outputs}:
            wrong = f"no output {output!r}"
        elif unknown := sorted(inputs.keys() - names):
            wrong = f"no input {unknown[0]!r}"
        elif missing := sorted(needed - inputs.keys()):
            wrong = f"to be given {missing[0]!r}"
        if wrong:
            raise BadInputError(
                what=f"Table {table} of {self._homes[table].name} has {wrong}.",
                remedy="Make the rule and the policy file fit each other.",
            )
        return table_sql(found, output, inputs)

    def _evaluator(self, table: str) -> Evaluator:
        try:
            return self._evaluators[table]
        except KeyError as error:
            raise BadInputError(
                what=f"No policy has a decision table {table!r}.",
                remedy="Add it to a policy file as [[decision]] (docs/policies.md).",
            ) from error


def load_policies(texts: Mapping[str, str]) -> PolicySet:
    """The policies that these files (name to text) hold.

    Raises:
        PolicyRefusedError: anything is wrong with any of them; it names every file, table and row.
    """
    codes = frozenset(case_type.code for case_type in CASE_TYPES)
    files: dict[str, PolicyFile] = {}
    problems: list[PolicyProblem] = []
    for name in sorted(texts):
        file, found = read_policy_file(name, texts[name], codes=codes)
        problems += found
        if file is not None:
            files[name] = file
    problems += _said_twice(files) + _cycles(files)
    if problems:
        raise PolicyRefusedError(problems=tuple(problems))
    return PolicySet(files)


def packaged_texts() -> Mapping[str, str]:
    """The policy files that ship with the program."""
    return {name: read_bytes(FOLDER, name).decode() for name in list_names(FOLDER, ".toml")}


@cache
def packaged_policies() -> PolicySet:
    """The policies that ship with the program."""
    return load_policies(packaged_texts())


def _said_twice(files: Mapping[str, PolicyFile]) -> list[PolicyProblem]:
    """Policies, settings and tables that two files, or one file twice, give."""
    problems = []
    seen: dict[str, str] = {}
    for name, file in files.items():
        said = [f"the policy {file.head.policy_id}"]
        said += [f"the setting {key}" for key in file.settings]
        said += [f"the table {table.name}" for table in file.tables]
        for what in said:
            if what in seen:
                problems.append(PolicyProblem(file=name, what=f"{what} is also in {seen[what]}"))
            seen[what] = name
    return problems


def _cycles(files: Mapping[str, PolicyFile]) -> list[PolicyProblem]:
    edges = [edge for file in files.values() for edge in file.suppressions]
    cycle = suppression_cycle(edges)
    if not cycle:
        return []
    name, number = next(
        (name, number)
        for name, file in files.items()
        for edge, number in zip(file.suppressions, file.suppress_rows, strict=True)
        if (edge.code, edge.while_code) == cycle[:2]
    )
    what = f"suppression goes round in a circle: {' while '.join(cycle)}"
    return [PolicyProblem(file=name, table="suppress", row=number, what=what)]
