"""Processes beside the window, each with a pipe to it: begun afresh, never forked, and ended in any case.

They give way to the window where processors are short.
"""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

from app.workers.priority import give_way

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess


def begin_process(
    target: Callable[..., None], *arguments: object, name: str, daemon: bool = False
) -> tuple[SpawnProcess, Connection]:
    """Start ``target(*arguments, pipe)`` in a process; gives the process and our end of its pipe.

    A daemon is ended with the window even where nobody ends it.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_giving_way, args=(target, *arguments, theirs), name=name, daemon=daemon)
    process.start()
    # The process holds its end alone, so that ours tells when it is gone.
    theirs.close()
    return process, ours


def _giving_way(target: Callable[..., None], *arguments: object) -> None:
    """What the process does: it steps back first, and then works."""
    give_way()
    target(*arguments)


def end_process(process: SpawnProcess, patience_seconds: float) -> None:
    """Wait for a process to end by itself, and end it where it does not."""
    process.join(patience_seconds)
    if process.is_alive():
        process.terminate()
        process.join(patience_seconds)
