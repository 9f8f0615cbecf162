"""Which keys a changed row makes dirty: a path ``changed kind>scope`` and the select of its keys.

A select reads the ids of the changed rows from ``temp.changed_id(k)``, and what it asks of the rows
themselves from ``temp.changed_KIND``, where each is read once for all paths. It runs before and after the
rows are written, so that a key which a row has left is dirty as well. It may find more keys than needed,
never fewer. ``'*'`` stands for every key of the scope: right where rows change rarely and reach far.

Keys by scope: line, order, customer, item, node, supply, task, shipment, booking, invoice, rma, lot, count,
event, change, message, position, allocation are ids; peg ``item|node``, bin ``node|bin``, wave
``node|wave``, lane ``origin node|zone``, carrier ``SCAC|origin node``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.store.schema import CHILD_TABLES, TABLES
from app.store.wake_selects_execution import EXECUTION_PATHS
from app.store.wake_selects_masters import MASTER_PATHS
from app.store.wake_selects_orders import ORDER_PATHS
from domain.ids import EntityKind

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A select that stands for every key of its scope.
REACHES_ALL = "SELECT '*'"

#: Every path that a changed row can be followed on, and the select of the keys.
WAKE_PATHS: Mapping[str, str] = {**MASTER_PATHS, **ORDER_PATHS, **EXECUTION_PATHS}


def changed_rows(kind: str) -> str:
    """The temporary table of the changed rows of a kind."""
    return f"changed_{kind}"


def _of_kind(kind: str) -> dict[str, str]:
    return {path: sql for path, sql in WAKE_PATHS.items() if path.partition(">")[0] == kind}


_CHILD_OF = {kind.value: table.name for kind, (table, _) in CHILD_TABLES.items()}


def _moves(kind: str, sql: str) -> bool:
    """Whether the keys follow from columns of the changed row itself, which a write may change."""
    own = {kind, f"temp.{changed_rows(kind)}", _CHILD_OF.get(kind, kind)}
    return any(re.search(rf"\b(?:FROM|JOIN) {re.escape(table)}\b", sql) for table in own)


_KINDS = sorted({path.partition(">")[0] for path in WAKE_PATHS})

#: The paths of each changed kind; and those of them that must be followed before the write as well.
PATHS_OF: Mapping[str, Mapping[str, str]] = {kind: _of_kind(kind) for kind in _KINDS}
MOVING_PATHS_OF: Mapping[str, Mapping[str, str]] = {
    kind: {path: sql for path, sql in PATHS_OF[kind].items() if _moves(kind, sql)} for kind in _KINDS
}


def _columns_named(kind: str) -> tuple[str, ...]:
    selects = " UNION ".join(MOVING_PATHS_OF[kind].values()).split(" UNION ")
    said = set(re.findall(r"\w+", " ".join(one for one in selects if _moves(kind, one))))
    return tuple(column.name for column in TABLES[EntityKind(kind)].c if column.name in {"id", *said})


#: The columns of a row that its paths ask for.
ASKED_COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    kind: _columns_named(kind) for kind in _KINDS if MOVING_PATHS_OF[kind]
}

#: The columns of a row that decide its keys: while they stay, a write moves it nowhere. Kinds with lines
#: inside them are left out: those may move whatever the row says.
DECIDING_COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    kind: columns for kind, columns in ASKED_COLUMNS_OF.items() if kind not in _CHILD_OF
}
