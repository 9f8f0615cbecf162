"""A rehearsal of policies in a process of its own: its answer comes, or why there is none."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from app.services.rehearse import Rehearsal
from app.workers.rehearsal import STOPPED, RehearsalRunner, RehearsalWish

WAIT_SECONDS = 120.0


def answer_of(runner: RehearsalRunner, mirror_file: Path, *, stop: bool = False) -> Rehearsal | str:
    told: list[Rehearsal | str] = []
    heard = threading.Event()

    def tell(answer: Rehearsal | str) -> None:
        told.append(answer)
        heard.set()

    wish = RehearsalWish(mirror_file=mirror_file, own={}, now=datetime(2026, 11, 23, tzinfo=UTC))
    assert runner.start(wish, tell)
    assert not runner.start(wish, tell), "one at a time"
    if stop:
        runner.cancel()
    assert heard.wait(WAIT_SECONDS), "nothing was told"
    runner.stop()
    assert not runner.is_running
    return told[0]


def test_a_rehearsal_without_a_mirror_says_why_and_a_stopped_one_that_it_was(tmp_path: Path) -> None:
    runner = RehearsalRunner()
    why = answer_of(runner, tmp_path / "none.db")
    assert isinstance(why, str)
    assert "none.db cannot be used" in why
    assert answer_of(runner, tmp_path / "none.db", stop=True) == STOPPED
