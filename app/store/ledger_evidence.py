"""What the ledger can show others: checkpoints of logs, forks found, what approvals rest on."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from app.signing.canonical import sha256_hex
from app.store.engine import reading
from app.store.instants import from_ms, to_ms
from app.store.ledger_schema import BLOB, CHECKPOINT_SEEN, LOG_FORK
from domain.errors import CorruptError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFork:
    """Two signed notes of one log that cannot both be true, and what was found."""

    origin: str
    accepted_note: str
    other_note: str
    why: str
    found_at: datetime


class EvidenceReads:
    """What can be asked of it."""

    def __init__(self, engine: Engine) -> None:
        """Read through ``engine``."""
        self._reader = reading(engine)

    def checkpoint_seen(self, origin: str) -> str | None:
        """The note of the last checkpoint of a log that was accepted."""
        rows = self._rows(select(CHECKPOINT_SEEN.c.note).where(CHECKPOINT_SEEN.c.origin == origin))
        return str(rows[0].note) if rows else None

    def forks(self, origin: str) -> tuple[LogFork, ...]:
        """Every time that a log was found to be rewritten, the oldest first."""
        query = select(LOG_FORK).where(LOG_FORK.c.origin == origin).order_by(LOG_FORK.c.fork_id)
        return tuple(
            LogFork(
                origin=row.origin,
                accepted_note=row.accepted_note,
                other_note=row.other_note,
                why=row.why,
                found_at=from_ms(row.found_at),
            )
            for row in self._rows(query)
        )

    def blob(self, sha256: str) -> bytes | None:
        """What is kept under that digest.

        Raises:
            CorruptError: it is not what its digest says.
        """
        rows = self._rows(select(BLOB.c.deflated).where(BLOB.c.sha256 == sha256))
        if not rows:
            return None
        try:
            data = zlib.decompress(rows[0].deflated)
        except zlib.error:
            data = b""
        if sha256_hex(data) != sha256:
            raise CorruptError(
                what=f"The evidence {sha256[:12]}… in the ledger is damaged.",
                remedy="Restore a backup of the ledger.",
            )
        return data

    def _rows(self, query: Any) -> list[Row[Any]]:  # noqa: ANN401 - any selectable
        with self._reader.connect() as connection:
            return list(connection.execute(query).all())


class EvidenceWrites:
    """What is added to it, inside a transaction of the ledger."""

    def __init__(self, connection: Connection) -> None:
        """Work on ``connection``, whose transaction the ledger commits."""
        self._connection = connection

    def accept_checkpoint(self, origin: str, size: int, note: str, at: datetime) -> None:
        """Let this be the last accepted checkpoint of a log, unless a larger one was accepted meanwhile."""
        there = CHECKPOINT_SEEN.c.origin == origin
        known = self._connection.execute(select(CHECKPOINT_SEEN.c.size).where(there)).scalar_one_or_none()
        values = {"size": size, "note": note, "accepted_at": to_ms(at)}
        if known is None:
            self._connection.execute(insert(CHECKPOINT_SEEN).values(origin=origin, **values))
        elif known <= size:
            self._connection.execute(update(CHECKPOINT_SEEN).where(there).values(**values))

    def keep_fork(self, fork: LogFork) -> None:
        """Keep both notes of a log that was rewritten; the same two are kept once."""
        same = (LOG_FORK.c.accepted_note == fork.accepted_note) & (LOG_FORK.c.other_note == fork.other_note)
        if self._connection.execute(select(LOG_FORK.c.fork_id).where(same)).first() is None:
            self._connection.execute(
                insert(LOG_FORK).values(
                    origin=fork.origin,
                    accepted_note=fork.accepted_note,
                    other_note=fork.other_note,
                    why=fork.why,
                    found_at=to_ms(fork.found_at),
                )
            )

    def keep_blob(self, data: bytes, at: datetime) -> str:
        """Keep bytes under their digest, which is given back; bytes that are there are left alone."""
        sha256 = sha256_hex(data)
        if self._connection.execute(select(BLOB.c.sha256).where(BLOB.c.sha256 == sha256)).first() is None:
            self._connection.execute(
                insert(BLOB).values(sha256=sha256, deflated=zlib.compress(data), kept_at=to_ms(at))
            )
        return sha256
