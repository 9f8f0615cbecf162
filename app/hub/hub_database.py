"""Opening the hub's database: a SQLite file, or PostgreSQL by its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, insert, inspect, select

from app.hub.hub_schema import HUB_METADATA, LOG_HEAD
from app.store.engine import require_intact
from app.store.server_engine import known_server_errors, server_engine
from domain.errors import BadInputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_SERVER = "hub"


def open_hub_database(url: str) -> Engine:
    """The engine for ``sqlite:///path`` or ``postgresql://…``; tables are made where they are missing.

    Raises:
        BadInputError: the URL is none of these, or the database is of an earlier program.
        CorruptError: pages of the file are damaged.
        UnavailableError: the database cannot be reached.
    """
    engine = server_engine(url, server=_SERVER)
    with known_hub_errors(engine):
        if engine.dialect.name == "sqlite" and engine.url.database:
            require_intact(engine, engine.url.database)
    with known_hub_errors(engine), engine.begin() as connection:
        HUB_METADATA.create_all(connection)
        _require_current(connection)
        if connection.execute(select(LOG_HEAD.c.size)).one_or_none() is None:
            connection.execute(insert(LOG_HEAD).values(id=1, size=0, origin="", policy_sha256=""))
    return engine


def _require_current(connection: Connection) -> None:
    """Refuse tables of an earlier program: their columns or keys are others."""
    found = inspect(connection)
    for table in HUB_METADATA.sorted_tables:
        columns = {column["name"] for column in found.get_columns(table.name)}
        key = set(found.get_pk_constraint(table.name)["constrained_columns"])
        if not columns >= set(table.columns.keys()) or key != {column.name for column in table.primary_key}:
            raise BadInputError(
                what="The hub's database was made by an earlier program.",
                remedy="Keep the old one as a record, and start the hub with an empty database.",
            )


def known_hub_errors(engine: Engine) -> AbstractContextManager[None]:
    """Turn what the driver raises into an error a person can act on.

    Raises:
        UnavailableError: the database cannot be reached or is full or held.
    """
    return known_server_errors(engine, server=_SERVER)
