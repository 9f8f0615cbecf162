"""What several full passes rest on: selected from the whole mirror once in a detection, kept till its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.store.quick import run

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """A selection under a name: ``table`` makes the temporary table of that name, ``fills`` write it."""

    name: str
    table: str
    fills: tuple[str, ...]


def gather(connection: Connection, gathered: set[str], wanted: Gathering) -> None:
    """Make the selection, unless it is among those that were ``gathered`` since the facts last changed."""
    if wanted.name not in gathered:
        run(connection, wanted.table)
        run(connection, f"DELETE FROM temp.{wanted.name}")  # noqa: S608 - a name of ours
        for fill in wanted.fills:
            run(connection, fill)
        gathered.add(wanted.name)


def let_go(connection: Connection, gathered: set[str]) -> None:
    """Keep none of the selections: facts may change now, and their memory is wanted."""
    for name in sorted(gathered):
        run(connection, f"DELETE FROM temp.{name}")  # noqa: S608 - a name of ours
    gathered.clear()
