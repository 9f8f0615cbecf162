"""Opening the hub's database: a SQLite file, or PostgreSQL by its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, insert, inspect, select

from app.hub.hub_schema import HUB_METADATA, LOG_HEAD
from app.store.server_engine import known_server_errors, server_engine
from domain.errors import BadInputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_SERVER = "hub"


def open_hub_database(url: str) -> Engine:
    """The engine for ``sqlite:///path`` or ``postgresql://…``; tables are made where they are missing.

    Raises:
        BadInputError: the URL is none of these, or the database is of a program before the hash tree.
        UnavailableError: the database cannot be reached.
    """
    engine = server_engine(url, server=_SERVER)
    with known_hub_errors(engine), engine.begin() as connection:
        HUB_METADATA.create_all(connection)
        present = {column["name"] for column in inspect(connection).get_columns(LOG_HEAD.name)}
        if not present >= set(LOG_HEAD.columns.keys()):
            raise BadInputError(
                what="The hub's database was made before its log had a hash tree.",
                remedy="Keep the old one as a record, and start the hub with an empty database.",
            )
        if connection.execute(select(LOG_HEAD.c.size)).one_or_none() is None:
            connection.execute(insert(LOG_HEAD).values(id=1, size=0, origin="", policy_sha256=""))
    return engine


def known_hub_errors(engine: Engine) -> AbstractContextManager[None]:
    """Turn what the driver raises into an error a person can act on.

    Raises:
        UnavailableError: the database cannot be reached or is full or held.
    """
    return known_server_errors(engine, server=_SERVER)
