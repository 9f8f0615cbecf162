"""The commands of a connector service in a database: one log for all instances behind one name.

On PostgreSQL a key is held by an advisory lock of a connection, so an instance that dies lets go of it
at once; on SQLite, where there is one instance, by the process.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, Text, insert, select, update

from app.store.advisory_lock import advisory_lock
from app.store.instants import to_ms
from app.store.server_engine import known_server_errors, server_engine
from connectors.service.command_gate import HeldKeys, KeptCommand
from domain.commands import CommandResult, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

SERVER = "connector service"
_METADATA = MetaData()
_COMMAND = Table(
    "service_command",
    _METADATA,
    Column("connector", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("result", Text),
    Column("message", Text),
    Column("upstream_version", Text),
)


class SqlCommandLog:
    """Keeps every command with who sent it, when, and what was answered."""

    def __init__(self, url: str) -> None:
        """Open the database at ``url``; its table is made if it is missing.

        Raises:
            BadInputError: the URL is none that can be used.
            UnavailableError: the database cannot be reached.
        """
        self._engine: Engine = server_engine(url, server=SERVER)
        self._here = HeldKeys()
        with self._known(), self._engine.begin() as connection:
            _METADATA.create_all(connection)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def exclusively(self, connector: str, key: str) -> AbstractContextManager[bool]:
        """Hold a key for the length of a block; false when another thread or instance holds it.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        hold = self._in_database if self._engine.name == "postgresql" else self._here.hold
        return hold(connector, key)

    def find(self, connector: str, key: str) -> KeptCommand | None:
        """What is known of a key.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        query = select(_COMMAND).where(_COMMAND.c.connector == connector, _COMMAND.c.key == key)
        with self._known(), self._engine.connect().execution_options(tower_read=True) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        receipt = None
        if row["result"] is not None:
            receipt = Receipt(
                key=key,
                result=CommandResult(row["result"]),
                message=row["message"],
                upstream_version=row["upstream_version"],
            )
        return KeptCommand(digest=row["digest"], receipt=receipt)

    def begin(self, connector: str, key: str, *, digest: str, caller: str, at: datetime) -> None:
        """Keep that a command is about to be sent.

        Raises:
            UnavailableError: the database cannot be reached; nothing may be sent then.
        """
        row = {"connector": connector, "key": key, "digest": digest, "caller": caller, "begun_at": to_ms(at)}
        with self._known(), self._engine.begin() as connection:
            connection.execute(insert(_COMMAND), row)

    def finish(self, connector: str, key: str, receipt: Receipt, *, at: datetime) -> None:
        """Keep the final answer.

        Raises:
            UnavailableError: the database cannot be reached; the command is looked for when it comes again.
        """
        with self._known(), self._engine.begin() as connection:
            connection.execute(
                update(_COMMAND)
                .where(_COMMAND.c.connector == connector, _COMMAND.c.key == key)
                .values(
                    finished_at=to_ms(at),
                    result=receipt.result.value,
                    message=receipt.message,
                    upstream_version=receipt.upstream_version,
                )
            )

    @contextmanager
    def _in_database(self, connector: str, key: str) -> Iterator[bool]:
        with advisory_lock(self._engine, f"{connector}\n{key}", server=SERVER) as holder:
            yield holder is not None

    def _known(self) -> AbstractContextManager[None]:
        return known_server_errors(self._engine, server=SERVER)
