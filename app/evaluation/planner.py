"""A scripted planner works the queue: how much of the avoidable loss does each order of work save?

One planner takes the first case of the queue, spends its effort on it, and takes the next. Work done
before a case's last moment saves what could be saved of it. So much comes in that only a part can be
done (``load`` times what the planner can do), which is when the order matters.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A case as the planner meets it: when it is seen, what it takes, and what acting in time is worth.

    ``index_cents`` and ``due_at`` are what the tower says; ``avoidable_cents`` and ``act_by`` are true.
    """

    case_id: str
    seen_at: datetime
    gone_at: datetime
    effort_minutes: int
    index_cents: int
    due_at: datetime
    avoidable_cents: int
    act_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingScore:
    """Avoidable loss saved by the tower's order and by due date, as shares of all; and their ratio."""

    load: float
    jobs: int
    avoidable_cents: int
    saved_by_index: float
    saved_by_due_date: float
    ratio: float | None


def score_ranking(jobs: Sequence[Job], *, load: float) -> RankingScore:
    """Both orders over the same jobs, with the planner's speed set so that the load is as given."""
    total = sum(job.avoidable_cents for job in jobs)
    pace = _pace(jobs, load)
    by_index = _saved(jobs, lambda job: -job.index_cents, pace)
    by_due = _saved(jobs, lambda job: job.due_at.timestamp(), pace)
    return RankingScore(
        load=load,
        jobs=len(jobs),
        avoidable_cents=total,
        saved_by_index=by_index / total if total else 0.0,
        saved_by_due_date=by_due / total if total else 0.0,
        ratio=by_index / by_due if by_due else None,
    )


def _pace(jobs: Sequence[Job], load: float) -> float:
    """Minutes of clock per minute of effort, so that work comes in ``load`` times as fast as it is done."""
    if not jobs:
        return 1.0
    span = max(job.seen_at for job in jobs) - min(job.seen_at for job in jobs)
    effort = sum(job.effort_minutes for job in jobs)
    return load * (span.total_seconds() / 60) / effort if effort else 1.0


def _saved(jobs: Sequence[Job], key: Callable[[Job], float], pace: float) -> int:
    """Cents saved when the open job with the least key is always taken first."""
    arrivals = sorted(jobs, key=lambda job: (job.seen_at, job.case_id))
    if not arrivals:
        return 0
    waiting: list[tuple[float, str, Job]] = []
    now = arrivals[0].seen_at
    place = saved = 0
    while place < len(arrivals) or waiting:
        if not waiting:
            now = max(now, arrivals[place].seen_at)
        while place < len(arrivals) and arrivals[place].seen_at <= now:
            job = arrivals[place]
            heapq.heappush(waiting, (key(job), job.case_id, job))
            place += 1
        _, _, job = heapq.heappop(waiting)
        if job.gone_at <= now:
            continue
        now += timedelta(minutes=job.effort_minutes * pace)
        if now <= job.act_by:
            saved += job.avoidable_cents
    return saved
