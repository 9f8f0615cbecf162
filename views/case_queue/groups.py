"""Incidents in the queue: rows of one incident together, one of them standing for all; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from views.case_queue.state import CaseTable, Int64Array, QueueView, SortKey


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The slots to show, top first; which cases stand for an incident, and which are under one."""

    order: Int64Array
    heads: frozenset[str] = frozenset()
    inner: frozenset[str] = field(default_factory=frozenset)


def grouped(table: CaseTable, order: Int64Array, view: QueueView) -> Grouping:
    """Bring the rows of each incident together where its best row stands, folded unless wanted open.

    By priority an incident stands where its own money a minute puts it, not where its members would.
    """
    groups: dict[str, list[int]] = {}
    for slot in order.tolist():
        groups.setdefault(table.incident_ids[slot] or f"alone:{slot}", []).append(slot)
    if view.sort is SortKey.PRIORITY:
        sign = -1 if view.descending else 1
        ranked = sorted(groups, key=lambda name: sign * _priority(table, name, groups[name]))
    else:
        ranked = list(groups)
    shown: list[int] = []
    heads, inner = set(), set()
    for name in ranked:
        slots = groups[name]
        incident = table.incidents.get(name)
        if incident is None or len(slots) == 1:
            shown += slots
            continue
        head = next((slot for slot in slots if table.ids[slot] == incident.lead_id), slots[0])
        heads.add(table.ids[head])
        shown.append(head)
        if name in view.unfolded:
            members = [slot for slot in slots if slot != head]
            inner |= {table.ids[slot] for slot in members}
            shown += members
    return Grouping(np.array(shown, dtype=np.int64), frozenset(heads), frozenset(inner))


def _priority(table: CaseTable, name: str, slots: list[int]) -> int:
    incident = table.incidents.get(name)
    if incident is not None and len(slots) > 1:
        return incident.priority_cents
    return int(table.priority_cents[slots[0]])
