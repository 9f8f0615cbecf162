"""Running the select of a rule: over everything, or narrowed to the keys in ``temp.scope_key``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from app.detection.gathering import gather
from app.store.quick import firsts, rows, run, run_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from app.detection.rule import Moment
    from app.detection.rule_sql import CompiledRule

#: The name under which a row gives its scope key, where that is not the id of the entity.
SCOPE_COLUMN = "scope_key"
ENTITY_COLUMN = "entity_id"

#: The name under which a row gives the kind of its entity, for types about entities of several kinds.
KIND_COLUMN = "entity_kind"

_SCOPE_TABLE = "CREATE TEMP TABLE IF NOT EXISTS scope_key (k TEXT PRIMARY KEY) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity whose condition holds, with its scope key and rows."""

    kind: str
    entity_id: str
    scope_key: str
    rows: Sequence[Any]


def clear_scope(connection: Connection) -> None:
    """Make the scope empty."""
    run(connection, _SCOPE_TABLE)
    run(connection, "DELETE FROM temp.scope_key")


def add_to_scope(connection: Connection, keys: Iterable[str]) -> None:
    """Add keys to the scope."""
    rows = [(key,) for key in keys]
    if rows:
        run_many(connection, "INSERT OR IGNORE INTO temp.scope_key VALUES (?)", rows)


def candidates(
    connection: Connection, compiled: CompiledRule, moment: Moment, *, narrowed: bool
) -> Iterator[Candidate]:
    """Each entity whose condition holds, with its rows."""
    if not narrowed:
        for wanted in compiled.rule.gathers:
            gather(connection, moment.gathered, wanted)
    statement = compiled.scoped_sql if narrowed else compiled.full_sql
    names, result = rows(connection, statement, {"now": moment.now_ms, "hour": moment.hour_ms})
    entity_at = names.index(ENTITY_COLUMN)
    scope_at = names.index(SCOPE_COLUMN) if SCOPE_COLUMN in names else entity_at
    kind_at = names.index(KIND_COLUMN) if KIND_COLUMN in names else None
    usual = compiled.rule.case_type.entity.value
    for entity_id, group in groupby(result, key=itemgetter(entity_at)):
        found = list(group)
        kind = usual if kind_at is None else found[0][kind_at]
        yield Candidate(kind, str(entity_id), str(found[0][scope_at]), found)


def flipped_keys(
    connection: Connection, compiled: CompiledRule, *, earlier_ms: int, later_ms: int
) -> Iterator[str]:
    """The keys whose condition the passing of time may have changed."""
    for statement in compiled.flips:
        span = {"earlier": earlier_ms, "later": later_ms}
        yield from firsts(connection, statement, span)
