"""Writing many rows in one statement: what PostgreSQL is sent row by row costs more than storing it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text, insert

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The more particular type comes first: a large integer is an integer to SQLAlchemy, too.
_ARRAYS = ((BigInteger, "int8[]"), (Integer, "int4[]"), (LargeBinary, "bytea[]"), (Text, "text[]"))


def add_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows that have a value for every column of a table of the hub."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        columns = tuple([row[name] for row in rows] for name in table.columns.keys())  # noqa: SIM118 - names
        connection.exec_driver_sql(_unnested(table), columns)
    else:
        connection.execute(insert(table), list(rows))


@cache
def _unnested(table: Table) -> str:
    """The statement that takes one array a column; in binary, as envelopes written in hex cost four times."""
    names = ", ".join(table.columns.keys())
    arrays = ", ".join(f"%b::{_array(column)}" for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - the schema's names


def _array(column: Column[Any]) -> str:
    return next(name for kind, name in _ARRAYS if isinstance(column.type, kind))
