"""Whether every rule can run under a set of policies: each statement is prepared on an empty mirror."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from app.detection.candidates import ENTITY_COLUMN, clear_scope
from app.detection.catalogue_in_force import FIXED_STATEMENTS, require_paths
from app.detection.rule_sql import compile_rule
from app.detection.rules.registry import RULES
from app.store.schema_base import MIRROR_METADATA
from domain.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.detection.rule import PolicyReader, Rule

_VALUES = {"now": 0, "hour": 0, "earlier": 0, "later": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProblem:
    """A rule that cannot run, and why."""

    code: str
    what: str

    def __str__(self) -> str:
        """One line for people."""
        return f"the rule {self.code} cannot be compiled: {self.what}"


def check_rules(policy: PolicyReader, rules: tuple[Rule, ...] = RULES) -> tuple[RuleProblem, ...]:
    """The rules that cannot run under ``policy``, with the first reason of each."""
    engine = create_engine("sqlite+pysqlite://", module=dbapi2, poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            MIRROR_METADATA.create_all(connection)
            for statement in FIXED_STATEMENTS:
                connection.exec_driver_sql(statement)
            clear_scope(connection)
            return tuple(_problems(connection, policy, rules))
    finally:
        engine.dispose()


def _problems(connection: Connection, policy: PolicyReader, rules: tuple[Rule, ...]) -> Iterator[RuleProblem]:
    for rule in rules:
        try:
            _try(connection, policy, rule)
        except BadInputError as error:
            yield RuleProblem(code=rule.case_type.code, what=error.what)
        except DBAPIError as error:
            yield RuleProblem(code=rule.case_type.code, what=f"{error.orig} in its SQL.")


def _try(connection: Connection, policy: PolicyReader, rule: Rule) -> None:
    require_paths(rule)
    compiled = compile_rule(rule, policy)
    for statement in (*rule.indexes, *(wanted.table for wanted in rule.gathers)):
        connection.exec_driver_sql(statement)
    for statement in (compiled.full_sql, compiled.scoped_sql, *compiled.flips):
        explain = f"EXPLAIN {statement}"
        connection.exec_driver_sql(explain, _VALUES)
    names = connection.exec_driver_sql(compiled.full_sql, _VALUES).keys()
    if ENTITY_COLUMN not in names:
        raise BadInputError(
            what=f"its select has no column {ENTITY_COLUMN}.", remedy="Name the entity's id entity_id."
        )
