"""Looking after a profile's files while it runs: hourly copies of the ledger, and room on the disk."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.bootstrap import LEDGER_FILE
from app.databases import COPIES_FOLDER
from app.store.engine import DiskFullError
from app.store.keeping import back_up, copied_at, copies_of
from domain.errors import TowerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from app.profile import Profile

COPY_EVERY = timedelta(hours=1)
RESERVE_FILE = "reserve"
RESERVE_BYTES = 16 * 1024 * 1024
#: With less room nothing more is read from the sources; what people sign still has the reserve.
SCARCE_BYTES = 50 * 1024 * 1024

_log = logging.getLogger(__name__)


class Room(StrEnum):
    """How much room there is: for all, for what people sign only, or for nothing."""

    AMPLE = "ample"
    SCARCE = "scarce"
    NONE = "none"


_ORDER = (Room.AMPLE, Room.SCARCE, Room.NONE)


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder."""
    return shutil.disk_usage(folder).free


class Upkeep:
    """Copies and the reserve of one profile."""

    def __init__(
        self, *, profile: Profile, now: Callable[[], datetime], free: Callable[[Path], int] = free_bytes
    ) -> None:
        """Nothing is done before :meth:`look`."""
        self._profile = profile
        self._now = now
        self._free = free
        self._room = Room.AMPLE

    @property
    def room(self) -> Room:
        """How much room there was at the last look."""
        return self._room

    def look(self) -> None:
        """Copy the ledger when the last copy is an hour old; fill the reserve, or give it up."""
        self._look_at_room()
        if self._room is not Room.AMPLE or not self._is_due():
            return
        folder = self._profile.folder
        try:
            back_up(folder / LEDGER_FILE, folder / COPIES_FOLDER, self._now(), self._profile.storage_key)
        except TowerError as error:
            _log.warning("The ledger could not be copied: %s", error)

    def require_room_to_read(self) -> None:
        """Refuse to read more from the sources where room is scarce: what people sign goes before.

        Raises:
            DiskFullError: there are less than 50 MB.
        """
        self._require(Room.AMPLE, "nothing more is read from the sources")

    def require_room_to_sign(self) -> None:
        """Refuse to sign where even the reserve is used up.

        Raises:
            DiskFullError: there is no room at all.
        """
        self._require(Room.SCARCE, "the tower only reads now")

    def _require(self, least: Room, otherwise: str) -> None:
        self._look_at_room()
        if _ORDER.index(self._room) > _ORDER.index(least):
            raise DiskFullError(
                what=f"The disk of {self._profile.folder} is full: {otherwise}.",
                remedy="Free some space; it goes on by itself.",
            )

    def _is_due(self) -> bool:
        folder = self._profile.folder
        newest = next(iter(copies_of(folder / LEDGER_FILE, folder / COPIES_FOLDER)), None)
        at = None if newest is None else copied_at(newest)
        return at is None or self._now() - at >= COPY_EVERY

    def _look_at_room(self) -> None:
        reserve, free = self._profile.folder / RESERVE_FILE, self._free(self._profile.folder)
        held = reserve.exists()
        if held and free < RESERVE_BYTES:
            reserve.unlink()
            _log.warning("The disk is full: the reserve of 16 MB is given up, so that signing goes on.")
            self._room = Room.SCARCE
        elif not held and free < RESERVE_BYTES:
            self._room = Room.NONE
        elif free < SCARCE_BYTES:
            self._room = Room.SCARCE
        else:
            self._room = Room.AMPLE
            if not held:
                self._fill(reserve)

    def _fill(self, reserve: Path) -> None:
        try:
            with reserve.open("wb") as out:
                # Written out: a file with a hole in it would reserve nothing.
                for _ in range(RESERVE_BYTES // (1 << 20)):
                    out.write(b"\x55" * (1 << 20))
        except OSError as error:
            reserve.unlink(missing_ok=True)
            _log.warning("No reserve could be laid aside: %s", error)
