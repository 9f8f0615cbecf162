"""Where a stream stands: one position a driver, opaque to everybody else."""

from __future__ import annotations

import msgspec

from domain.errors import BadInputError

MICRO = 1_000_000
#: Rows become visible when their transaction commits, stamped with when it began (9.7 s late was seen).
OVERLAP_MICROS = 60 * MICRO
#: An idle stream does not re-read its last minute for ever: after this long nothing can be late any more.
SETTLED_MICROS = 600 * MICRO


class Cursor(msgspec.Struct, frozen=True):
    """Positions are (microseconds, row id): everything up to there has been given.

    ``began`` is when this pull began, ``newest`` the stamp of the newest row seen, in microseconds;
    ``driver`` is the one being read; ``skip`` counts records of the next rows that were given already;
    ``open`` is true while a pull goes on; ``first`` while the stream is read from its beginning.
    ``only`` are, by driver, the ids of the rows to read, where a pull reads no others; ``split`` says that
    what belongs together took more than a page, between which it may have changed.
    ``asked`` is the round of questions before this pull, ``rests_on`` the fingerprint of the small tables it
    was read with, ``spoiled`` says that it met a record it could not read, ``seen`` is the fingerprint of the
    recent rows that were given (empty: read them again).
    """

    positions: tuple[tuple[int, int], ...]
    began: int
    newest: int = 0
    driver: int = 0
    skip: int = 0
    open: bool = False
    first: bool = False
    asked: int = 0
    rests_on: str = ""
    spoiled: bool = False
    seen: str = ""
    only: tuple[tuple[int, ...], ...] | None = None
    split: bool = False

    @property
    def since(self) -> int:
        """Where the next pull starts: back by the overlap, to catch rows that were committed late."""
        return max(0, self.newest - OVERLAP_MICROS, self.began - SETTLED_MICROS)


def start(drivers: int, now: int) -> Cursor:
    """The beginning: all rows of the first driver, and what moves meanwhile in the others."""
    recent = max(0, now - OVERLAP_MICROS)
    return Cursor(positions=((0, 0), *(((recent, 0),) * (drivers - 1))), began=now, open=True, first=True)


def next_pull(
    cursor: Cursor,
    now: int,
    *,
    asked: int,
    rests_on: str,
    only: tuple[tuple[int, ...], ...] | None = None,
) -> Cursor:
    """The start of another pull, after a round of questions."""
    # One point for all drivers: a record re-read by one of them would otherwise look older than it was.
    places = ((cursor.since, 0),) * len(cursor.positions)
    return Cursor(
        positions=places,
        began=now,
        newest=cursor.newest,
        open=True,
        asked=asked,
        rests_on=rests_on,
        only=only,
    )


def encode(cursor: Cursor) -> str:
    """The cursor as text."""
    return msgspec.json.encode(cursor).decode()


def decode(text: str, drivers: int) -> Cursor:
    """The cursor in a text.

    Raises:
        BadInputError: it is none of this stream.
    """
    try:
        cursor = msgspec.json.decode(text, type=Cursor)
    except msgspec.MsgspecError as error:
        raise _foreign(text) from error
    asks_others = cursor.only is not None and len(cursor.only) != drivers
    if len(cursor.positions) != drivers or asks_others or not 0 <= cursor.driver < drivers or cursor.skip < 0:
        raise _foreign(text)
    return cursor


def _foreign(text: str) -> BadInputError:
    return BadInputError(
        what=f"{text[:80]!r} is no cursor of this Tryton stream.",
        remedy="Forget the cursor: the stream is then read again from its beginning.",
    )
