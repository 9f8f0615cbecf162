"""The rules as they run under the policies in force, and the indexes they rest on."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from app.detection.case_paths import CASE_SCOPES, CasePaths
from app.detection.lifecycle.stored import LIFE_INDEXES
from app.detection.misses import MISSES_INDEX, MISSES_TABLE
from app.detection.pegs.demand import INDEXES as PEG_INDEXES
from app.detection.pegs.kept import TABLES as KEPT_TABLES
from app.detection.pegs.offers import BOUND_TABLE
from app.detection.pegs.rewrite import PEG_PATHS
from app.detection.rule import PolicyReader
from app.detection.rule_sql import CompiledRule, compile_rule
from app.detection.rules.registry import CASE_PATH, RULES
from app.detection.scopes import RESTLESS_INDEX
from app.store.wake_paths import WAKE_PATHS
from domain.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from app.detection.rule import Rule

_TABLES = (BOUND_TABLE, MISSES_TABLE, *KEPT_TABLES)
_INDEXES = (*PEG_INDEXES, *LIFE_INDEXES, RESTLESS_INDEX, MISSES_INDEX)
#: What every rule can count on, whatever rules there are.
FIXED_STATEMENTS = (*_TABLES, *_INDEXES)
_INDEX_NAME = re.compile(r"CREATE INDEX IF NOT EXISTS (det_\w+)\s+ON\s", re.IGNORECASE)


class Policies(PolicyReader, Protocol):
    """Policies in force: what rules ask, and one digest of all of it."""

    digest: str


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Rules under policies: compiled, in running order.

    ``basis`` is the digest of the policies that cases rest on; ``digest`` that of everything that can
    change what is found, as a number that fits the store.
    """

    compiled: tuple[CompiledRule, ...]
    case_paths: CasePaths
    indexes: tuple[str, ...]
    basis: str
    digest: int


@dataclass(frozen=True)
class _Asked:
    """Policies and rules as a key: policies of one digest say the same."""

    digest: str
    rules: tuple[Rule, ...]
    policy: Policies = field(compare=False)


def catalogue_under(policy: Policies, rules: tuple[Rule, ...] = RULES) -> Catalogue:
    """The rules under ``policy``.

    Raises:
        BadInputError: a rule cannot be compiled.
    """
    return _catalogue(_Asked(policy.digest, rules, policy))


@lru_cache(maxsize=4)
def _catalogue(asked: _Asked) -> Catalogue:
    policy, rules = asked.policy, asked.rules
    compiled = tuple(compile_rule(rule, policy) for rule in rules)
    for rule in rules:
        require_paths(rule)
    indexes = _distinct([*_INDEXES, *(sql for rule in rules for sql in rule.indexes)])
    whole = hashlib.sha256(policy.digest.encode())
    for one in compiled:
        said = (one.rule.case_type.code, one.rule.case_type.version, one.full_sql, one.flips)
        whole.update(repr(said).encode())
    whole.update(repr((_TABLES, indexes)).encode())
    return Catalogue(
        compiled=compiled,
        case_paths=CasePaths(rules),
        indexes=indexes,
        basis=policy.digest[:16],
        digest=int.from_bytes(whole.digest()[:7], "big"),
    )


def _distinct(statements: Iterable[str]) -> tuple[str, ...]:
    by_name: dict[str, str] = {}
    for sql in statements:
        known = by_name.setdefault(_index_name(sql), sql)
        if _plain(known) != _plain(sql):
            raise BadInputError(
                what=f"Two rules mean different indexes by {_index_name(sql)}.",
                remedy="Give one of them another name, or make them the same.",
            )
    return tuple(by_name.values())


def prepare(connection: Connection, catalogue: Catalogue) -> None:
    """Make the tables and indexes that the rules rest on, and drop indexes nobody asks for any more."""
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    wanted = {_index_name(sql): sql for sql in catalogue.indexes}
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name GLOB 'det_*'"
    for name, sql in connection.exec_driver_sql(query).all():
        if name not in wanted or _plain(sql) != _plain(wanted[name]):
            drop = f"DROP INDEX {name}"
            connection.exec_driver_sql(drop)
    for statement in wanted.values():
        connection.exec_driver_sql(statement)


def _plain(sql: str) -> str:
    return " ".join(sql.replace("IF NOT EXISTS ", "").split())


def _index_name(sql: str) -> str:
    match = _INDEX_NAME.search(sql)
    if match is None:
        raise BadInputError(
            what=f"This is no index of a rule: {sql.strip()}",
            remedy="Write CREATE INDEX IF NOT EXISTS det_... ON table (...).",
        )
    return match.group(1)


def require_paths(rule: Rule) -> None:
    """Refuse a rule that waits for a path nobody knows.

    Raises:
        BadInputError: a path of its wakes leads nowhere.
    """
    for path in rule.wakes:
        head, _, scope = path.partition(">")
        known = (
            scope in CASE_SCOPES if head.startswith(CASE_PATH) else path in WAKE_PATHS or path in PEG_PATHS
        )
        if not known:
            raise BadInputError(
                what=f"Rule {rule.case_type.code} is woken by {path}, which leads nowhere.",
                remedy="Use a path of app/store/wake_paths.py, or add it there.",
            )
