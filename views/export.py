"""A table that leaves the window: typed columns and rows made one after the other; free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ColumnKind = Literal["text", "count", "cents", "time"]
Cell = str | int | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportColumn:
    """A column: its title, and what its cells hold (``cents`` are amounts, ``time`` UTC instants)."""

    title: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportTable:
    """A table to be written; ``rows`` is called in another thread and must not touch the window."""

    title: str
    columns: tuple[ExportColumn, ...]
    count: int
    rows: Callable[[], Iterator[tuple[Cell, ...]]]
