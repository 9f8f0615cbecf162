"""One engine everywhere: here, in a pool and on a cluster a scenario gives the same bytes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager

import pytest

from domain.errors import BadInputError, UnavailableError
from optimization.backlog.generate import generate_tables
from optimization.outcome import Status
from optimization.rebooking.generator import generate_instance
from optimization.rebooking.solve import Effort
from optimization.scenarios.overrides import CarrierDown, DemandSurge, NodeClosed, Scenario
from optimization.scenarios.runners import open_runner, run_cluster, solve_all
from optimization.scenarios.tasks import Baseline, Task, solve_scenario

REBOOKING = generate_instance(150, 4, seed=1)
BACKLOG = generate_tables("D", 80, 4, 1)
TASK = Task(seed=3, effort=Effort(passes=2, sweeps=2, exact_time=0.0, threads=1), moves=50)
CLOSED = Scenario(name="closed", overrides=(NodeClosed(node=1),))
SCENARIOS = {
    "rebooking": (
        Scenario(name="as it is"),
        CLOSED,
        Scenario(name="down", overrides=(CarrierDown(carrier=2),)),
    ),
    "backlog": (CLOSED, Scenario(name="surge", overrides=(DemandSurge(percent=20),))),
}
BASELINES: dict[str, Baseline] = {"rebooking": REBOOKING, "backlog": BACKLOG}


def digests(executor: str, kind: str) -> list[str]:
    """The digests of the results of all scenarios of a kind."""
    with open_runner(executor, BASELINES[kind], TASK, time.monotonic, workers=1) as runner:
        return [found.digest for found in solve_all(runner, SCENARIOS[kind])]


@contextmanager
def cluster() -> Iterator[str]:
    """A scheduler and a worker process on loopback; gives the executor's name."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        silence_logs=40,
    ) as local:  # fmt: skip
        yield f"dask://{local.scheduler_address.removeprefix('tcp://')}"


def test_here_in_a_pool_and_on_a_cluster_the_answer_is_the_same() -> None:
    here = {kind: digests("here", kind) for kind in BASELINES}
    assert len(set(here["rebooking"])) == 3
    assert {kind: digests("pool", kind) for kind in BASELINES} == here
    with cluster() as executor:
        assert {kind: digests(executor, kind) for kind in BASELINES} == here


@pytest.mark.parametrize("threads", [1, 2])
def test_a_backlog_is_solved_in_as_many_threads_as_it_is_given(threads: int) -> None:
    watched = _Watched()
    task = Task(seed=3, effort=Effort(threads=threads), moves=50)
    before = threading.active_count()
    found = solve_scenario(BACKLOG, CLOSED, task, time.monotonic, watched)
    assert found.digest == digests("here", "backlog")[0]
    assert watched.most_threads - before == threads


class _Watched:
    """A stop that nobody gives; whoever looks at it is asked how many threads there are."""

    most_threads = 0

    def is_set(self) -> bool:
        self.most_threads = max(self.most_threads, threading.active_count())
        return False

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def test_a_stop_ends_tasks_with_their_best_plan() -> None:
    with open_runner("here", REBOOKING, TASK, time.monotonic, workers=1) as runner:
        runner.stop()
        (found,) = solve_all(runner, [CLOSED])
    assert found.status == Status.CANCELLED.value


STARTED_SECONDS = 1.0
LONG = Task(seed=3, effort=Effort(threads=1), moves=10**8)
"""More moves than anybody waits for: it ends by a stop, or the test does not."""


#: Stopped with its best plan so far, or before it had a better one than the rule's.
STOPPED = {Status.CANCELLED.value, Status.FALLBACK.value}


def stopped(executor: str) -> list[str]:
    """How the tasks of an executor end when they are stopped once they run."""
    with open_runner(executor, BACKLOG, LONG, time.monotonic, workers=1) as runner:
        running = [runner.submit(scenario) for scenario in SCENARIOS["backlog"]]
        assert not wait(running, timeout=STARTED_SECONDS).done
        runner.stop()
        return [each.result(timeout=120).status for each in running]


def test_a_stop_reaches_the_processes_of_a_pool() -> None:
    assert set(stopped("pool")) <= STOPPED


def test_a_stop_reaches_the_workers_of_a_cluster() -> None:
    with cluster() as executor:
        assert set(stopped(executor)) <= STOPPED


def test_unknown_executors_and_silent_schedulers_are_known_errors() -> None:
    with (
        pytest.raises(BadInputError, match="no executor 'ray'"),
        open_runner("ray", REBOOKING, TASK, time.monotonic, workers=1),
    ):
        pass
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (
        pytest.raises(UnavailableError, match="does not answer"),
        run_cluster(REBOOKING, TASK, time.monotonic, address, connect_seconds=0.3),
    ):
        pass
