"""The customer's database: one SELECT at a time, in a transaction that cannot write, within a time.

The one file of the connectors that speaks SQL; docs/adr/0015 says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from connectors.row_records import Row
from domain.errors import BadInputError, RefusedError, UnavailableError

#: Words in a driver's answer that mean that the credentials, not the network, are the trouble.
_REFUSALS = ("password", "authentication", "permission denied", "access denied", "not authorized")
_STEPS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The place to read on from: at or after ``stamp``, or behind (``stamp``, ``key``)."""

    stamp: object = None
    key: tuple[object, ...] = ()


class Database:
    """A read-only view of a database."""

    def __init__(self, url: str, *, password: str, statement_seconds: int) -> None:
        """Prepare; nothing is opened yet.

        Raises:
            BadInputError: the URL is none, or names a database whose driver is not there.
        """
        try:
            address = make_url(url)
            self._dialect = address.get_backend_name()
            if self._dialect == "sqlite":
                address = _only_read(address)
            elif password:
                address = address.set(password=password)
            self._engine = sa.create_engine(
                address,
                pool_size=1,
                max_overflow=0,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 5} if self._dialect == "postgresql" else {},
            )
        except (sa.exc.ArgumentError, ModuleNotFoundError, sa.exc.NoSuchModuleError) as error:
            raise BadInputError(
                what=f"The database of this source cannot be addressed: {type(error).__name__}.",
                remedy="Write url as postgresql+psycopg://user@host/database or sqlite:///file; "
                "the password belongs to the secret.",
            ) from error
        self._seconds = statement_seconds

    def rows(self, select: str, *, stamp: str, key: Sequence[str], behind: Behind, limit: int) -> list[Row]:
        """At most ``limit`` rows of a SELECT behind a place, by stamp, if not empty, and key.

        Raises:
            UnavailableError: the database does not answer, or not in time.
            RefusedError: it does not let us in, or does not take the SELECT.
        """
        # A colon would begin a parameter; the SELECT of a profile has none.
        plain = select.strip().rstrip(";").replace(":", "\\:")
        view = sa.text(plain).columns(*(sa.column(name) for name in (stamp, *key) if name))
        source = view.subquery("v")
        order = [source.c[name] for name in (stamp, *key) if name]
        query = sa.select(sa.text("v.*")).select_from(source).order_by(*order).limit(limit)
        where = _where(order, bool(stamp), behind)
        if where is not None:
            query = query.where(where)
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def ping(self) -> None:
        """Make sure that the database answers.

        Raises:
            TowerError: it does not.
        """
        with self._reading() as connection:
            connection.execute(sa.text("SELECT 1")).all()

    def close(self) -> None:
        """Let go of the connection."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """A transaction that cannot write and is rolled back at its end."""
        try:
            with self._engine.connect() as connection:
                self._guard(connection)
                try:
                    yield connection
                finally:
                    connection.rollback()
        except (sa.exc.InterfaceError, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
            words = _words_of(error)
            if any(each in words.lower() for each in _REFUSALS):
                raise _refused(words) from error
            raise UnavailableError(
                what=f"The database does not answer ({words}).",
                remedy="Check that it runs and how long the SELECT takes; it is tried again by itself.",
            ) from error
        except sa.exc.SQLAlchemyError as error:
            raise _refused(_words_of(error)) from error

    def _guard(self, connection: sa.Connection) -> None:
        """Forbid writing, and bound the time of a statement, as far as the database offers it."""
        if self._dialect == "postgresql":
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            bound = sa.func.set_config("statement_timeout", str(self._seconds * 1000), True)
            connection.execute(sa.select(bound))
        elif self._dialect == "sqlite":
            connection.execute(sa.text("PRAGMA query_only = ON"))
            _bound_sqlite(connection, self._seconds)
        else:
            raise RefusedError(
                what=f"How to read {self._dialect} without a chance to write is not known here.",
                remedy="Export the view to files, or ask for this database to be added.",
            )


def _only_read(address: sa.URL) -> sa.URL:
    """The address of a SQLite file that is opened for reading and never made."""
    file = f"file:{quote(address.database or '')}"
    return address.set(database=file, query={"mode": "ro", "uri": "true"})


def _bound_sqlite(connection: sa.Connection, seconds: int) -> None:
    """End a SELECT that works longer than about ``seconds``: SQLite counts steps, not time."""
    left = [seconds * 200]

    def tick() -> int:
        left[0] -= 1
        return int(left[0] < 0)

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(tick, _STEPS)


def _where(
    order: Sequence[sa.ColumnElement[Any]], has_stamp: bool, behind: Behind
) -> sa.ColumnElement[bool] | None:
    """The rows at or after a stamp, or behind a whole place; written out, as few databases compare rows."""
    if not behind.key:
        return order[0] >= behind.stamp if has_stamp and behind.stamp is not None else None
    values = (behind.stamp, *behind.key) if has_stamp else behind.key
    parts = [
        sa.and_(*(c == v for c, v in zip(order[:place], values, strict=False)), order[place] > value)
        for place, value in enumerate(values)
    ]
    return sa.or_(*parts)


def _words_of(error: Exception) -> str:
    """What the driver says, in one line and without the statement."""
    origin = getattr(error, "orig", None) or error
    return " ".join(str(origin).split())[:300].rstrip(".")


def _refused(words: str) -> RefusedError:
    return RefusedError(
        what=f"The database refused ({words}).",
        remedy="Check user, password and rights, and the SELECT in the profile.",
    )
