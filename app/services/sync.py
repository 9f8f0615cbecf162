"""Reading a source to its end: page by page into the mirror, then detection, with the reason of any failure.

Every page is one transaction: its rows, its quarantine, the kinds it made dirty and its cursor. The
last page shares its transaction with the detection of everything dirty and with the note of success.
Dirty kinds are stored, so a process killed between two pages loses nothing: the next sync, even one
that brings no row, detects what the earlier pages touched. A failure leaves the cursors where they
are, and is followed by a detection too, because silence is a condition of its own.
"""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError
from domain.ids import CaseId, EntityKind, SourceName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.store.mirror import Mirror
    from app.store.mirror_transaction import MirrorTransaction
    from app.store.values import SourceState
    from connectors.protocol import Connector, Page
    from domain.clock import Clock

T = TypeVar("T")

#: After so many failures in a row a source is left alone for a while, longer each time.
BREAKER_FAILURES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
#: Refused credentials are not tried again by themselves for so long: accounts get locked by that.
REFUSED_PAUSE = timedelta(hours=1)

#: A page with so many unreadable records means that the source changed its form.
DRIFT_RECORDS = 50
DRIFT_LEAST = 10
DRIFT_SHARE_PERCENT = 5

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


@dataclass(slots=True)
class _Run:
    """A sync under way: what it counted, what failed, and the page not written yet."""

    connector: Connector
    mirror: Mirror
    clock: Clock
    limit: int
    stopped: Callable[[], bool]
    pages: int = 0
    rows: int = 0
    written: int = 0
    deleted: int = 0
    rejected: int = 0
    pending: tuple[str, Page, bool] | None = None
    problems: list[str] = field(default_factory=list)
    down: bool = False
    asked_pause: timedelta | None = None


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
    limit = chosen.page_limit or connector.manifest.page_limit
    run = _Run(connector=connector, mirror=mirror, clock=clock, limit=limit, stopped=stopped)
    with _collecting_rarely():
        for stream in connector.manifest.streams:
            _read_stream(run, stream.name)
            if run.down:
                break
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


def _read_stream(run: _Run, stream: str) -> None:
    cursor = run.mirror.cursor(run.connector.source, stream)
    for page in _pages(run, stream, cursor):
        _flush(run)
        drifted = _drift(page)
        run.pending = (stream, page, not drifted)
        run.pages += 1
        run.rows += len(page.records)
        run.rejected += len(page.rejected)
        if drifted:
            run.problems.append(
                f"{len(page.rejected)} of {len(page.records) + len(page.rejected)} records of {stream} "
                "cannot be read: the source has changed its form. Update the connector."
            )
            return


def _pages(run: _Run, stream: str, cursor: str | None) -> Iterator[Page]:
    """The pages of a stream; while one is written, the next is already asked for in a thread."""
    with ThreadPoolExecutor(1, thread_name_prefix="next-page") as ahead:
        question: Callable[[], Page] = partial(run.connector.changes, stream, cursor, run.limit)
        while not run.stopped():
            page = _ask(run, question)
            if page is None:
                return
            if page.more and page.cursor == cursor:
                run.problems.append(f"{stream} says there is more but does not go on. Update the connector.")
                yield page
                return
            if page.more:
                cursor = page.cursor
                question = ahead.submit(run.connector.changes, stream, cursor, run.limit).result
            yield page
            if not page.more:
                return


def _ask(run: _Run, question: Callable[[], T]) -> T | None:
    """The connector's answer; ``None`` after noting why there is none."""
    try:
        return question()
    except BadInputError as error:
        run.problems.append(str(error))
    except TowerError as error:
        run.down = True
        run.problems.append(str(error))
        run.asked_pause = _pause_asked_by(error)
    except Exception as error:  # noqa: BLE001 - a fault of a connector is shown as the source's health
        run.problems.append(f"The connector failed: {error!r}. Report this to its author.")
    return None


def _drift(page: Page) -> bool:
    bad, size = len(page.rejected), len(page.records) + len(page.rejected)
    return bad > DRIFT_RECORDS or (bad >= DRIFT_LEAST and bad * 100 > size * DRIFT_SHARE_PERCENT)


def _flush(run: _Run) -> None:
    if run.pending is not None:
        with run.mirror.write() as transaction:
            _apply_pending(run, transaction)


def _apply_pending(run: _Run, transaction: MirrorTransaction) -> None:
    if run.pending is None:
        return
    stream, page, move_cursor = run.pending
    outcome = transaction.apply_page(
        run.connector.source, stream, page, at=run.clock.now(), move_cursor=move_cursor
    )
    run.pending = None
    run.written += outcome.written
    run.deleted += outcome.deleted


def _ids_now(
    run: _Run, state: SourceState, at: datetime, options: SyncOptions
) -> list[tuple[tuple[EntityKind, ...], frozenset[str]]]:
    """All ids of each stream whose source does not report deletions, when it is time to compare them."""
    last = state.last_sweep_at
    if run.problems or last is None or at - last < timedelta(seconds=options.sweep_seconds):
        return []
    found = []
    for stream in run.connector.manifest.streams:
        ids = _ask(run, partial(run.connector.ids, stream.name))
        if ids is not None:
            found.append((stream.kinds, ids))
    return [] if run.problems else found


def _finish(
    run: _Run,
    state: SourceState,
    started: datetime,
    present: list[tuple[tuple[EntityKind, ...], frozenset[str]]],
    *,
    detects: bool,
) -> SyncResult:
    source, finished = run.connector.source, run.clock.now()
    why = " ".join(run.problems)
    unfinished = run.stopped() and not why
    with run.mirror.write() as transaction:
        _apply_pending(run, transaction)
        for kinds, ids in present:
            run.deleted += transaction.sweep(source, kinds=kinds, present=ids, at=finished)
        if present or state.last_sweep_at is None:
            transaction.note_sweep(source, at=finished)
        transaction.note_attempt(source, at=started)
        if why:
            retry = _next_attempt(finished, state.failures_in_row + 1, run.asked_pause)
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


def _pause_asked_by(error: TowerError) -> timedelta | None:
    """Refused credentials end the polling until a person asks; a rate limit until it is over."""
    if isinstance(error, RefusedError):
        return REFUSED_PAUSE
    if isinstance(error, UnavailableError) and error.retry_after_seconds is not None:
        return min(timedelta(seconds=error.retry_after_seconds), REFUSED_PAUSE)
    return None


def _lag(state: SourceState, at: datetime) -> int | None:
    return None if state.last_success_at is None else int((at - state.last_success_at).total_seconds())
