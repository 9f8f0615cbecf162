"""What the tables of the mirror share: one metadata, provenance columns, column shorthands.

Times are integers, milliseconds since 1970 UTC; money is integer cents; sequences are JSON text.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Table, Text

MIRROR_METADATA = MetaData()


def key(name: str = "id") -> Column[str]:
    """A text column of the primary key."""
    return Column(name, Text, primary_key=True)


def words(name: str, *, optional: bool = False) -> Column[str]:
    """A text column."""
    return Column(name, Text, nullable=optional)


def number(name: str, *, optional: bool = False) -> Column[int]:
    """An integer column: quantities, cents, milliseconds, flags."""
    return Column(name, Integer, nullable=optional)


def ordinal() -> Column[int]:
    """The place of a child row inside its parent, as the second part of the primary key."""
    return Column("ordinal", Integer, primary_key=True, autoincrement=False)


def provenance() -> tuple[Column[str] | Column[int], ...]:
    """Who said it, which version, when, and the digest of what decisions rest on."""
    return (
        words("source"),
        words("version"),
        number("stamp"),
        words("fields_sha256"),
        number("observed_at"),
        number("deleted_at", optional=True),
    )


def fact_table(name: str, *columns: Column[str] | Column[int]) -> Table:
    """A table of one entity kind: ``id``, its fields, its provenance; no hidden row number."""
    return Table(name, MIRROR_METADATA, key(), *columns, *provenance(), sqlite_with_rowid=False)
