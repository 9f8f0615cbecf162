"""The schedule: late runs are made up for once, never dropped, never doubled."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.jobstores.base import JobLookupError

from app.schedule import Schedule

WAIT_SECONDS = 10


def test_a_job_runs_at_once_when_asked_and_keeps_its_rhythm() -> None:
    ran = threading.Event()
    schedule = Schedule()
    far = datetime.now(UTC) + timedelta(hours=1)
    schedule.every(3600, "sync:erp", ran.set, first_at=far)
    schedule.start()
    try:
        assert schedule.next_run_at("sync:erp") == far
        schedule.run_now("sync:erp", datetime.now(UTC))
        assert ran.wait(WAIT_SECONDS)
        following = schedule.next_run_at("sync:erp")
        assert following is not None
        assert following > datetime.now(UTC) + timedelta(minutes=50)
    finally:
        schedule.stop()


def test_a_run_missed_long_ago_still_runs_once() -> None:
    runs: list[int] = []
    ran = threading.Event()

    def job() -> None:
        runs.append(1)
        ran.set()

    schedule = Schedule()
    schedule.every(3600, "late", job, first_at=datetime.now(UTC) - timedelta(hours=9))
    schedule.start()
    try:
        assert ran.wait(WAIT_SECONDS)
    finally:
        schedule.stop()
    assert runs == [1]


def test_jobs_take_turns() -> None:
    inside = threading.Lock()
    overlaps: list[str] = []
    done = threading.Semaphore(0)

    def job() -> None:
        if not inside.acquire(blocking=False):
            overlaps.append("two at once")
        else:
            inside.release()
        done.release()

    schedule = Schedule()
    for name in ("a", "b", "c"):
        schedule.every(3600, name, job, first_at=datetime.now(UTC))
    schedule.start()
    try:
        assert all(done.acquire(timeout=WAIT_SECONDS) for _ in range(3))
    finally:
        schedule.stop()
    assert overlaps == []


def test_an_unknown_job_has_no_next_run() -> None:
    assert Schedule().next_run_at("none") is None


def test_a_run_asked_for_as_the_schedule_ends_does_nothing_but_an_unknown_job_is_a_mistake() -> None:
    ran = threading.Event()
    schedule = Schedule()
    schedule.every(3600, "settle", ran.set, first_at=datetime.now(UTC) + timedelta(hours=1))
    schedule.start()
    with pytest.raises(JobLookupError):
        schedule.run_now("no such job", datetime.now(UTC))
    schedule.stop()
    schedule.run_now("settle", datetime.now(UTC))
    assert not ran.is_set()
