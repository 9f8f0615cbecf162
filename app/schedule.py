"""When each source is synced: APScheduler behind four words, so that nothing else knows of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

JITTER_SHARE = 10
"""A tenth of the interval: sources polled alike do not all fire at the same second."""


class Schedule:
    """Runs each job every so many seconds, never twice at once, and never drops a late run.

    A run that could not start in time runs once as soon as it can (``coalesce``, no misfire limit).
    One worker thread: jobs write to one database, so they take turns.
    """

    def __init__(self) -> None:
        """Make an idle schedule; the job store is memory (a stored one would unpickle code)."""
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )

    def every(self, seconds: int, name: str, job: Callable[[], None], *, first_at: datetime) -> None:
        """Run ``job`` every ``seconds``, the first time at ``first_at``."""
        self._scheduler.add_job(
            job,
            IntervalTrigger(seconds=seconds, jitter=seconds // JITTER_SHARE or None, timezone=UTC),
            id=name,
            name=name,
            next_run_time=first_at,
            replace_existing=True,
        )

    def once(self, name: str, job: Callable[[], None], *, at: datetime) -> None:
        """Run ``job`` a single time at ``at``; asked again before it ran, it still runs once."""
        self._scheduler.add_job(job, DateTrigger(run_date=at), id=name, name=name, replace_existing=True)

    def run_now(self, name: str, at: datetime) -> None:
        """Bring the next run of a job forward to ``at``; its rhythm goes on from there.

        Nothing runs any more once the schedule is stopped: a word of the hub may come just then.
        """
        try:
            self._scheduler.modify_job(name, next_run_time=at)
        except JobLookupError:
            if self._scheduler.running:
                raise

    def next_run_at(self, name: str) -> datetime | None:
        """When a job runs next, or ``None`` when it is not scheduled."""
        job = self._scheduler.get_job(name)
        due: datetime | None = getattr(job, "next_run_time", None)
        return due.astimezone(UTC) if due is not None else None

    def start(self) -> None:
        """Begin running jobs in the background."""
        self._scheduler.start()

    def stop(self) -> None:
        """Take no new run and wait for the running one: a sync is never cut in two."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
