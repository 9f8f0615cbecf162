"""Statements straight to the driver: for the many small ones of a detection, where the toolkit costs most.

They run on the same connection, in the same transaction. What the driver raises is explained by
``app.store.engine.known_errors`` like everything else.
"""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection


def run(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:  # noqa: ANN401 - the driver is untyped
    """Run one statement; the driver's cursor, with its rows as tuples and its ``rowcount``."""
    return connection.connection.cursor().execute(sql, values)


def rows(
    connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> tuple[tuple[str, ...], Iterator[Any]]:
    """The names of the columns, and every row as a tuple with its columns by name.

    A row costs a fraction of the toolkit's own, whose columns are found out anew for each statement.
    """
    cursor = run(connection, sql, values)
    names = tuple(column[0] for column in cursor.description)
    return names, map(_row_of(names)._make, cursor)


def named(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[Any]:
    """Every row as a tuple with its columns by name."""
    return rows(connection, sql, values)[1]


@lru_cache(maxsize=1_000)
def _row_of(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a type made of these names
    return namedtuple("Row", names, rename=True)  # noqa: PYI024 - its fields are known only now


def run_many(
    connection: Connection, sql: str, rows: Sequence[Sequence[Any]] | Sequence[Mapping[str, Any]]
) -> None:
    """Run one statement for each row."""
    connection.connection.cursor().executemany(sql, rows)


def firsts(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
    """The first column of every row."""
    return [row[0] for row in run(connection, sql, values)]
