"""Opening a database file: driver, pragmas, integrity, version; every failure is one clear sentence.

The driver is sqlcipher3: with a key it encrypts every page, without one the file is an ordinary SQLite file.
Its SQLite is new enough: older ones can corrupt a database in write-ahead mode. Transactions of a writer
begin IMMEDIATE, so that two writers wait for each other instead of failing half-way; an engine with the
execution option ``tower_read`` begins plainly.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from app.store.migrate import bring_up_to_date
from domain.errors import CorruptError, RefusedError, TowerError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Role = Literal["mirror", "ledger"]
#: For rooms that hold an engine and speak no SQL.
DatabaseEngine: TypeAlias = Engine

OLDEST_SAFE_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000

_WRITER_PRAGMAS = (
    "PRAGMA busy_timeout={busy}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous={synchronous}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
)
_READER_PRAGMAS = (
    "PRAGMA busy_timeout={busy}",
    "PRAGMA query_only=1",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
)
#: A first sync writes a mirror's pages again and again; copied into the file every 32 MiB instead of every
#: four, each goes there fewer times, and fewer transactions wait for the disk.
_MIRROR_PRAGMAS = ("PRAGMA wal_autocheckpoint=8000",)
_MACOS_PRAGMAS = ("PRAGMA fullfsync=1", "PRAGMA checkpoint_fullfsync=1")

# Bound values of types the driver does not expect are offered to adapters, at the cost of ten others each.
# Most rows hold a NULL or two; as an adapter of its own it goes in as it is.
dbapi2.register_adapter(type(None), {None: None}.__getitem__)

#: Prepared statements that a connection keeps: a detection runs some six hundred different ones.
STATEMENTS_KEPT = 2_000


class DiskFullError(UnavailableError):
    """There is no room to write: reading goes on, writing waits for space."""


def require_safe_sqlite(version: tuple[int, ...]) -> None:
    """Refuse an SQLite that can lose a database in write-ahead mode.

    Raises:
        RefusedError: ``version`` is older than the oldest safe one.
    """
    if version < OLDEST_SAFE_SQLITE:
        have, need = (".".join(map(str, v)) for v in (version, OLDEST_SAFE_SQLITE))
        raise RefusedError(
            what=f"The installed SQLite is {have}; versions before {need} can corrupt the database.",
            remedy="Install the locked dependencies again (make setup).",
        )


def open_database(path: Path, *, role: Role, key: bytes = b"") -> Engine:
    """The engine of the one writer of a database; the file is made or migrated as needed.

    The mirror can be rebuilt from its sources and is written with ``synchronous=NORMAL``; the
    ledger cannot and is written with ``FULL``. ``key`` is the 32 bytes it is encrypted with, if any.

    Raises:
        CorruptError: the file is damaged, no database or of another key; it was left untouched.
        RefusedError: the file is of a newer program, or SQLite is too old.
        UnavailableError: the file cannot be opened.
    """
    require_safe_sqlite(dbapi2.sqlite_version_info)
    synchronous = "FULL" if role == "ledger" else "NORMAL"
    pragmas = [p.format(busy=BUSY_TIMEOUT_MS, synchronous=synchronous) for p in _WRITER_PRAGMAS]
    if role == "mirror":
        pragmas += _MIRROR_PRAGMAS
    if sys.platform == "darwin" and role == "ledger":
        pragmas += _MACOS_PRAGMAS
    engine = _engine(path, pragmas, key)
    try:
        with known_errors(path):
            require_intact(engine, path)
            bring_up_to_date(engine, path=path, role=role)
    except TowerError:
        engine.dispose()
        raise
    return engine


def read_only_engine(path: Path, key: bytes = b"") -> Engine:
    """An engine that can only read ``path``, for processes that are not the writer.

    ``key`` is what it is encrypted with, if anything.

    Raises:
        UnavailableError: there is no such file yet.
    """
    require_safe_sqlite(dbapi2.sqlite_version_info)
    if not path.is_file():
        raise UnavailableError(
            what=f"The database {path} does not exist yet.",
            remedy="Start the program once with this profile; it makes the file.",
        )
    engine = _engine(path, [p.format(busy=BUSY_TIMEOUT_MS) for p in _READER_PRAGMAS], key)
    return engine.execution_options(tower_read=True)


def reading(engine: Engine) -> Engine:
    """The same engine for reads that must not wait for a writer."""
    return engine.execution_options(tower_read=True)


@contextmanager
def known_errors(path: Path | str) -> Iterator[None]:
    """Turn what the driver raises about ``path`` into errors a person can act on.

    Raises:
        CorruptError: the file is damaged or no database.
        UnavailableError: locked, full, unwritable or not to be opened.
    """
    try:
        yield
    except DBAPIError as error:
        raise _explain(path, error.orig or error) from error
    except dbapi2.Error as error:
        raise _explain(path, error) from error


def _explain(path: Path | str, error: BaseException) -> TowerError:
    words = str(error)
    if isinstance(error, dbapi2.DatabaseError) and ("malformed" in words or "not a database" in words):
        return CorruptError(
            what=f"The database {path} is damaged or is not a database ({words}).",
            remedy="It was left untouched: move it aside and start again, or restore a backup.",
        )
    if "locked" in words or "busy" in words:
        return UnavailableError(
            what=f"The database {path} is held by another program ({words}).",
            remedy="Close the other program, then try again.",
        )
    if "full" in words:
        return DiskFullError(
            what=f"The disk is full: {path} could not be written.",
            remedy="Free some space; until then what is shown can be read, and nothing new is written.",
        )
    return UnavailableError(
        what=f"The database {path} cannot be used ({words}).",
        remedy="Check that the folder exists, is writable and has free space.",
    )


def key_pragma(key: bytes) -> str:
    """What a connection says first to an encrypted file; the key is raw, so nothing is derived from it."""
    return f"PRAGMA key = \"x'{key.hex()}'\""


def _engine(path: Path, pragmas: list[str], key: bytes) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{path}", module=dbapi2, connect_args={"cached_statements": STATEMENTS_KEPT}
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver is untyped
        connection.isolation_level = None  # transactions are begun below, never by the driver
        if key:
            connection.execute(key_pragma(key))
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        plain = connection.get_execution_options().get("tower_read", False)
        connection.exec_driver_sql("BEGIN" if plain else "BEGIN IMMEDIATE")

    return engine


def require_intact(engine: Engine, path: Path | str) -> None:
    """Refuse a file whose pages are damaged.

    Raises:
        CorruptError: SQLite's own check finds something.
    """
    with reading(engine).connect() as connection:
        answer = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if answer != "ok":
        raise CorruptError(
            what=f"The database {path} is damaged ({answer}).",
            remedy="It was left untouched: move it aside and start again, or restore a backup.",
        )
