"""Reading the data files that ship with the program."""

from __future__ import annotations

from importlib import resources


def read_bytes(folder: str, name: str) -> bytes:
    """Return one data file's bytes, e.g. ``read_bytes("icons", "bell.svg")``; FileNotFoundError if absent."""
    return resources.files("resources").joinpath(folder, name).read_bytes()
