"""The door of the installed program: in a wheel this file is `control_tower/__init__.py`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def open_sources() -> None:
    """Put the wheel's own source folder first on the import path, once."""
    sources = str(Path(__file__).resolve().parent / "_src")
    if sources not in sys.path:
        sys.path.insert(0, sources)


def main() -> int:
    """Run the program; gives its exit code."""
    open_sources()
    return int(import_module("app.__main__").main() or 0)
