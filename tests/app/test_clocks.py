"""The demo's clock, identifiers that sort by time, and the lock of a profile."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clocks import FunctionClock, ReachedInstant, ScaledClock
from app.identifiers import UlidSource
from app.instance_lock import InstanceLock
from domain.errors import CorruptError, RefusedError

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
REPOSITORY = Path(__file__).parent.parent.parent


def test_the_demo_runs_faster_than_real_time() -> None:
    real = START
    clock = ScaledClock(anchor_world=START, anchor_real=START, speed=60, read=lambda: real)
    real = START + timedelta(seconds=2)
    assert clock.now() == START + timedelta(minutes=2)


def test_the_demo_goes_on_where_it_stopped(tmp_path: Path) -> None:
    kept = ReachedInstant(tmp_path / "reached")
    assert kept.load(START) == START
    kept.save(START + timedelta(hours=5))
    assert ReachedInstant(tmp_path / "reached").load(START) == START + timedelta(hours=5)


def test_a_damaged_instant_says_what_to_delete(tmp_path: Path) -> None:
    (tmp_path / "reached").write_text("soon", encoding="utf-8")
    with pytest.raises(CorruptError, match="Delete that file"):
        ReachedInstant(tmp_path / "reached").load(START)


@given(
    offsets=st.lists(st.integers(0, 10**9), min_size=2, max_size=20, unique=True),
    bits=st.integers(0, 2**80 - 1),
)
def test_ulids_sort_by_the_time_they_were_made(offsets: list[int], bits: int) -> None:
    made = []
    for offset in sorted(offsets):
        clock = FunctionClock(read=partial(START.__add__, timedelta(milliseconds=offset)))
        made.append(UlidSource(clock=clock, random_bits=lambda _: bits).new_id())
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {len(text) for text in made} == {26}


def test_a_second_instance_is_refused_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.instance_lock import InstanceLock\n"
        "lock = InstanceLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(RefusedError, match="already has the profile"):
            InstanceLock(tmp_path)
        other.kill()
        other.wait(timeout=10)
    lock = InstanceLock(tmp_path)
    with pytest.raises(RefusedError):
        InstanceLock(tmp_path)
    lock.close()
    InstanceLock(tmp_path).close()
