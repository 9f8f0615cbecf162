"""What the rules page shows: policies and decision rights in force, checks and rehearsals; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from views.language import tr

#: The name under which the decision rights are listed, checked and saved.
RIGHTS: Final = "decision_rights.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One figure of a policy; ``packaged`` is what ships with the program, where that differs."""

    name: str
    value: int
    packaged: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """One decision table: how its rows combine, its columns (the last ``outputs`` are answers), its rows."""

    name: str
    hit: str
    columns: tuple[str, ...]
    outputs: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """One policy file; ``problem`` says why a newer text of it was refused, mostly empty.

    ``is_own`` files are the profile's, the others ship with the program. ``quiet`` are what it silences:
    code, while which code is open, and on what they must agree.
    """

    name: str
    policy_id: str
    version: int
    effective: datetime
    owner: str
    text: str
    digest: str = ""
    since: datetime | None = None
    is_own: bool = False
    problem: str = ""
    settings: tuple[SettingRow, ...] = ()
    tables: tuple[RuleTable, ...] = ()
    quiet: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRowView:
    """One row of the decision rights, in words; ``limit`` is up to which amount it holds."""

    row_id: str
    remedy: str
    limit: str
    right: str
    proposers: str
    approvers: str
    conditions: str
    is_forbidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsView:
    """The decision rights in force, and who holds which role.

    ``limits`` are those over 24 hours: remedy, for whom, up to, row. ``delegations`` lend a role: from whom,
    to whom, role, up to, from and until when.
    """

    policy_id: str
    version: int
    text: str
    rows: tuple[RightsRowView, ...]
    people: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str, str, str], ...] = ()
    delegations: tuple[tuple[str, str, str, str, str], ...] = ()
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesShown:
    """All that is in force. ``folder`` is where a profile's own policy files are read from, if anywhere."""

    now: datetime
    policies: tuple[PolicyView, ...]
    rights: RightsView
    folder: str = ""
    zone: tzinfo = UTC

    def policy(self, name: str) -> PolicyView | None:
        """The policy of a file."""
        return next((policy for policy in self.policies if policy.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProblem:
    """Why an edited text would be refused: where, and what."""

    file: str
    what: str
    table: str = ""
    row: int | None = None

    @property
    def place(self) -> str:
        """The table and row, as far as they are known."""
        parts = [tr("table {table}", table=self.table)] if self.table else []
        if self.row is not None:
            parts.append(tr("row {row}", row=self.row))
        return ", ".join(parts) or self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChecked:
    """What a check of an edited text found; no problems means that it could come into force."""

    name: str
    text: str
    problems: tuple[RuleProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEffect:
    """What an edited text would do to the cases of one type."""

    code: str
    title: str
    open_now: int
    would_open: int
    would_close: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesTried:
    """What a rehearsal of an edited text found; ``failed`` says why there is no answer.

    ``closing_ids`` are the cases open now that it would close.
    """

    name: str
    text: str
    effects: tuple[TypeEffect, ...] = ()
    closing_ids: tuple[str, ...] = ()
    open_now: int = 0
    seconds: float = 0.0
    failed: str = ""

    @property
    def would_open(self) -> int:
        """How many cases would be opened."""
        return sum(effect.would_open for effect in self.effects)

    @property
    def would_close(self) -> int:
        """How many cases would be closed."""
        return sum(effect.would_close for effect in self.effects)


def line_of(text: str, problem: RuleProblem) -> int:
    """The line of a policy text that a problem is about, from 0; -1 where that is not known."""
    lines = text.splitlines()
    if problem.table == "suppress":
        heads = [number for number, line in enumerate(lines) if line.strip() == "[[suppress]]"]
        known = problem.row is not None and problem.row <= len(heads)
        return heads[problem.row - 1] if known and problem.row else -1
    if not problem.table:
        return -1
    wanted = f'name = "{problem.table}"'
    start = next((number for number, line in enumerate(lines) if line.strip() == wanted), -1)
    if start < 0 or problem.row is None:
        return start
    rows = False
    seen = 0
    for number in range(start, len(lines)):
        stripped = lines[number].strip()
        if stripped.startswith("rows"):
            rows = True
        elif rows and stripped.startswith("["):
            if stripped.startswith("[["):
                break
            seen += 1
            if seen == problem.row:
                return number
    return start
