"""A lock of PostgreSQL that lives as long as its connection: whoever dies lets go of it at once."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.store.server_engine import known_server_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What PostgreSQL says when a lock did not come free in time.
_LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def advisory_lock(
    engine: Engine, name: str, *, server: str, wait_seconds: int = 0
) -> Iterator[Connection | None]:
    """The connection that holds the lock ``name`` for the length of a block; ``None`` when another holds it.

    Raises:
        UnavailableError: the database cannot be reached.
    """
    number = {"n": int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)}
    with known_server_errors(engine, server=server):
        holder = engine.connect()
    with holder:
        with known_server_errors(engine, server=server):
            mine = _taken(holder, number, wait_seconds)
        try:
            yield holder if mine else None
        finally:
            try:
                if mine:
                    holder.rollback()
                    holder.execute(text("SELECT pg_advisory_unlock(:n)"), number)
                    holder.commit()
            except DBAPIError:
                # The lock ends with its connection; what was done under it must not look undone.
                holder.invalidate()


def _taken(holder: Connection, number: dict[str, int], wait_seconds: int) -> bool:
    if not wait_seconds:
        with holder.begin():
            return bool(holder.execute(text("SELECT pg_try_advisory_lock(:n)"), number).scalar_one())
    try:
        with holder.begin():
            limit = {"limit": f"{wait_seconds}s"}
            holder.execute(text("SELECT set_config('lock_timeout', :limit, true)"), limit)
            holder.execute(text("SELECT pg_advisory_lock(:n)"), number)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True
