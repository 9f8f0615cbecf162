"""The processes beside the window: started once, told apart by name, ended together."""

from __future__ import annotations

import multiprocessing
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import DemoServices, monotonic_seconds
from app.cli.running import demo_services
from app.profile import Profile, ProfileKind
from app.workers.messages import Request, Stop
from app.workers.sync_worker import WorkerSetup, run_sync_worker
from optimization.solver_process import SolverProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

STOP_SECONDS = 15.0
_PAGE_TO_MEBIBYTE = 1024


class TowerProcesses:
    """Demo services (for a demo), sync worker and solver of one window."""

    def __init__(self, profile: Profile) -> None:
        """Nothing is started yet."""
        self._profile = profile
        self._stack = ExitStack()
        self._worker: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self.demo: DemoServices | None = None
        self.solver = SolverProcess(monotonic=monotonic_seconds)

    def start(self, pin: str = "") -> Connection:
        """Start all of them; gives our end of the worker's pipe. Takes some seconds: not in the GUI thread.

        Raises:
            UnavailableError: the demo's services did not start.
        """
        if self._profile.kind is ProfileKind.DEMO:
            self.demo = self._stack.enter_context(demo_services(self._profile))
        self.solver.start()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        setup = WorkerSetup(profile=self._profile, demo=self.demo, pin=pin)
        self._worker = context.Process(target=run_sync_worker, args=(setup, theirs), name="sync-worker")
        self._worker.start()
        theirs.close()
        self._pipe = ours
        return ours

    def ask(self, request: Request) -> None:
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
            self._worker.join(STOP_SECONDS)
            if self._worker.is_alive():
                self._worker.terminate()
                self._worker.join(STOP_SECONDS)
        self.solver.stop()
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
