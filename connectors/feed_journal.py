"""Where the lines of a kept feed stand: in one file, or in a place that several instances share.

Only who has the turn adds lines, so what is taken in is taken in by one instance; the others read on. A turn
ends with the life of its holder, whoever kills it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from domain.errors import UnavailableError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

FILE_NAME = "feed.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Lines that came, oldest first, and the place up to which they reach.

    With ``anew`` they are all there is, and what was told before is void.
    """

    upto: int
    lines: Sequence[bytes] = ()
    anew: bool = False


class FeedJournal(Protocol):
    """The lines of one feed; a place in it is a number that grows, 0 the place before the first line."""

    @property
    def name(self) -> str:
        """Where they stand, as a person would look for it."""
        ...

    def turn(self, *, wait: bool) -> AbstractContextManager[bool]:
        """Hold the only right to add for the length of a block; false when another instance holds it.

        With ``wait`` it is waited for some seconds.

        Raises:
            UnavailableError: the journal cannot be reached.
        """
        ...

    def read(self, after: int) -> News:
        """The lines behind a place.

        Raises:
            UnavailableError: they cannot be read.
        """
        ...

    def add(self, line: bytes, *, after: int, durable: bool) -> int:
        """Add a line behind the last place while holding the turn; its place.

        With ``durable`` it survives a power cut.

        Raises:
            UnavailableError: it was not taken, or nobody can tell; reading tells it then.
        """
        ...

    def replace(self, lines: Sequence[bytes], *, after: int) -> int:
        """Put these in the place of all lines up to the last while holding the turn, whole or not at all.

        Raises:
            UnavailableError: they were not taken; the lines are as they were.
        """
        ...


class FileJournal:
    """Lines in a file of one process."""

    def __init__(self, file: Path) -> None:
        """Keep them in ``file``; nothing is read yet."""
        self._file = file

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self._file)

    @contextmanager
    def turn(self, *, wait: bool) -> Iterator[bool]:
        """Always this process's own."""
        del wait
        yield True

    def read(self, after: int) -> News:
        """All lines at first, none later; a line whose writing was broken off was never answered and goes.

        Raises:
            UnavailableError: the file cannot be read.
        """
        if after:
            return News(upto=after)
        try:
            body = self._file.read_bytes() if self._file.exists() else b""
            *lines, torn = body.split(b"\n")
            whole = len(body) - len(torn)
            if torn:
                os.truncate(self._file, whole)
        except OSError as error:
            raise UnavailableError(
                what=f"What came before cannot be read: {error}.", remedy=f"Check the file {self._file}."
            ) from error
        return News(lines=lines, upto=whole)

    def add(self, line: bytes, *, after: int, durable: bool) -> int:
        """Add a line; of one that the disk took in part nothing is left.

        Raises:
            UnavailableError: the disk did not take it.
        """
        del after
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as out:
                before = out.tell()
                try:
                    out.write(line + b"\n")
                    out.flush()
                except OSError:
                    os.ftruncate(out.fileno(), before)
                    raise
                if durable:
                    os.fsync(out.fileno())
                return out.tell()
        except OSError as error:
            raise self._not_kept(error) from error

    def replace(self, lines: Sequence[bytes], *, after: int) -> int:
        """Write the file anew.

        Raises:
            UnavailableError: the disk did not take it; the file is as it was.
        """
        del after
        fresh = self._file.with_suffix(".new")
        try:
            with fresh.open("wb") as out:
                out.writelines(line + b"\n" for line in lines)
                out.flush()
                os.fsync(out.fileno())
                size = out.tell()
            fresh.replace(self._file)
        except OSError as error:
            raise self._not_kept(error) from error
        return size

    def _not_kept(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            what=f"What came cannot be kept: {error}.", remedy=f"Check the folder {self._file.parent}."
        )


def journal_in(folder: Path) -> FileJournal:
    """The journal of a source that keeps what came in a folder of its own."""
    return FileJournal(folder / FILE_NAME)
