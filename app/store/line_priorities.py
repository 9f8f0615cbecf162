"""The classes and ranks that people gave to lines: the last word on each, and its withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from app.store.dirt import mark_after
from app.store.instants import from_ms, to_ms
from app.store.schema_policy import LINE_PRIORITY
from domain.ids import EntityKind, LineId
from domain.priorities import ConfirmationClass, LinePriority

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sqlalchemy import RowMapping

_P = LINE_PRIORITY.c

#: SQLite takes some 30,000 bound values in a statement; stay far below.
_CHUNK = 900


def set_line_priority(connection: Connection, priority: LinePriority) -> None:
    """Give a line its class and rank in place of earlier ones; its item is then pegged anew."""
    row: dict[str, Any] = {
        "line_id": priority.line_id,
        "confirmation_class": priority.confirmation_class.value,
        "rank": priority.rank,
        "reason": priority.reason,
        "author": priority.author,
        "at": to_ms(priority.at),
    }
    connection.execute(
        insert(LINE_PRIORITY).values(row).on_conflict_do_update(index_elements=["line_id"], set_=row)
    )
    mark_after(connection, EntityKind.ORDER_LINE, [priority.line_id])


def clear_line_priority(connection: Connection, line_id: LineId) -> bool:
    """Take back what a person said of a line; say whether anything was said."""
    gone = connection.execute(delete(LINE_PRIORITY).where(_P.line_id == line_id)).rowcount > 0
    if gone:
        mark_after(connection, EntityKind.ORDER_LINE, [line_id])
    return gone


def line_priorities(
    connection: Connection, line_ids: Iterable[LineId] | None = None
) -> dict[LineId, LinePriority]:
    """What people said, by line: of these lines, or of all."""
    if line_ids is None:
        return _by_line(connection.execute(select(LINE_PRIORITY)).mappings())
    wanted = sorted(set(line_ids))
    found: dict[LineId, LinePriority] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(LINE_PRIORITY).where(_P.line_id.in_(wanted[start : start + _CHUNK]))
        found.update(_by_line(connection.execute(query).mappings()))
    return found


def _by_line(rows: Iterable[RowMapping]) -> dict[LineId, LinePriority]:
    return {
        LineId(row["line_id"]): LinePriority(
            line_id=LineId(row["line_id"]),
            confirmation_class=ConfirmationClass(row["confirmation_class"]),
            rank=row["rank"],
            reason=row["reason"],
            author=row["author"],
            at=from_ms(row["at"]),
        )
        for row in rows
    }
