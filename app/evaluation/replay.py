"""Leading the tower through a recorded world: read the faces as of each hour, detect, note what is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.evaluation.episodes import Episode
from app.services.sync import SyncOptions, register_source, sync_source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.store.case_marks import CaseMark
    from app.store.mirror import Mirror
    from connectors.protocol import Connector

PAGE = 5_000
#: A tower at work reads several times within one tick of a replay, so one missed tick is a silence.
READINGS_A_TICK = 4


@dataclass(slots=True)
class ReplayClock:
    """The time of a replay; moved by hand."""

    at: datetime

    def now(self) -> datetime:
        """The replay's present time."""
        return self.at


@dataclass(slots=True)
class _Open:
    """A case that is open, as first and last seen."""

    first: CaseMark
    last: CaseMark


def replay(
    faces: Sequence[Connector],
    mirror: Mirror,
    clock: ReplayClock,
    *,
    until: datetime,
    tick: timedelta,
    progress: Callable[[datetime], None] = lambda _at: None,
) -> list[Episode]:
    """Read ``faces`` every ``tick`` from the clock's time to ``until``; the episodes in order of opening."""
    options = SyncOptions(interval_seconds=int(tick.total_seconds()) // READINGS_A_TICK, page_limit=PAGE)
    only_reading = replace(options, detects=False)
    for face in faces:
        register_source(face, mirror, at=clock.now(), interval_seconds=options.interval_seconds)
    open_now: dict[tuple[str, int], _Open] = {}
    done: list[Episode] = []
    while clock.at <= until:
        for face in faces[:-1]:
            sync_source(face, mirror, clock=clock, options=only_reading)
        sync_source(faces[-1], mirror, clock=clock, options=options)
        _take_note(mirror.case_marks(), open_now, done, clock.at)
        progress(clock.at)
        clock.at += tick
    done.extend(_episode(seen, None) for seen in open_now.values())
    return sorted(done, key=lambda episode: (episode.opened_at, episode.case_id))


def _take_note(
    marks: Sequence[CaseMark], open_now: dict[tuple[str, int], _Open], done: list[Episode], at: datetime
) -> None:
    present = {(mark.case_id, mark.episode): mark for mark in marks}
    gone = [key for key in open_now if key not in present]
    done.extend(_episode(open_now.pop(key), at) for key in gone)
    for key, mark in present.items():
        if key in open_now:
            open_now[key].last = mark
        else:
            open_now[key] = _Open(first=mark, last=mark)


def _episode(seen: _Open, ended_at: datetime | None) -> Episode:
    first, last = seen.first, seen.last
    return Episode(
        case_id=first.case_id,
        code=first.code,
        entity=first.entity,
        opened_at=first.opened_at,
        ended_at=ended_at,
        incident_id=last.incident_id,
        index_cents=first.avoidable_cents // max(1, first.effort_minutes),
        effort_minutes=first.effort_minutes,
        breach_at=first.breach_at,
    )
