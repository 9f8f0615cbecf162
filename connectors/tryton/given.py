"""What a stream has given of its last minute: a poll that finds more reads that alone, not the minute again.

A closed cursor carries the fingerprint of the recent rows it stands for; the rows themselves are remembered
here, in this process. The whole minute is read by those who do not know them (a desk started anew), who miss
one of them (it was deleted), or who find one older than those given (it was committed late: a record made of
it would seem older than what is known).
"""

from __future__ import annotations

import hashlib
from threading import Lock

import msgspec

from connectors.tryton.cursor import Cursor
from connectors.tryton.recent import Round, Seen
from connectors.tryton.streams import STREAMS, StreamReader

#: So many cursors are remembered: the last ones of each stream, for a store that did not get that far.
_KEPT = 4 * len(STREAMS)


class Given:
    """The recent rows that cursors stand for; safe to use from several threads."""

    def __init__(self) -> None:
        """Start with nothing given."""
        self._rows: dict[str, frozenset[Seen]] = {}
        self._lock = Lock()

    def sealed(self, done: Cursor, stream: StreamReader, asked: Round | None) -> Cursor:
        """A closed cursor that knows which rows were given: those there were before the pull began."""
        rows = None if asked is None or done.spoiled else asked.rows_of(stream, done.since)
        if rows is None:
            return msgspec.structs.replace(done, seen="", split=False)
        # What another stream finds in the same tables tells as well how far the server's time has come.
        newest = max((done.newest, *(at for _, _, at in rows)))
        closed = msgspec.structs.replace(done, newest=newest, split=False)
        rows = frozenset(row for row in rows if row[2] >= closed.since)
        closed = msgspec.structs.replace(closed, seen=_fingerprint(rows))
        # Read in parts between which something may have changed, the same rows are read again with the next.
        if not done.split:
            self._remember(closed.seen, rows)
        return closed

    def is_all(self, cursor: Cursor, stream: StreamReader, asked: Round) -> bool:
        """Whether a stream has given all that changed lately."""
        rows = asked.rows_of(stream, cursor.since)
        return rows is not None and _fingerprint(rows) == cursor.seen

    def news(self, cursor: Cursor, stream: StreamReader, asked: Round) -> tuple[tuple[int, ...], ...] | None:
        """The ids of the rows not given yet, by driver; None when the last minute has to be read."""
        rows, held = asked.rows_of(stream, cursor.since), self._rows.get(cursor.seen)
        if rows is None or held is None:
            return None
        there = {(model, each) for model, each, _ in rows}
        new = rows - held
        gone = any((model, each) not in there for model, each, at in held if at >= cursor.since)
        if gone or any(at < cursor.newest for _, _, at in new):
            return None
        return tuple(
            tuple(sorted(each for model, each, _ in new if model == driver.model))
            for driver in stream.drivers
        )

    def _remember(self, seen: str, rows: frozenset[Seen]) -> None:
        with self._lock:
            self._rows.pop(seen, None)
            self._rows[seen] = rows
            if len(self._rows) > _KEPT:
                del self._rows[next(iter(self._rows))]


def _fingerprint(rows: frozenset[Seen]) -> str:
    return hashlib.sha256(msgspec.json.encode(sorted(rows))).hexdigest()
