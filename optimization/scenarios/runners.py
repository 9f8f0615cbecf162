"""Where scenarios are solved: here, in a pool of processes, or on a Dask cluster; one interface.

A baseline travels once: to a pool with the start of each process, to a cluster by scattering it.
Whoever runs scenarios can ask for a stop; every task looks at the flag and ends with its best plan.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.synchronize import Event as ProcessEvent
from types import ModuleType
from typing import Any, Protocol

from domain.errors import BadInputError, UnavailableError
from optimization.bounds import require_range
from optimization.limits import StopFlag
from optimization.scenarios.overrides import Scenario
from optimization.scenarios.results import ScenarioResult
from optimization.scenarios.tasks import Baseline, Clock, Task, solve_scenario

HERE = "here"
POOL = "pool"
DASK = "dask://"
MAX_WORKERS = 256
CONNECT_SECONDS = 10.0
CHECKS_A_CALL = 8
STOP_NAME = "control-tower-scenarios-stop"


class Runner(Protocol):
    """Solves scenarios of one baseline; a context: leaving it ends whatever it started."""

    def submit(self, scenario: Scenario) -> Future[ScenarioResult]:
        """Solve a scenario when there is a worker for it."""

    def stop(self) -> None:
        """Ask every running task to end with the best plan it has."""


class _Local:
    """An executor of this machine and the flag that its tasks look at."""

    def __init__(self, executor: Executor, flag: threading.Event | ProcessEvent, work: _Work) -> None:
        self._executor = executor
        self._flag = flag
        self._work = work

    def submit(self, scenario: Scenario) -> Future[ScenarioResult]:
        """Solve a scenario when there is a worker for it."""
        return self._executor.submit(self._work, scenario)

    def stop(self) -> None:
        """Ask every running task to end with the best plan it has."""
        self._flag.set()


class _Work(Protocol):
    """Solves a scenario of a baseline known to the worker."""

    def __call__(self, scenario: Scenario) -> ScenarioResult: ...


class _Held:
    """What a worker process keeps between tasks."""

    work: _Work | None = None


def _begin(baseline: Baseline, task: Task, monotonic: Clock, flag: StopFlag) -> None:
    """Keep the baseline for all tasks of this process."""
    _Held.work = lambda scenario: solve_scenario(baseline, scenario, task, monotonic, flag)


def _solve_held(scenario: Scenario) -> ScenarioResult:
    """Solve a scenario of the baseline that this process keeps."""
    if _Held.work is None:
        what = "This process was not given a baseline."
        raise UnavailableError(what=what, remedy="Start the run again.")
    return _Held.work(scenario)


@contextmanager
def run_here(baseline: Baseline, task: Task, monotonic: Clock) -> Iterator[Runner]:
    """One scenario after another in a thread of this process."""
    flag = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        yield _Local(
            executor, flag, lambda scenario: solve_scenario(baseline, scenario, task, monotonic, flag)
        )


@contextmanager
def run_pool(baseline: Baseline, task: Task, monotonic: Clock, workers: int) -> Iterator[Runner]:
    """So many spawned processes, each with the baseline."""
    require_range(workers, 1, MAX_WORKERS, "workers")
    context = multiprocessing.get_context("spawn")
    flag = context.Event()
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(baseline, task, monotonic, flag)
    )
    try:
        yield _Local(pool, flag, _solve_held)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _dask() -> ModuleType:
    """Dask's distributed, loaded only where a cluster is used."""
    try:
        return import_module("distributed")
    except ImportError as error:
        what = "Dask is not installed."
        raise UnavailableError(what=what, remedy="Install the extra named cluster.") from error


class _ClusterFlag:
    """A stop flag kept by the scheduler; asked only now and then, because asking is a message."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls = 0
        self._set = False

    def is_set(self) -> bool:
        """Whether somebody asked for a stop, as last heard."""
        self._calls += 1
        if not self._set and self._calls % CHECKS_A_CALL == 1:
            self._set = bool(_dask().Event(self._name, client=_dask().get_client()).is_set())
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is set by ``timeout``."""
        self._set = bool(_dask().Event(self._name, client=_dask().get_client()).wait(timeout))
        return self._set


def _solve_on_cluster(
    baseline: Baseline, scenario: Scenario, task: Task, monotonic: Clock, flag_name: str
) -> ScenarioResult:
    """Solve a scenario of a scattered baseline."""
    return solve_scenario(baseline, scenario, task, monotonic, _ClusterFlag(flag_name))


class _Cluster:
    """A client, its executor, and a scattered baseline; the flag lives at the scheduler."""

    def __init__(self, client: Any, executor: Executor, work: tuple[Any, Task, Clock], flag: str) -> None:  # noqa: ANN401 - Dask is untyped
        self._client = client
        self._executor = executor
        self._baseline, self._task, self._monotonic = work
        self._flag = flag

    def submit(self, scenario: Scenario) -> Future[ScenarioResult]:
        """Solve a scenario when there is a worker for it; Dask puts in the scattered baseline."""
        return self._executor.submit(
            _solve_on_cluster, self._baseline, scenario, self._task, self._monotonic, self._flag
        )

    def stop(self) -> None:
        """Ask every running task to end with the best plan it has."""
        _dask().Event(self._flag, client=self._client).set()


@contextmanager
def run_cluster(
    baseline: Baseline, task: Task, monotonic: Clock, address: str, connect_seconds: float = CONNECT_SECONDS
) -> Iterator[Runner]:
    """The workers of the Dask scheduler at ``host:port``.

    Raises:
        UnavailableError: the scheduler does not answer, or Dask is not installed.
    """
    dask = _dask()
    try:
        client = dask.Client(f"tcp://{address}", timeout=connect_seconds, set_as_default=False)
    except OSError as error:
        what = f"The Dask scheduler at {address} does not answer ({error})."
        raise UnavailableError(what=what, remedy="Start it, or use --executor pool.") from error
    with client:
        name = f"{STOP_NAME}-{client.id}"
        dask.Event(name, client=client).clear()
        scattered = client.scatter(baseline, broadcast=True, hash=False)
        executor = client.get_executor(pure=False, retries=1)
        try:
            yield _Cluster(client, executor, (scattered, task, monotonic), name)
        finally:
            executor.shutdown(wait=False)


@contextmanager
def open_runner(
    executor: str, baseline: Baseline, task: Task, monotonic: Clock, workers: int
) -> Iterator[Runner]:
    """The runner that a word names: ``here``, ``pool`` or ``dask://host:port``.

    Raises:
        BadInputError: there is no such executor.
        UnavailableError: a cluster does not answer.
    """
    if executor == HERE:
        with run_here(baseline, task, monotonic) as runner:
            yield runner
    elif executor == POOL:
        with run_pool(baseline, task, monotonic, workers) as runner:
            yield runner
    elif executor.startswith(DASK):
        with run_cluster(baseline, task, monotonic, executor.removeprefix(DASK)) as runner:
            yield runner
    else:
        what = f"There is no executor {executor!r}."
        raise BadInputError(what=what, remedy=f"Use {HERE}, {POOL} or {DASK}HOST:PORT.")


def solve_all(runner: Runner, scenarios: Sequence[Scenario]) -> tuple[ScenarioResult, ...]:
    """The results of all scenarios, in their order."""
    running = [runner.submit(scenario) for scenario in scenarios]
    return tuple(future.result() for future in running)
