"""What wakes a rule: every kind of record that its select reads, and nothing that leads nowhere."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from app.detection.case_paths import CASE_SCOPES
from app.detection.catalogue_in_force import catalogue_under
from app.detection.check_rules import check_rules
from app.detection.pegs.kept import LINE_WAKES
from app.detection.pegs.rewrite import PEG_PATHS, PEG_WAKES
from app.detection.policy_set import packaged_policies
from app.detection.rule import Rule
from app.detection.rule_sql import CompiledRule
from app.detection.rules.registry import CASE_PATH, RULES, in_running_order
from app.store.schema import CHILD_TABLES, TABLES
from app.store.wake_paths import WAKE_PATHS
from domain.catalogue.types import CASE_TYPES
from domain.errors import BadInputError
from tests.detection.test_engine_life import RULE
from tests.support.rule_room import TunedPolicy

CATALOGUE = catalogue_under(packaged_policies())
PARENT = {table.name: kind.value for kind, (table, _) in CHILD_TABLES.items()}
KINDS = {kind.value for kind in TABLES}
WOKEN = [one for one in CATALOGUE.compiled if one.rule.wakes]


def read_by(compiled: CompiledRule) -> set[str]:
    """The kinds of record, and the pegs, that the narrowed select of a rule names."""
    tables = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", compiled.scoped_sql))
    kinds = {PARENT.get(table, table) for table in tables} & KINDS
    return kinds | ({"peg"} if any(table.startswith("peg_") for table in tables) else set())


def woken_by(rule: Rule) -> set[str]:
    return {path.partition(">")[0] for path in rule.wakes}


@pytest.mark.parametrize("compiled", WOKEN, ids=lambda one: one.rule.case_type.code)
def test_a_rule_is_woken_by_all_that_it_reads(compiled: CompiledRule) -> None:
    assert read_by(compiled) - woken_by(compiled.rule) == set()


def test_every_path_is_followed_for_somebody() -> None:
    wanted = {path for rule in RULES for path in rule.wakes} | set(PEG_WAKES) | set(LINE_WAKES)
    assert set(WAKE_PATHS) - wanted == set()
    assert set(LINE_WAKES) <= set(WAKE_PATHS)
    scopes = {path.partition(">")[2] for path in wanted if path.startswith(CASE_PATH)}
    assert scopes == set(CASE_SCOPES)
    assert {path for path in wanted if path.startswith("peg>")} <= PEG_PATHS


def test_every_type_without_a_model_has_its_rule() -> None:
    codes = [rule.case_type.code for rule in RULES]
    assert sorted(codes) == sorted(kind.code for kind in CASE_TYPES if not kind.reserved)


def test_a_rule_runs_after_those_whose_cases_wake_it() -> None:
    other = next(rule for rule in RULES if rule.case_type.code == "AL-SHORT")
    waiting = Rule(case_type=RULE.case_type, sql=RULE.sql, wakes=("case:AL-SHORT>case",), assess=RULE.assess)
    assert in_running_order((waiting, other)) == (other, waiting)


def test_rules_that_wait_for_each_other_are_refused() -> None:
    one, two = (
        Rule(case_type=kind, sql="", wakes=(f"case:{waited}>case",), assess=RULE.assess)
        for kind, waited in ((RULES[0].case_type, "DQ-NEG"), (RULE.case_type, RULES[0].case_type.code))
    )
    with pytest.raises(BadInputError, match="wait for each other's cases"):
        in_running_order((one, two))


def broken(**changes: Any) -> str:
    """What is said of the small rule with these changes."""
    policy = TunedPolicy(packaged_policies())
    return "; ".join(str(problem) for problem in check_rules(policy, (replace(RULE, **changes),)))


def test_the_rules_that_ship_can_run() -> None:
    assert check_rules(packaged_policies()) == ()
    assert broken() == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sql": "SELECT p.nonsense AS entity_id FROM item p"}, "DQ-NEG cannot be compiled: no such column"),
        ({"sql": "SELECT p.id FROM item p"}, "has no column entity_id"),
        ({"sql": "SELECT {setting:nobody} AS entity_id"}, "No policy has a setting 'nobody'"),
        ({"sql": "SELECT {decide:nobody.x(a=1)} AS entity_id"}, "No policy has a decision table 'nobody'"),
        ({"wakes": ("item>nowhere",)}, "is woken by item>nowhere, which leads nowhere"),
        ({"flips": ("SELECT id FROM nowhere",)}, "no such table: nowhere"),
    ],
)
def test_a_rule_that_cannot_run_is_named_with_its_reason(changes: dict[str, Any], said: str) -> None:
    assert said in broken(**changes)
