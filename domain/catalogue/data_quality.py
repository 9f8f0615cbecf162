"""Exception types of data quality and integration."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Stage
from domain.ids import EntityKind

DQ_STALE = CaseType(
    code="DQ-STALE",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Source silent",
    entity=EntityKind.FEED,
    detected_when="a source had no good sync for three intervals, or gave records that cannot be read",
    clears_when="a sync succeeds and nothing of it is in quarantine",
    correlation="feed:{source}",
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(),
    evidence=("last_success_at", "interval_seconds", "failures_in_row", "quarantined", "why"),
    root=True,
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (DQ_STALE,)
