"""The SQL connector: one SELECT a stream, by keyset of (stamp, key); it takes no commands."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import RLock

import msgspec

from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page
from connectors.row_records import Row, ids_of
from connectors.sql_view.client import Behind, Database
from connectors.sql_view.mapping import row_key, sorted_out
from connectors.sql_view.profiles import ViewProfile, load_profiles, manifest_of
from domain.clock import Clock
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, TowerError
from domain.ids import SourceName

_MOST_ROWS = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Everything up to (``stamp``, ``key``) has been given; ``began`` is when this pull began, in µs.

    Values keep their type by a letter: the database compares a time with a time, a text with a text.
    """

    began: int
    stamp: tuple[str, str] | None = None
    key: tuple[tuple[str, str], ...] = ()
    open: bool = False


class SqlConnector:
    """A database of the customer as a source of the tower."""

    def __init__(self, source: SourceName, database: Database, *, profiles: Path, clock: Clock) -> None:
        """Read the profiles of the folder; nothing is asked yet.

        Raises:
            TowerError: the profiles cannot be used.
        """
        self._source = source
        self._database = database
        self._clock = clock
        self._profiles = load_profiles(profiles)
        self._manifest = manifest_of(self._profiles)
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._lock = RLock()

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this database."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What its SELECTs offer."""
        return self._manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``, at most ``limit`` records."""
        self._manifest.stream(stream)
        profile = self._profiles[stream]
        at = self._at(cursor)
        rows_limit = max(1, min(limit, _MOST_ROWS))
        with self._lock, self._outage.watching():
            rows = self._database.rows(
                profile.select, stamp=profile.stamp, key=profile.key, behind=_behind(at), limit=rows_limit
            )
        return self._page(profile, rows, at, more=len(rows) == rows_limit)

    def ids(self, stream: str) -> frozenset[str] | None:
        """All ids of a stream now."""
        self._manifest.stream(stream)
        profile = self._profiles[stream]
        found: set[str] = set()
        behind = Behind()
        with self._lock, self._outage.watching():
            while True:
                rows = self._database.rows(
                    profile.select, stamp="", key=profile.key, behind=behind, limit=_MOST_ROWS
                )
                for row in rows:
                    found.update(ids_of(row, profile.record, profile.habits))
                if len(rows) < _MOST_ROWS:
                    return frozenset(found)
                behind = Behind(key=tuple(row_key(rows[-1], profile)))

    def submit(self, command: Command) -> Receipt:
        """Nothing is ever written to the customer's database."""
        return Receipt(
            key=command.key, result=CommandResult.REJECTED, message="This database is only read from."
        )

    def probe(self, command: Command) -> Receipt | None:  # noqa: ARG002 - the Protocol's shape
        """No command ever happened."""
        return None

    def health(self) -> ConnectorHealth:
        """Whether the database answers; never raises."""
        try:
            with self._lock, self._outage.watching():
                self._database.ping()
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=str(error))
        return ConnectorHealth(reachable=True, why=f"the database answers, {len(self._profiles)} streams")

    def close(self) -> None:
        """Let go of the connection."""
        self._database.close()

    def _at(self, text: str | None) -> _Cursor:
        now = (self._clock.now() - _EPOCH) // _MICRO
        if text is None:
            return _Cursor(began=now, open=True)
        try:
            found = msgspec.json.decode(text, type=_Cursor)
            _behind(found)
        except (msgspec.MsgspecError, ValueError, ArithmeticError) as error:
            raise BadInputError(
                what=f"{text[:80]!r} is no cursor of this database.",
                remedy="Forget the cursor: the stream is then read again from its beginning.",
            ) from error
        return found if found.open else _Cursor(began=now, stamp=found.stamp, open=True)

    def _page(self, profile: ViewProfile, rows: Sequence[Row], at: _Cursor, *, more: bool) -> Page:
        records, rejected = sorted_out(rows, profile, self._source, since=_EPOCH + at.began * _MICRO)
        following = _after(rows, profile, at) if rows else at
        cursor = following if more else _closed(following, profile)
        return Page(
            records=tuple(records),
            rejected=tuple(rejected),
            deleted=(),
            cursor=msgspec.json.encode(cursor).decode(),
            more=more,
        )


def _after(rows: Sequence[Row], profile: ViewProfile, at: _Cursor) -> _Cursor:
    last = rows[-1]
    stamp = last.get(profile.stamp) if profile.stamp else None
    if profile.stamp and stamp is None:
        raise BadInputError(
            what=f"A row of {profile.stream} has no {profile.stamp}.",
            remedy="Name a stamp that is always filled (COALESCE helps), or none.",
        )
    return _Cursor(
        began=at.began,
        stamp=_kept(stamp) if profile.stamp else None,
        key=tuple(_kept(part) for part in row_key(last, profile)),
        open=True,
    )


def _closed(at: _Cursor, profile: ViewProfile) -> _Cursor:
    """Where the next pull begins: a little before the last row, or at the start without a stamp."""
    if at.stamp is None or not at.key:
        return _Cursor(began=at.began, stamp=at.stamp)
    value = _value(at.stamp)
    if isinstance(value, datetime):
        value -= timedelta(seconds=profile.overlap_seconds)
    elif isinstance(value, str):
        moment = datetime.fromisoformat(value) - timedelta(seconds=profile.overlap_seconds)
        # As the database writes it: texts are compared sign by sign.
        value = moment.isoformat(sep="T" if "T" in value else " ")[: max(10, len(value))]
    return _Cursor(began=at.began, stamp=_kept(value))


def _behind(at: _Cursor) -> Behind:
    return Behind(
        stamp=None if at.stamp is None else _value(at.stamp), key=tuple(_value(part) for part in at.key)
    )


def _kept(value: object) -> tuple[str, str]:
    match value:
        case bool() | float() | None:
            raise BadInputError(
                what=f"{value!r} cannot be a stamp or a key.", remedy="Name a text, number or time."
            )
        case int():
            return "i", str(value)
        case Decimal():
            return "n", str(value)
        case datetime():
            return "t", value.isoformat()
        case date():
            return "d", value.isoformat()
        case _:
            return "s", str(value)


def _value(kept: tuple[str, str]) -> object:
    letter, text = kept
    match letter:
        case "i":
            return int(text)
        case "n":
            return Decimal(text)
        case "t":
            return datetime.fromisoformat(text)
        case "d":
            return date.fromisoformat(text)
        case _:
            return text
