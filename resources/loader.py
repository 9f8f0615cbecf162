"""Reading the data files that ship with the program."""

from __future__ import annotations

from importlib import resources


def read_bytes(folder: str, name: str) -> bytes:
    """Return one data file's bytes, e.g. ``read_bytes("icons", "bell.svg")``; FileNotFoundError if absent."""
    return resources.files("resources").joinpath(folder, name).read_bytes()


def list_names(folder: str, ending: str) -> tuple[str, ...]:
    """The names of a folder's data files with that ending, in order; none where there is no folder."""
    place = resources.files("resources").joinpath(folder)
    if not place.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in place.iterdir() if entry.name.endswith(ending)))
