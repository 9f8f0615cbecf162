"""The door of the installed program: in a wheel this file is `control_tower/__init__.py`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main() -> int:
    """Put the wheel's own source folder first on the path, then run the program; gives its exit code."""
    sources = str(Path(__file__).resolve().parent / "_src")
    if sources not in sys.path:
        sys.path.insert(0, sources)
    return int(import_module("app.__main__").main() or 0)
