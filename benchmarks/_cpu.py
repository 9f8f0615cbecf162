"""What processes have used of the processors: figures that a busy machine does not change much."""

from __future__ import annotations

import os
from pathlib import Path

_PARENT, _USER, _SYSTEM = 1, 11, 12


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors."""
    fields = _fields(pid)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")


def family_of(pid: int) -> list[int]:
    """A process and those it started that still run."""
    return [pid, *(each for each in _running() if int(_fields(each)[_PARENT]) == pid)]


def started_with(words: str) -> int:
    """The running process with these words in its command line.

    Raises:
        LookupError: there is none.
    """
    for each in _running():
        if words.encode() in Path(f"/proc/{each}/cmdline").read_bytes():
            return each
    raise LookupError(f"no process was started with {words}")


def _running() -> list[int]:
    return [int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit()]


def _fields(pid: int) -> list[str]:
    """What the system says of a process, behind its name; all zero once it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * (_SYSTEM + 1)
    return text.rpartition(")")[2].split()
