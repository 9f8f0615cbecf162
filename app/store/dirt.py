"""Writing down what changed: the keys that changed rows make dirty, until a detection has looked at them.

Nothing is noted before the first detection, which looks at everything anyway. A path that has too many
dirty keys is dirty as a whole: looking at everything is then cheaper than at each key. The rows of path
``*`` name the paths that are dirty as a whole; ``*`` among them stands for all paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.quick import firsts, run, run_many
from app.store.wake_paths import (
    ASKED_COLUMNS_OF,
    DECIDING_COLUMNS_OF,
    MOVING_PATHS_OF,
    PATHS_OF,
    REACHES_ALL,
    changed_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

#: The path whose keys are the paths that are dirty as a whole; as a key of it: all paths.
WHOLE = "*"

#: A path with more dirty keys than this is dirty as a whole.
MOST_KEYS = 60_000

_IDS = "CREATE TEMP TABLE IF NOT EXISTS changed_id (k TEXT PRIMARY KEY) WITHOUT ROWID"
_INSERT = "INSERT OR IGNORE INTO dirty_scope (path, key) "


def watching(connection: Connection) -> bool:
    """Whether there has been a detection, so that what changes since must be noted."""
    query = "SELECT 1 FROM detection_state WHERE name = 'detected'"
    return run(connection, query).fetchone() is not None


def mark_before(connection: Connection, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note the keys that rows about to be written belong to as they are now, where the write moves them."""
    paths = MOVING_PATHS_OF.get(kind, {})
    if rows and paths and watching(connection):
        _follow(connection, kind, paths, _moved(connection, kind, rows))


def _moved(connection: Connection, kind: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of those rows that belong, or may belong, elsewhere than what is stored of them."""
    wanted = {row["id"]: row for row in rows}
    columns = DECIDING_COLUMNS_OF.get(kind)
    if columns is None:
        return list(wanted)
    set_changed(connection, wanted)
    at = columns.index("id")
    stored = run(connection, _stored(kind)).fetchall()
    return [was[at] for was in stored if was != tuple(wanted[was[at]].get(name) for name in columns)]


def mark_after(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    """Note the keys that rows just written belong to."""
    _follow(connection, kind, PATHS_OF.get(kind, {}), ids)


def mark_whole(connection: Connection, kinds: Iterable[str]) -> None:
    """Note every key that rows of these kinds can reach."""
    if watching(connection):
        mark_keys(connection, WHOLE, (path for kind in kinds for path in PATHS_OF.get(kind, {})))


def mark_keys(connection: Connection, path: str, keys: Iterable[str]) -> None:
    """Note keys that are already known."""
    rows = [(path, key) for key in keys]
    if rows:
        run_many(connection, _INSERT + "VALUES (?, ?)", rows)


def _follow(connection: Connection, kind: str, paths: Mapping[str, str], ids: Sequence[str]) -> None:
    if not ids or not paths or not watching(connection):
        return
    whole = whole_paths(connection)
    if WHOLE in whole:
        return
    set_changed(connection, ids)
    take_changed_rows(connection, kind)
    for path, keys in paths.items():
        if path in whole:
            continue
        if keys == REACHES_ALL:
            mark_keys(connection, WHOLE, [path])
            continue
        insert = f"{_INSERT}SELECT ?, * FROM ({keys})"  # noqa: S608 - keys is a select of our own
        written = run(connection, insert, (path,)).rowcount
        if written and _count(connection, path) > MOST_KEYS:
            run(connection, "DELETE FROM dirty_scope WHERE path = ?", (path,))
            mark_keys(connection, WHOLE, [path])


def set_changed(connection: Connection, ids: Iterable[str]) -> None:
    """Let these be the ids in ``temp.changed_id``."""
    run(connection, _IDS)
    run(connection, "DELETE FROM temp.changed_id")
    rows = [(key,) for key in ids]
    if rows:
        run_many(connection, "INSERT OR IGNORE INTO temp.changed_id VALUES (?)", rows)


def take_changed_rows(connection: Connection, kind: str) -> None:
    """Read what the paths of a kind ask of the rows whose ids are in ``temp.changed_id``, once for all."""
    columns = ASKED_COLUMNS_OF.get(kind)
    if columns is not None:
        table, names = changed_rows(kind), ", ".join(columns)
        run(connection, f"CREATE TEMP TABLE IF NOT EXISTS {table} ({names}, PRIMARY KEY (id)) WITHOUT ROWID")
        run(connection, f"DELETE FROM temp.{table}")  # noqa: S608 - a kind of ours
        run(connection, f"INSERT INTO temp.{table} {_stored(kind)}")


def _stored(kind: str) -> str:
    names = ", ".join(ASKED_COLUMNS_OF[kind])
    return f"SELECT {names} FROM {kind} WHERE id IN (SELECT k FROM temp.changed_id)"  # noqa: S608 - ours


def whole_paths(connection: Connection) -> frozenset[str]:
    """The paths that are dirty as a whole."""
    query = "SELECT key FROM dirty_scope WHERE path = ?"
    return frozenset(firsts(connection, query, (WHOLE,)))


def _count(connection: Connection, path: str) -> int:
    query = "SELECT COUNT(*) FROM (SELECT 1 FROM dirty_scope WHERE path = ? LIMIT ?)"
    return int(run(connection, query, (path, MOST_KEYS + 1)).fetchone()[0])
