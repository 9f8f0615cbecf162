"""``python -m optimization.backlog.warm``: compile the kernels once, so that the first solve does not.

Numba keeps machine code beside the source and renews it when the file of a function changes, not when a
function that it calls does; so everything is dropped when any source of the folder has changed.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent
STAMP = FOLDER / "__pycache__" / "kernels.stamp"
LINES, NODES, MOVES = 60, 4, 200


def main() -> int:
    """Compile unless that was done for these sources; 0 also when nothing can be kept."""
    stamp = stamp_of_sources()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == stamp:
        return 0
    try:
        drop_compiled()
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
        if b"@compiled" in source or file.stem == "compiled":
            told.update(source)
    return told.hexdigest()


def drop_compiled() -> None:
    """Delete machine code that was kept."""
    for kept in (FOLDER / "__pycache__").glob("*.nb[ic]"):
        kept.unlink(missing_ok=True)


def stopped_clock() -> float:
    """No time passes: a budget of moves asks for none."""
    return 0.0


def compile_kernels() -> None:
    """Use every kernel once, on a backlog made up for it."""
    from optimization.backlog.generate import generate_tables
    from optimization.backlog.instance import build_instance
    from optimization.backlog.limits import BacklogLimits
    from optimization.backlog.repair import Standing, local_repair, one_order
    from optimization.backlog.solve import solve_backlog

    instance = build_instance(generate_tables("T", LINES, NODES, 1))
    outcome = solve_backlog(instance, BacklogLimits(moves=MOVES), 1, monotonic=stopped_clock)
    standing = Standing(instance, outcome.warm)
    local_repair(standing, 0)
    one_order(standing, 0)


if __name__ == "__main__":
    sys.exit(main())
