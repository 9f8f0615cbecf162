"""A copy of a database that others write to meanwhile, for what is only tried."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from app.store.engine import BUSY_TIMEOUT_MS, key_pragma, known_errors, require_safe_sqlite

if TYPE_CHECKING:
    from pathlib import Path


def copy_database(source: Path, target: Path, key: bytes = b"") -> None:
    """Copy a database as it is at one instant; its writer goes on undisturbed.

    An encrypted one is copied with the ``key`` it has.

    Raises:
        CorruptError: the source is damaged.
        UnavailableError: the source cannot be read or the target not be written.
    """
    require_safe_sqlite(dbapi2.sqlite_version_info)
    with known_errors(source):
        wait = BUSY_TIMEOUT_MS / 1_000
        opened = dbapi2.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=wait)
        with closing(opened) as reader, closing(dbapi2.connect(str(target))) as writer:
            for side in (reader, writer) if key else ():
                side.execute(key_pragma(key))
            reader.backup(writer)
