"""Who goes first where processors are short: the window a person looks at, before what works beside it."""

from __future__ import annotations

import os
import sys

NICENESS = 10
_BELOW_NORMAL = 0x4000


def give_way() -> None:
    """Let the window go first from now on; a process beside it calls this before anything else.

    Idle processors are used in full: only where two want the same one does this one wait.
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
        return
    os.nice(NICENESS)
    if sys.platform == "linux":
        # Long turns for long work: what wakes up here does not push the window off its processor.
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
