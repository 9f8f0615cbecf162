"""The processes beside the window: begun before there is anything to do, and ended whatever happened."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from app.bootstrap import monotonic_seconds, solve_limits
from app.profile import ProfileKind, load_profile
from app.workers.priority import NICENESS
from app.workers.processes import TowerProcesses
from domain.errors import UnavailableError
from optimization.instances import generate_rebooking


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))


def test_a_demo_without_a_world_says_so_and_leaves_no_process() -> None:
    processes = TowerProcesses(replace(load_profile("demo"), world=None))
    processes.begin()
    begun = processes.pids()
    with pytest.raises(UnavailableError, match=r"The demo's services did not start\. .*has no \[world\]"):
        processes.set_to_work()
    processes.stop()
    assert begun
    assert not [child for child in multiprocessing.active_children() if child.pid in begun.values()]


def test_nothing_is_solved_before_the_processes_are_set_to_work() -> None:
    processes = TowerProcesses(load_profile("demo"))
    with pytest.raises(UnavailableError, match="still starting"):
        processes.solve(generate_rebooking(6, 2, seed=1), solve_limits(), 1)
    assert processes.solver_events(0.0) == []


def test_what_works_beside_the_window_gives_way_to_it() -> None:
    processes = TowerProcesses(replace(load_profile("demo"), kind=ProfileKind.CONNECTED, sources=()))
    processes.begin()
    processes.set_to_work()
    processes.solve(generate_rebooking(6, 2, seed=1), solve_limits(), 1)
    begun = processes.pids()
    assert set(begun) == {"sync-worker", "control-tower-solver"}
    own = os.getpriority(os.PRIO_PROCESS, 0)
    wanted = min(own + NICENESS, 19)
    until = monotonic_seconds() + 30.0
    while niceness(begun) != {wanted} and monotonic_seconds() < until:
        Event().wait(0.02)
    assert niceness(begun) == {wanted}
    assert os.getpriority(os.PRIO_PROCESS, 0) == own
    processes.stop()


def niceness(pids: Mapping[str, int]) -> set[int]:
    return {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids.values()}
