"""Bringing the stored cases of one type in line with what its rule finds now, everywhere or in a scope.

Found and unknown: opened. Found and closed: opened again. Open and not found: cleared, unless a source it
rests on is silent. Only cases in the scope are touched; the full pass is the same without a scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.candidates import candidates
from app.detection.lifecycle.absent import not_found
from app.detection.lifecycle.changes import Changes
from app.detection.lifecycle.found import open_fresh, still_there
from app.detection.lifecycle.stored import open_cases

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.detection.candidates import Candidate
    from app.detection.lifecycle.look import Look
    from app.detection.lifecycle.stored import StoredCase


def reconcile(connection: Connection, look: Look, *, narrowed: bool) -> Changes:
    """What the look changes; nothing is written yet."""
    changes = Changes()
    case_type = look.rule.case_type
    known: dict[tuple[str, str], StoredCase] = {
        (row.entity_kind, row.entity_id): row
        for row in open_cases(connection, case_type.code, narrowed=narrowed)
    }
    fresh: list[Candidate] = []
    for candidate in candidates(connection, look.compiled, look.moment, narrowed=narrowed):
        present = known.pop((candidate.kind, candidate.entity_id), None)
        if present is None:
            fresh.append(candidate)
        else:
            still_there(changes, look, present, candidate)
    if fresh:
        open_fresh(connection, changes, look, fresh)
    for gone in known.values():
        not_found(changes, look, gone)
    return changes
