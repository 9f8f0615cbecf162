"""``python -m optimization.rebooking.warm``: compile the kernels once, so that the first solve does not.

Numba renews machine code when the file of a function changes, not when a function that it calls
does; so everything is dropped when any source of the folder has changed.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent
STAMP = FOLDER / "__pycache__" / "kernels.stamp"
SHIPMENTS, NODES = 200, 20


def main() -> int:
    """Compile unless that was done for these sources; 0 also when nothing can be kept."""
    stamp = stamp_of_sources()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == stamp:
        return 0
    try:
        for kept in (FOLDER / "__pycache__").glob("*.nb[ic]"):
            kept.unlink(missing_ok=True)
    except OSError:
        # An installation that cannot be written to keeps its machine code in the user's own folder.
        return 0
    compile_kernels()
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(stamp, encoding="utf-8")
    return 0


def stamp_of_sources() -> str:
    """One word for the sources and for what compiles them."""
    told = hashlib.sha256(f"{sys.version} {version('numba')} {FOLDER}".encode())
    for file in sorted(FOLDER.glob("*.py")):
        source = file.read_bytes()
        if b"@compiled" in source or b"@inlined" in source:
            told.update(source)
    return told.hexdigest()


def compile_kernels() -> None:
    """Use every kernel once, on a tight instance made up for it."""
    from optimization.rebooking.generator import generate_instance
    from optimization.rebooking.solve import Effort, solve_instance

    instance = generate_instance(SHIPMENTS, NODES, 1, tight=True)
    solve_instance(instance, Effort(passes=1, sweeps=2, exact_time=0.0), 1)


if __name__ == "__main__":
    sys.exit(main())
