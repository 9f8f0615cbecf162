"""Keeping a database file: encrypting one that is plain, hourly copies of it, setting a damaged one aside."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2

from app.store.copying import copy_database
from app.store.engine import key_pragma, known_errors, read_only_engine
from domain.errors import CorruptError, TowerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

#: Two days of hourly copies.
COPIES_KEPT = 48
_STAMP = "%Y%m%dT%H%M%S"
_PLAIN = b"SQLite format 3\0"


def is_plain(file: Path) -> bool:
    """Whether a database file is there and not encrypted."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_PLAIN)) == _PLAIN
    except OSError:
        return False


def encrypt_database(file: Path, key: bytes) -> None:
    """Encrypt a plain database in place, in one step; nobody else may have it open.

    Raises:
        CorruptError: it is damaged.
        UnavailableError: there is no room for the copy, or somebody has it open.
    """
    fresh = file.with_suffix(f"{file.suffix}.new")
    fresh.unlink(missing_ok=True)
    with known_errors(file), closing(dbapi2.connect(str(file))) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.execute("PRAGMA journal_mode=DELETE")
        plain.execute("ATTACH DATABASE ? AS encrypted KEY ?", (str(fresh), f"x'{key.hex()}'"))
        plain.execute("SELECT sqlcipher_export('encrypted')")
        plain.execute("DETACH DATABASE encrypted")
    fresh.replace(file)


def back_up(file: Path, folder: Path, now: datetime, key: bytes = b"") -> Path:
    """Copy a database to ``folder`` as it is at this instant, and drop the oldest copies beyond two days'.

    Raises:
        CorruptError: it is damaged; no copy is kept and none dropped.
        UnavailableError: there is no room.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{file.stem}-{now.astimezone(UTC):{_STAMP}}.db"
    fresh = copy.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    copy_database(file, fresh, key)
    require_sound(fresh, key)
    fresh.replace(copy)
    for old in copies_of(file, folder)[COPIES_KEPT:]:
        old.unlink()
    return copy


def copies_of(file: Path, folder: Path) -> list[Path]:
    """The copies of a database, the newest first."""
    return sorted(folder.glob(f"{file.stem}-*.db"), reverse=True)


def copied_at(copy: Path) -> datetime | None:
    """When a copy was made, by its name; ``None`` for a file of another name."""
    try:
        return datetime.strptime(copy.stem.rpartition("-")[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def require_sound(file: Path, key: bytes = b"") -> None:
    """Refuse a database that is damaged.

    Raises:
        CorruptError: a page is broken, or it is no database under that key.
    """
    with known_errors(file), closing(dbapi2.connect(str(file))) as opened:
        if key:
            opened.execute(key_pragma(key))
        found = [row[0] for row in opened.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise CorruptError(what=f"The copy {file} is damaged.", remedy="Use an older one.")


def newest_sound(
    file: Path, folder: Path, key: bytes, problems: Callable[[Engine], tuple[str, ...]]
) -> Path | None:
    """The newest copy whose pages are whole and in which ``problems`` finds nothing; ``None`` without one."""
    for copy in copies_of(file, folder):
        try:
            require_sound(copy, key)
            engine = read_only_engine(copy, key)
            try:
                with known_errors(copy):
                    found = problems(engine)
            finally:
                engine.dispose()
        except TowerError:
            continue
        if not found:
            return copy
    return None


def set_aside(file: Path, now: datetime) -> Path:
    """Move a database with what belongs to it out of the way; nothing is deleted."""
    aside = file.with_name(f"{file.name}.damaged-{now.astimezone(UTC):{_STAMP}}")
    for suffix in ("-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    if file.exists():
        file.rename(aside)
    return aside
