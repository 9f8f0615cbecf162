"""Writing and naming many rows in one statement of one spelling, however many they are.

What PostgreSQL is sent row by row costs more than storing it, and a statement that is spelled anew for each
number of rows is put together, parsed and prepared again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    insert,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

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


class _Listed(TypeDecorator[Sequence[Any]]):
    """Texts, or lists of texts, as one parameter: JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Any] | None, _dialect: Dialect) -> str:
        """The parameter itself."""
        return msgspec.json.encode(value).decode()


class _Among(FunctionElement[Any]):
    """Whether columns are those of one of the rows of a parameter.

    It is not called a boolean: SQLite would be told to compare it with 1, and use no index then.
    """

    inherit_cache = True


@compiles(_Among, "postgresql")
def _among_elements(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the compiler's
    *columns, wanted = (compiler.process(each, **options) for each in element.clauses)
    if len(columns) == 1:
        return f"{columns[0]} = ANY (ARRAY(SELECT json_array_elements_text(CAST({wanted} AS json))))"
    row = ", ".join(f"row_ ->> {place}" for place in range(len(columns)))
    rows = f"SELECT {row} FROM json_array_elements(CAST({wanted} AS json)) AS row_"  # noqa: S608 - a parameter
    return f"({', '.join(columns)}) IN ({rows})"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the compiler's
    *columns, wanted = (compiler.process(each, **options) for each in element.clauses)
    if len(columns) == 1:
        return f"{columns[0]} IN (SELECT value FROM json_each({wanted}))"  # noqa: S608 - a parameter
    row = ", ".join(f"value ->> {place}" for place in range(len(columns)))
    return f"({', '.join(columns)}) IN (SELECT {row} FROM json_each({wanted}))"  # noqa: S608 - a parameter


def among(name: str, *columns: Column[str]) -> _Among:
    """Whether a column is one of the texts of a parameter, or several are one of its lists of texts."""
    return _Among(*columns, bindparam(name, type_=_Listed()))


@cache
def _unnested(table: Table) -> str:
    """The statement that takes one array a column; in binary, as envelopes written in hex cost four times."""
    names = ", ".join(table.columns.keys())
    arrays = ", ".join(f"%b::{_array(column)}" for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - the schema's names


def _array(column: Column[Any]) -> str:
    return next(name for kind, name in _ARRAYS if isinstance(column.type, kind))
