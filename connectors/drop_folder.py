"""The drop folder: files come into ``in/``, ours go to ``out/``, each file ends in ``done/`` or ``bad/``.

Everything is moved by atomic rename within one file system, so that neither side ever sees half a file;
names that begin with a dot or end in ``.part`` or ``.tmp`` are still being written and are left alone.

What goes out is drafted first and handed over by its rename, once: a draft that is gone was handed over,
whoever has died or come to know of it since. A file that was put in the place of one that was read stays.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from domain.errors import BadInputError, UnavailableError

IN, OUT, DONE, BAD = "in", "out", "done", "bad"
_UNFINISHED = (".part", ".tmp")


def draft_of(name: str) -> str:
    """What a file of this name is called until it is whole."""
    return f".{name}.part"


def drafted(name: str) -> str:
    """The name of the file that a draft is to become; empty where it is no draft."""
    whole = name.removeprefix(".").removesuffix(".part")
    return whole if name == draft_of(whole) else ""


def is_finished(name: str) -> bool:
    """Whether a file of this name is whole: one that is being written bears another until it is."""
    return not name.startswith(".") and not name.endswith(_UNFINISHED)


class Mailbox(Protocol):
    """What the connectors need of a drop folder, wherever it is."""

    def check(self) -> None:
        """Make sure that it can be used."""
        ...

    def waiting(self, most: int) -> list[str]:
        """The names of the files that wait, oldest name first."""
        ...

    def read(self, name: str) -> bytes:
        """A waiting file."""
        ...

    def draft(self, name: str, text: str, encoding: str) -> None:
        """Write a file for the partner where it does not see it yet."""
        ...

    def hand_out(self, name: str) -> None:
        """Give a drafted file to the partner; one whose draft is gone was given before."""
        ...

    def drop_drafts(self, but: Collection[str]) -> None:
        """Take away the drafts of files that nobody remembers having owed."""
        ...

    def finish(self, name: str, *, suffix: str = "") -> None:
        """Move a file that was taken in to ``done/``, unless it is another one since it was read."""
        ...

    def refuse(self, name: str, why: str) -> None:
        """Move a file that cannot be taken in to ``bad/``, with the reason; another one since stays."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class DropFolder:
    """One folder shared with a translator, a mailbox client, an export job or the partner itself."""

    def __init__(self, root: Path, *, most_bytes: int) -> None:
        """Use ``root``, which must be there; its four folders are made at the first look."""
        self._root = root
        self._most_bytes = most_bytes
        self._read: dict[str, tuple[int, int, int]] = {}

    @property
    def root(self) -> Path:
        """Where it is."""
        return self._root

    def check(self) -> None:
        """Make sure that it can be used.

        Raises:
            UnavailableError: it is not there, or we may not write there.
        """
        with self._watched("opened"):
            if not self._root.is_dir():
                raise FileNotFoundError(f"{self._root} is no folder")
            for name in (IN, OUT, DONE, BAD):
                (self._root / name).mkdir(exist_ok=True)
            if not os.access(self._root / IN, os.R_OK | os.W_OK):
                raise PermissionError(f"{self._root / IN} cannot be written")

    def waiting(self, most: int) -> list[str]:
        """The names of the files that wait, oldest name first."""
        with self._watched("listed"):
            names = [
                entry.name
                for entry in os.scandir(self._root / IN)
                if entry.is_file(follow_symlinks=False) and is_finished(entry.name)
            ]
        return sorted(names)[:most]

    def read(self, name: str) -> bytes:
        """A waiting file.

        Raises:
            BadInputError: it is larger than any file may be.
            UnavailableError: it cannot be read.
        """
        with self._watched("read"), (self._root / IN / name).open("rb") as file:
            self._read[name] = _identity(os.fstat(file.fileno()))
            body = file.read(self._most_bytes + 1)
        if len(body) > self._most_bytes:
            raise BadInputError(
                what=f"{name} is larger than {self._most_bytes} bytes.",
                remedy="Ask for it in smaller parts.",
            )
        return body

    def draft(self, name: str, text: str, encoding: str) -> None:
        """Write a file for the partner where it does not see it yet; a power cut leaves it there."""
        with self._watched("written"):
            with (self._root / OUT / draft_of(name)).open("wb") as file:
                file.write(text.encode(encoding, "replace"))
                file.flush()
                os.fsync(file.fileno())
            _keep_names(self._root / OUT)

    def hand_out(self, name: str) -> None:
        """Give a drafted file to the partner; one whose draft is gone was given before."""
        with self._watched("written"), suppress(FileNotFoundError):
            (self._root / OUT / draft_of(name)).replace(self._root / OUT / name)

    def drop_drafts(self, but: Collection[str]) -> None:
        """Take away the drafts of files that nobody remembers having owed."""
        with self._watched("written"):
            for path in (self._root / OUT).iterdir():
                if drafted(path.name) not in {"", *but}:
                    path.unlink(missing_ok=True)

    def finish(self, name: str, *, suffix: str = "") -> None:
        """Move a file that was taken in to ``done/``, unless it is another one since it was read."""
        self._move(name, DONE, suffix)

    def refuse(self, name: str, why: str) -> None:
        """Move a file that cannot be taken in to ``bad/``, with the reason; another one since stays."""
        with self._watched("written"):
            (self._root / BAD / f"{name}.reason.txt").write_text(f"{why}\n", encoding="utf-8")
        self._move(name, BAD, "")

    def close(self) -> None:
        """Let go of nothing: files are closed after each use."""

    def _move(self, name: str, folder: str, suffix: str) -> None:
        with self._watched("moved"):
            waiting = self._root / IN / name
            if _identity(waiting.stat()) != self._read.pop(name, None):
                return
            target = self._root / folder / f"{name}{suffix}"
            number = 1
            while target.exists():
                number += 1
                target = self._root / folder / f"{name}{suffix}.{number}"
            waiting.rename(target)

    @contextmanager
    def _watched(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnavailableError(
                what=f"The drop folder {self._root} cannot be {done}: {error}.",
                remedy="Check that folder and its rights.",
            ) from error


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _keep_names(folder: Path) -> None:
    """Have the names in a folder survive a power cut; Windows keeps them by itself and opens no folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
