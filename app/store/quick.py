"""Statements straight to the driver: for the many small ones of a detection, where the toolkit costs most.

They run on the same connection, in the same transaction. What the driver raises is explained by
``app.store.engine.known_errors`` like everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


def run(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:  # noqa: ANN401 - the driver is untyped
    """Run one statement; the driver's cursor, with its rows as tuples and its ``rowcount``."""
    return connection.connection.cursor().execute(sql, values)


def run_many(connection: Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row."""
    connection.connection.cursor().executemany(sql, rows)


def firsts(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
    """The first column of every row."""
    return [row[0] for row in run(connection, sql, values)]
