"""Reading a source to its end: page by page into the mirror, then detection, with the reason of any failure.

A page is written in one transaction: its rows, its quarantine, the kinds it made dirty and its cursor.
Pages are read ahead of the writing, and those that wait by then share their transaction. The last
page shares its own with the detection of everything dirty and with the note of success.
Dirty kinds are stored, so a process killed between two pages loses nothing: the next sync, even one
that brings no row, detects what the earlier pages touched. A failure leaves the cursors where they
are, and is followed by a detection too, because silence is a condition of its own.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.services.read_ahead import read_ahead
from app.services.source_reading import ReadPage, SourceReading
from domain.errors import RefusedError, TowerError, UnavailableError
from domain.ids import CaseId, EntityKind, SourceName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.store.mirror import Mirror
    from app.store.mirror_transaction import MirrorTransaction
    from app.store.values import SourceState
    from connectors.protocol import Connector
    from domain.clock import Clock

#: After so many failures in a row a source is left alone for a while, longer each time.
BREAKER_FAILURES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
#: Refused credentials are not tried again by themselves for so long: accounts get locked by that.
REFUSED_PAUSE = timedelta(hours=1)

#: So many records, or one page, may wait to be written while the next page is read.
RECORDS_AHEAD = 4_000

#: So many new objects, some pages' worth, before garbage is looked for.
YOUNG_OBJECTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """How a source is read: its interval, page size (0: as its manifest says), how often ids are compared.

    ``force`` asks even a source that is being left alone after failures. ``detects`` says whether a
    detection follows at once; who reads several sources in a row lets only the last one do it (what is
    dirty is stored with its rows, so nothing is lost when that one never comes).
    """

    interval_seconds: int = 30
    page_limit: int = 0
    sweep_seconds: int = 900
    force: bool = False
    detects: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What a sync did. ``why`` is empty when it reached the end of every stream.

    ``lag_seconds`` is how old the knowledge was before it (``None`` for a first sync).
    """

    source: SourceName
    started_at: datetime
    finished_at: datetime
    pages: int = 0
    rows: int = 0
    written: int = 0
    deleted: int = 0
    rejected: int = 0
    changed_cases: frozenset[CaseId] = frozenset()
    opened: frozenset[CaseId] = frozenset()
    cleared: frozenset[CaseId] = frozenset()
    lag_seconds: int | None = None
    why: str = ""
    skipped: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether every stream was read to its end."""
        return not self.why and not self.skipped


@dataclass(slots=True, kw_only=True)
class _Run:
    """A sync under way: what it counted, and the last pages, which are written with the detection."""

    mirror: Mirror
    clock: Clock
    reading: SourceReading
    pages: int = 0
    rows: int = 0
    written: int = 0
    deleted: int = 0
    rejected: int = 0
    last: Sequence[ReadPage] = ()


def sync_source(
    connector: Connector,
    mirror: Mirror,
    *,
    clock: Clock,
    options: SyncOptions | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> SyncResult:
    """Read every stream of ``connector`` from its cursor to its end and bring the cases in line.

    ``stopped`` is asked between pages; what was read until then is kept.

    Raises:
        UnavailableError: the mirror is locked or full. A failing source is not raised but reported.
        CorruptError: the mirror is damaged.
    """
    chosen = options or SyncOptions()
    started = clock.now()
    known = {state.source: state for state in mirror.source_states()}.get(connector.source)
    if not chosen.force and known is not None and _is_left_alone(known, started):
        return SyncResult(
            source=connector.source,
            started_at=started,
            finished_at=started,
            lag_seconds=_lag(known, started),
            why=known.why,
            skipped=True,
        )
    try:
        # A process that has just started asks for the manifest here, and may find nobody.
        state = _register(connector, mirror, started, chosen)
    except TowerError as error:
        return _never_reached(connector.source, mirror, clock, started, chosen, error)
    reading = SourceReading(
        connector=connector,
        cursors={
            each.name: mirror.cursor(connector.source, each.name) for each in connector.manifest.streams
        },
        limit=chosen.page_limit or connector.manifest.page_limit,
        stopped=stopped,
    )
    run = _Run(mirror=mirror, clock=clock, reading=reading)
    with _collecting_rarely():
        _read(run)
        present = _ids_now(run, state, started, chosen)
        return _finish(run, state, started, present, detects=chosen.detects)


def detect_now(mirror: Mirror, *, clock: Clock, full: bool = False) -> frozenset[CaseId]:
    """Detect without reading a source, for what changes by the passing of time alone; the changed cases."""
    with mirror.write() as transaction:
        return transaction.detect(now=clock.now(), full=full).changed


def register_source(connector: Connector, mirror: Mirror, *, at: datetime, interval_seconds: int) -> None:
    """Make a source known before its first sync, so that rules wait for what it gives."""
    kinds = {kind for stream in connector.manifest.streams for kind in stream.kinds}
    mirror.register_source(
        connector.source,
        title=connector.manifest.title,
        kinds=sorted(kinds),
        interval_seconds=interval_seconds,
        at=at,
    )


def _is_left_alone(state: SourceState, at: datetime) -> bool:
    return state.next_attempt_at is not None and at < state.next_attempt_at


def _register(connector: Connector, mirror: Mirror, at: datetime, options: SyncOptions) -> SourceState:
    kinds = {kind for stream in connector.manifest.streams for kind in stream.kinds}
    known = {state.source: state for state in mirror.source_states()}.get(connector.source)
    if known is None or known.interval_seconds != options.interval_seconds or set(known.kinds) != kinds:
        register_source(connector, mirror, at=at, interval_seconds=options.interval_seconds)
        known = {state.source: state for state in mirror.source_states()}[connector.source]
    return known


def _never_reached(
    source: SourceName,
    mirror: Mirror,
    clock: Clock,
    started: datetime,
    options: SyncOptions,
    error: TowerError,
) -> SyncResult:
    """A source whose manifest this process has not seen: its silence is its health, not an error of ours."""
    known = {state.source: state for state in mirror.source_states()}
    if source not in known:
        mirror.register_source(
            source, title=source, kinds=(), interval_seconds=options.interval_seconds, at=started
        )
    failures = known[source].failures_in_row + 1 if source in known else 1
    finished, why = clock.now(), str(error)
    retry = _next_attempt(finished, failures, _pause_asked_by(error))
    with mirror.write() as transaction:
        transaction.note_attempt(source, at=started)
        transaction.note_failure(source, at=started, why=why, next_attempt_at=retry)
        detected = transaction.detect(now=finished)
    return SyncResult(
        source=source,
        started_at=started,
        finished_at=finished,
        changed_cases=detected.changed,
        opened=detected.opened | detected.reopened,
        cleared=detected.cleared,
        why=why,
    )


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Look for garbage less often: pages and the rows of a detection are many small values without cycles,
    and the search costs half as much again as reading them.
    """
    usual = gc.get_threshold()
    gc.set_threshold(YOUNG_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _read(run: _Run) -> None:
    """Write all pages but the last ones, each while later ones are read in a thread."""
    with read_ahead(run.reading.pages(), weight=_size, most=RECORDS_AHEAD) as batches:
        for batch in batches:
            run.pages += len(batch)
            if batch[-1].last:
                run.last = batch
            else:
                with run.mirror.write() as transaction:
                    _write(run, transaction, batch)


def _size(read: ReadPage) -> int:
    page = read.page
    return max(1, len(page.records) + len(page.rejected) + len(page.deleted))


def _write(run: _Run, transaction: MirrorTransaction, batch: Sequence[ReadPage]) -> None:
    source, at = run.reading.connector.source, run.clock.now()
    for read in batch:
        outcome = transaction.apply_page(source, read.stream, read.page, at=at, move_cursor=read.moves_cursor)
        run.rows += len(read.page.records)
        run.rejected += len(read.page.rejected)
        run.written += outcome.written
        run.deleted += outcome.deleted


def _ids_now(
    run: _Run, state: SourceState, at: datetime, options: SyncOptions
) -> list[tuple[tuple[EntityKind, ...], frozenset[str]]]:
    """All ids of each stream whose source does not report deletions, when it is time to compare them."""
    last, reading = state.last_sweep_at, run.reading
    if reading.problems or last is None or at - last < timedelta(seconds=options.sweep_seconds):
        return []
    found = []
    for stream in reading.connector.manifest.streams:
        ids = reading.ask(partial(reading.connector.ids, stream.name))
        if ids is not None:
            found.append((stream.kinds, ids))
    return [] if reading.problems else found


def _finish(
    run: _Run,
    state: SourceState,
    started: datetime,
    present: list[tuple[tuple[EntityKind, ...], frozenset[str]]],
    *,
    detects: bool,
) -> SyncResult:
    reading, finished = run.reading, run.clock.now()
    source = reading.connector.source
    why = " ".join(reading.problems)
    unfinished = reading.stopped() and not why
    with run.mirror.write() as transaction:
        _write(run, transaction, run.last)
        for kinds, ids in present:
            run.deleted += transaction.sweep(source, kinds=kinds, present=ids, at=finished)
        if present or state.last_sweep_at is None:
            transaction.note_sweep(source, at=finished)
        transaction.note_attempt(source, at=started)
        if why:
            retry = _next_attempt(finished, state.failures_in_row + 1, _pause_asked_by(reading.failure))
            transaction.note_failure(source, at=started, why=why, next_attempt_at=retry)
        elif not unfinished:
            transaction.note_success(source, at=finished, rows=run.rows)
        detected = transaction.detect(now=finished) if detects else None
    return SyncResult(
        source=source,
        started_at=started,
        finished_at=finished,
        pages=run.pages,
        rows=run.rows,
        written=run.written,
        deleted=run.deleted,
        rejected=run.rejected,
        changed_cases=detected.changed if detected else frozenset(),
        opened=detected.opened | detected.reopened if detected else frozenset(),
        cleared=detected.cleared if detected else frozenset(),
        lag_seconds=_lag(state, started),
        why=why or ("Stopped before the end; the rest is read next time." if unfinished else ""),
    )


def pause_after(failures: int) -> timedelta | None:
    """How long to leave a source alone after so many failures in a row; ``None``: its interval will do."""
    if failures < BREAKER_FAILURES:
        return None
    doublings = min(failures - BREAKER_FAILURES, 10)
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << doublings))


def _next_attempt(at: datetime, failures: int, asked: timedelta | None) -> datetime | None:
    pauses = (pause_after(failures), asked)
    return max((at + pause for pause in pauses if pause is not None), default=None)


def _pause_asked_by(error: TowerError | None) -> timedelta | None:
    """Refused credentials end the polling until a person asks; a rate limit until it is over."""
    if isinstance(error, RefusedError):
        return REFUSED_PAUSE
    if isinstance(error, UnavailableError) and error.retry_after_seconds is not None:
        return min(timedelta(seconds=error.retry_after_seconds), REFUSED_PAUSE)
    return None


def _lag(state: SourceState, at: datetime) -> int | None:
    return None if state.last_success_at is None else int((at - state.last_success_at).total_seconds())
