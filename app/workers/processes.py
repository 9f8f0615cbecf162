"""The processes beside the window: started once, told apart by name, ended together."""

from __future__ import annotations

import multiprocessing
import threading
from contextlib import ExitStack, closing
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import DemoServices, monotonic_seconds
from app.profile import Profile, ProfileKind
from app.workers.child_process import begin_process, end_process
from app.workers.demo_process import DemoProcess
from app.workers.messages import Request, Stop, WorkerSetup
from app.workers.priority import give_way
from app.workers.sync_door import run_sync_worker
from domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimization.limits import Limits
    from optimization.solve import Problem
    from optimization.solver_events import JobId, SolverEvent
    from optimization.solver_process import SolverProcess

STOP_SECONDS = 15.0
_PAGE_TO_MEBIBYTE = 1024


class TowerProcesses:
    """Demo services (for a demo), sync worker and solver of one window."""

    def __init__(self, profile: Profile) -> None:
        """Nothing is started yet."""
        self._profile = profile
        self._stack = ExitStack()
        self._worker: SpawnProcess | None = None
        self._demo_process: DemoProcess | None = None
        self._pipe: Connection | None = None
        self._solver: SolverProcess | None = None
        self._solver_runs = threading.Event()
        self.demo: DemoServices | None = None

    def begin(self) -> None:
        """Start the demo's services and the worker: they load while the databases are made here."""
        if self._profile.kind is ProfileKind.DEMO:
            self._demo_process = self._stack.enter_context(closing(DemoProcess(self._profile)))
        self._worker, self._pipe = begin_process(run_sync_worker, name="sync-worker")

    def set_to_work(self, pin: str = "") -> Connection:
        """Tell the worker what to work on, and give our end of its pipe; waits for the demo's services.

        Call it once, after :meth:`begin` and when the databases are there; not in the GUI thread.

        Raises:
            UnavailableError: the demo's services did not start, or the worker has ended.
        """
        # Loaded while the others start; its process starts with the first problem.
        from optimization.solver_process import SolverProcess  # noqa: PLC0415 - see above

        self._solver = SolverProcess(monotonic=monotonic_seconds, at_start=give_way)
        if self._demo_process is not None:
            self.demo = self._demo_process.services()
        self.ask(WorkerSetup(profile=self._profile, demo=self.demo, pin=pin))
        if self._pipe is None:
            raise UnavailableError(
                what="The sync worker ended as it started.", remedy="The log of the window says why."
            )
        return self._pipe

    def solve(self, problem: Problem, limits: Limits, seed: int) -> JobId:
        """Have the solver solve a problem.

        Raises:
            UnavailableError: it is not there yet, or does not start on this machine.
        """
        if self._solver is None:
            raise UnavailableError(
                what="The processes are still starting.", remedy="Try again in some seconds."
            )
        self._solver.start()
        self._solver_runs.set()
        return self._solver.submit(problem, limits, seed)

    def cancel(self, job: JobId) -> None:
        """End a waiting or running job of the solver."""
        if self._solver is not None:
            self._solver.cancel(job)

    def solver_events(self, timeout_seconds: float) -> list[SolverEvent]:
        """What the solver told since the last call; waits that long for the first."""
        if not self._solver_runs.wait(timeout_seconds) or self._solver is None:
            return []
        return self._solver.poll(timeout_seconds)

    def ask(self, request: Request | WorkerSetup) -> None:
        """Send a request to the sync worker; nothing happens once it is gone."""
        if self._pipe is None:
            return
        try:
            self._pipe.send(request)
        except (BrokenPipeError, OSError):
            self._pipe = None

    def stop(self) -> None:
        """End all of them: the worker finishes what it writes, then the services go."""
        self.ask(Stop())
        if self._worker is not None:
            end_process(self._worker, STOP_SECONDS)
        if self._solver is not None:
            self._solver.stop()
        self._stack.close()

    def pids(self) -> Mapping[str, int]:
        """Process ids by name, of those that run."""
        found = {child.name: child.pid for child in multiprocessing.active_children()}
        return {name: pid for name, pid in found.items() if pid is not None}


def resident_mebibytes(pid: int) -> int | None:
    """Memory a process holds, in MiB; ``None`` where the system does not tell it this way."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    kibibytes = next((line.split()[1] for line in text.splitlines() if line.startswith("VmRSS:")), None)
    return None if kibibytes is None else int(kibibytes) // _PAGE_TO_MEBIBYTE
