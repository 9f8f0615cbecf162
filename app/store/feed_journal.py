"""The feed of a connector in PostgreSQL: one for all instances of the connector service behind one name.

The turn is an advisory lock, and lines are added by the connection that holds it. A holder that lost its
connection can add nothing more, even if it does not know yet: the next place belongs to whoever came after.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
)

from app.store.advisory_lock import advisory_lock
from app.store.command_log import SERVER
from app.store.server_engine import known_server_errors, server_engine
from connectors.feed_journal import News
from domain.errors import BadInputError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

_WAIT_SECONDS = 10
_METADATA = MetaData()
#: ``whole``: the lines of ``body`` are all that held at this place; no line before it is needed.
_FEED = Table(
    "service_feed",
    _METADATA,
    Column("connector", Text, primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("whole", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


class SqlFeedJournal:
    """The lines of one connector's feed."""

    def __init__(self, url: str, connector: str) -> None:
        """Open the database at ``url``; its table is made if it is missing.

        Raises:
            BadInputError: the URL is none of a PostgreSQL.
            UnavailableError: the database cannot be reached.
        """
        self._engine = server_engine(url, server=SERVER)
        if self._engine.name != "postgresql":
            raise BadInputError(
                what="Instances of the connector service share their feed in PostgreSQL only.",
                remedy="Give postgresql://user@host/name as --database-url.",
            )
        self._connector = connector
        self._holder: Connection | None = None
        with self._known(), self._engine.begin() as connection:
            # Two instances that start at once would both make the table.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('service_feed'))"))
            _METADATA.create_all(connection)

    @property
    def name(self) -> str:
        """The database and whose feed it is."""
        return f"{self._engine.url.render_as_string()} (service_feed of {self._connector})"

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @contextmanager
    def turn(self, *, wait: bool) -> Iterator[bool]:
        """Hold the only right to add for the length of a block; false when another instance holds it.

        Within a turn it is held already.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        if self._holder is not None:
            yield True
            return
        seconds = _WAIT_SECONDS if wait else 0
        lock = f"feed\n{self._connector}"
        with advisory_lock(self._engine, lock, server=SERVER, wait_seconds=seconds) as holder:
            self._holder = holder
            try:
                yield holder is not None
            finally:
                self._holder = None

    def read(self, after: int) -> News:
        """The lines behind a place, or all when they were put in order since.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        query = (
            select(_FEED.c.place, _FEED.c.whole, _FEED.c.body)
            .where(_FEED.c.connector == self._connector, _FEED.c.place > after)
            .order_by(_FEED.c.place)
        )
        with self._known(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return News(upto=after)
        lines = [line for row in rows if row.body for line in row.body.split(b"\n")]
        return News(lines=lines, upto=rows[-1].place, anew=rows[0].whole and after > 0)

    def is_empty(self) -> bool:
        """Whether nothing was kept yet.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        query = select(_FEED.c.place).where(_FEED.c.connector == self._connector).limit(1)
        with self._known(), self._engine.connect() as connection:
            return connection.execute(query).first() is None

    def add(self, line: bytes, *, after: int, durable: bool) -> int:
        """Add a line behind the last place.

        Raises:
            UnavailableError: the turn was lost meanwhile, or the database cannot be reached.
        """
        row = {"connector": self._connector, "place": after + 1, "whole": False, "body": line}
        holder = self._turn_holder()
        with self._known(), holder.begin():
            if not durable:
                holder.execute(text("SET LOCAL synchronous_commit = off"))
            holder.execute(insert(_FEED), row)
        return after + 1

    def replace(self, lines: Sequence[bytes], *, after: int) -> int:
        """Put these in the place of all lines up to the last.

        Raises:
            UnavailableError: the turn was lost meanwhile, or the database cannot be reached.
        """
        row = {"connector": self._connector, "place": after + 1, "whole": True, "body": b"\n".join(lines)}
        holder = self._turn_holder()
        with self._known(), holder.begin():
            holder.execute(insert(_FEED), row)
            holder.execute(delete(_FEED).where(_FEED.c.connector == self._connector, _FEED.c.place <= after))
        return after + 1

    def _turn_holder(self) -> Connection:
        if self._holder is None:
            raise UnavailableError(
                what=f"The feed of {self._connector} is kept by another instance at this moment.",
                remedy="Ask again in a moment.",
            )
        return self._holder

    def _known(self) -> AbstractContextManager[None]:
        return known_server_errors(self._engine, server=SERVER)
