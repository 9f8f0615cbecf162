"""One program per profile or feed: a lock file held by the operating system for as long as we live."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from domain.errors import RefusedError


class InstanceLock:
    """Holds the lock of a folder; released when the process ends, however it ends."""

    def __init__(
        self,
        folder: Path,
        *,
        program: str = "Control Tower",
        thing: str = "profile",
        remedy: str = "Use that window, or close it first.",
    ) -> None:
        """Take the lock; ``program``, ``thing`` and ``remedy`` are for the message.

        Raises:
            RefusedError: another program has this folder open.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (folder / "tower.lock").open("a+", encoding="utf-8")
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise RefusedError(
                what=f"Another {program} already has the {thing} in {folder} open.", remedy=remedy
            ) from error

    def close(self) -> None:
        """Give the lock back."""
        self._file.close()


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - does not exist on Windows

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
