"""Exception types of the warehouse."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

WH_PICK_SHORT = CaseType(
    code="WH-PICK-SHORT",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Short pick",
    entity=EntityKind.PICK_TASK,
    detected_when="a pick closed with less than requested",
    clears_when="the rest is picked or the task is cancelled",
    correlation="pick:{node_id}:{bin_code}",
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(
        StandardAction(
            label="Pick from another bin", remedy=Remedy.REPICK, right=Right.ASSISTED, effort_minutes=5
        ),
    ),
    evidence=("requested_quantity", "picked_quantity", "bin_code", "due_at"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (WH_PICK_SHORT,)
