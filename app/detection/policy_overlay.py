"""A profile's own policy files in place of the packaged ones, file by file, if rules can use them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from app.detection.check_rules import check_rules
from app.detection.policy_file import PolicyProblem, PolicyRefusedError
from app.detection.policy_set import PolicySet, load_policies, packaged_policies, packaged_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.decision_tables.model import DecisionTable

#: Where a problem belongs to no file.
NO_FILE = "policies"


def overlaid(own: Mapping[str, str]) -> PolicySet:
    """The packaged policies with these files (name to text) in place of those of the same name.

    Raises:
        PolicyRefusedError: they cannot be used; it names every file, table and row.
    """
    if not own:
        return packaged_policies()
    return _overlaid(frozenset(own.items()))


@lru_cache(maxsize=8)
def _overlaid(own: frozenset[tuple[str, str]]) -> PolicySet:
    texts = dict(own)
    policies = load_policies({**packaged_texts(), **texts})
    problems = _misfits(policies, frozenset(texts)) or broken_rules(policies)
    if problems:
        raise PolicyRefusedError(problems=tuple(problems))
    return policies


def broken_rules(policies: PolicySet) -> list[PolicyProblem]:
    """The rules that cannot be compiled with these policies."""
    return [PolicyProblem(file=NO_FILE, what=str(problem)) for problem in check_rules(policies)]


def _misfits(policies: PolicySet, own: frozenset[str]) -> list[PolicyProblem]:
    """What an own file says that no rule asks for, and what it leaves out although rules do."""
    packaged = packaged_policies()
    problems = []
    for name in sorted(own & policies.files.keys()):
        file = policies.files[name]
        problems += [
            PolicyProblem(file=name, what=f"the setting {key} is none that a rule asks for")
            for key in sorted(file.settings.keys() - packaged.settings.keys())
        ]
        for table in file.tables:
            problems += _misshapen(name, table, packaged)
    for name in sorted(own & packaged.files.keys()):
        replaced = packaged.files[name]
        lacking = [f"setting {key}" for key in sorted(replaced.settings.keys() - policies.settings.keys())]
        lacking += [f"table {t.name}" for t in replaced.tables if not policies.has_table(t.name)]
        problems += [
            PolicyProblem(file=name, what=f"lacks the {what}, which rules ask for") for what in lacking
        ]
    return problems


def _misshapen(name: str, table: DecisionTable, packaged: PolicySet) -> list[PolicyProblem]:
    if not packaged.has_table(table.name):
        return [PolicyProblem(file=name, table=table.name, what="is none that a rule asks for")]
    expected = packaged.table(table.name)
    problems = []
    if table.inputs != expected.inputs:
        wanted = ", ".join(f"{c.name} ({c.kind}{' or null' if c.nullable else ''})" for c in expected.inputs)
        problems.append(f"has other inputs or domains than rules give: {wanted}")
    if [(c.name, c.kind) for c in table.outputs] != [(c.name, c.kind) for c in expected.outputs]:
        wanted = ", ".join(f"{column.name} ({column.kind})" for column in expected.outputs)
        problems.append(f"has other outputs than rules take: {wanted}")
    elif table.collect is not expected.collect:
        problems.append(f"collects by {table.collect}, rules expect {expected.collect}")
    found = [PolicyProblem(file=name, table=table.name, what=what) for what in problems]
    return found or _strange_answers(name, table, expected)


def _strange_answers(name: str, table: DecisionTable, expected: DecisionTable) -> list[PolicyProblem]:
    """Answers that the packaged table would not give: outside its domain, or none where it always has one."""
    problems = []
    for index, column in enumerate(expected.outputs):
        may_lack = any(row.outputs[index] is None for row in expected.rows)
        for row in table.rows:
            answer = row.outputs[index]
            if (not may_lack) if answer is None else (not column.domain.matches(answer)):
                what = (
                    f"{column.name} is {'null' if answer is None else repr(answer)}, which rules cannot take"
                )
                problems.append(PolicyProblem(file=name, table=table.name, row=row.number, what=what))
    return problems
