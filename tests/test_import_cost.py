"""The program's first import is light: the window shows before the slow libraries are read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
# What starts the program, and what each of them may not read yet.
ENTRY_MODULES = ("app.__main__",)
SLOW = frozenset(
    {"ortools", "pandas", "pyqtgraph", "sqlalchemy", "fastapi", "uvicorn", "apscheduler", "PySide6"}
)


def imported_by(statement: str) -> set[str]:
    """Give the top-level names that a fresh interpreter imports to run the statement, by -X importtime."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


@pytest.mark.parametrize("module", ENTRY_MODULES)
def test_the_entry_reads_no_slow_library(module: str) -> None:
    read = imported_by(f"import {module}") & SLOW
    assert not read, f"importing {module} also imports {', '.join(sorted(read))}"


# What each process may never load by starting: the solvers' libraries, and what only others use.
SOLVERS = frozenset({"ortools", "pandas", "numba", "llvmlite", "scipy", "pyarrow"})
ELSEWHERE = {
    "app.gui_session, app.workers.processes": SOLVERS
    | {"pyqtgraph", "sqlalchemy", "cryptography", "httpx", "http", "email", "xml", "csv"},
    "app.window_start, app.workers.reading_desk": SOLVERS | {"pyqtgraph", "httpx", "apscheduler", "fastapi"},
    "app.workers.sync_worker, app.tower, app.databases": SOLVERS | {"PySide6", "fastapi", "uvicorn"},
    "app.workers.sync_door, app.workers.demo_services": SOLVERS | SLOW | {"numpy", "httpx", "cryptography"},
    "optimization.solver_worker": frozenset({"PySide6", "sqlalchemy", "numba", "scipy", "httpx"}),
}


@pytest.mark.parametrize("modules", ELSEWHERE)
def test_a_process_starts_without_what_others_need(modules: str) -> None:
    read = imported_by(f"import {modules}") & ELSEWHERE[modules]
    assert not read, f"importing {modules} also imports {', '.join(sorted(read))}"


def test_importing_every_module_of_optimization_reads_no_solver() -> None:
    folder = REPOSITORY / "optimization"
    modules = [
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts) for path in sorted(folder.rglob("*.py"))
    ]
    read = imported_by("import " + ", ".join(modules)) & {"ortools", "pandas"}
    assert not read, (
        f"importing optimization also imports {', '.join(sorted(read))}; import inside the builder"
    )


def test_the_measure_sees_an_import() -> None:
    assert "json" in imported_by("import json")
