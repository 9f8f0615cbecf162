"""Machine code of compiled kernels, made once beside their sources.

Numba renews what it keeps when the file of a function changes, not when a function that it calls does; so
everything of a folder is dropped when any source with kernels in it has changed.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

MARKS = (b"@compiled", b"@inlined", b"numba.njit")


def warm_kernels(folder: Path, compile_kernels: Callable[[], None]) -> int:
    """Compile unless that was done for these sources; 0, also where nothing can be kept."""
    kept = folder / "__pycache__"
    stamp_file = kept / "kernels.stamp"
    stamp = stamp_of_sources(folder)
    if stamp_file.is_file() and stamp_file.read_text(encoding="utf-8") == stamp:
        return 0
    try:
        for old in kept.glob("*.nb[ic]"):
            old.unlink(missing_ok=True)
    except OSError:
        # An installation that cannot be written to keeps its machine code in the user's own folder.
        return 0
    compile_kernels()
    kept.mkdir(exist_ok=True)
    stamp_file.write_text(stamp, encoding="utf-8")
    return 0


def stamp_of_sources(folder: Path) -> str:
    """One word for the sources with kernels in them and for what compiles them."""
    told = hashlib.sha256(f"{sys.version} {version('numba')} {folder}".encode())
    for file in sorted(folder.glob("*.py")):
        source = file.read_bytes()
        if any(mark in source for mark in MARKS):
            told.update(source)
    return told.hexdigest()
