"""The database of a server: a SQLite file for one instance, PostgreSQL for several behind one name."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlcipher3 import dbapi2

from app.store.engine import require_safe_sqlite
from domain.errors import BadInputError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: As many as serve requests at once: a connection opened anew for a request costs more than the request.
WORKING_THREADS = 40

_SQLITE_PRAGMAS = (
    "PRAGMA busy_timeout=10000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
)

#: A machine that loses its power says no goodbye: what it holds comes free in half a minute, not two hours.
_NOTICE_DEAD_CLIENTS = (
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"
)


def server_engine(url: str, *, server: str) -> Engine:
    """The engine for ``sqlite:///path`` or ``postgresql://…``; ``server`` names the program in messages.

    Raises:
        BadInputError: the URL is none of these, or the driver is not installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _bad_url(server) from error
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise _bad_url(server)
    return _sqlite(parsed) if backend == "sqlite" else _postgresql(parsed)


@contextmanager
def known_server_errors(engine: Engine, *, server: str) -> Iterator[None]:
    """Turn what the driver raises into an error a person can act on.

    Raises:
        UnavailableError: the database cannot be reached or is full or held.
    """
    try:
        yield
    except DBAPIError as error:
        raise UnavailableError(
            what=f"The {server}'s database {engine.url.render_as_string()} cannot be used ({error.orig}).",
            remedy=f"Check that it runs, that the {server} may use it, and that its disk has space.",
        ) from error


def _sqlite(url: URL) -> Engine:
    require_safe_sqlite(dbapi2.sqlite_version_info)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), module=dbapi2, pool_size=WORKING_THREADS)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver is untyped
        connection.isolation_level = None  # transactions are begun below, never by the driver
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        plain = connection.get_execution_options().get("tower_read", False)
        connection.exec_driver_sql("BEGIN" if plain else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=WORKING_THREADS
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadInputError(
            what="The PostgreSQL driver is not installed.", remedy="Install control-tower[hub]."
        ) from error

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver is untyped
        connection.execute(_NOTICE_DEAD_CLIENTS)
        connection.commit()

    return engine


def _bad_url(server: str) -> BadInputError:
    # The URL is not repeated: it may hold a password.
    return BadInputError(
        what=f"This is no database URL the {server} knows.",
        remedy=f"Use sqlite:////path/to/{server.replace(' ', '-')}.db or postgresql://user@host/name.",
    )
