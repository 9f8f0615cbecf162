"""Where the sync worker's process begins; light: the window names it without loading the worker."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from app.fault_log import leave_interrupts_to_the_window, log_to
from app.profile import LOG_FOLDER
from app.workers.messages import WorkerSetup

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: What a tower is made of: loaded while the window makes the databases and the demo's services start.
PARTS = ("app.tower", "app.databases", "app.upkeep", "app.connect")


def run_sync_worker(pipe: Connection) -> None:
    """Load the worker, wait for its :class:`WorkerSetup`, and work; end where something else comes first."""
    leave_interrupts_to_the_window()
    from app.workers.sync_worker import work  # noqa: PLC0415 - only this process works

    for module in PARTS:
        import_module(module)
    try:
        setup = pipe.recv()
    except (EOFError, OSError):
        return
    if isinstance(setup, WorkerSetup):
        log_to(setup.profile.folder / LOG_FOLDER, "sync-worker")
        work(setup, pipe)
