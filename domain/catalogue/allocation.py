"""Exception types of allocation and supply."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

AL_SHORT = CaseType(
    code="AL-SHORT",
    version=1,
    stage=Stage.ALLOCATION,
    title="Stock short",
    entity=EntityKind.ORDER_LINE,
    detected_when="stock and inbound at the line's node do not cover it by its promise date",
    clears_when="the line is covered in full",
    correlation="short:{item_id}:{node_id}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Ship from another node", remedy=Remedy.REALLOCATE, right=Right.ASSISTED, effort_minutes=8
        ),
        StandardAction(
            label="Split over nodes", remedy=Remedy.SPLIT, right=Right.ASSISTED, effort_minutes=10
        ),
        StandardAction(
            label="Expedite the inbound", remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20
        ),
    ),
    evidence=("short_quantity", "ordered_quantity", "on_hand", "inbound_by_promise", "promised_at"),
    parents=("AL-PO-LATE",),
)

AL_IMBALANCE = CaseType(
    code="AL-IMBALANCE",
    version=1,
    stage=Stage.ALLOCATION,
    title="Stock elsewhere",
    entity=EntityKind.ORDER_LINE,
    detected_when="the line is short at its node while another node has uncommitted stock for it",
    clears_when="the line is covered in full or no other node can help",
    correlation="imbalance:{item_id}",
    acknowledge_minutes=60,
    resolve_minutes=240,
    actions=(
        StandardAction(
            label="Ship from another node", remedy=Remedy.REALLOCATE, right=Right.ASSISTED, effort_minutes=6
        ),
        StandardAction(label="Split over nodes", remedy=Remedy.SPLIT, right=Right.ASSISTED, effort_minutes=8),
    ),
    evidence=("short_quantity", "other_node", "other_available", "promised_at"),
    parents=("AL-PO-LATE",),
)

AL_PO_LATE = CaseType(
    code="AL-PO-LATE",
    version=1,
    stage=Stage.ALLOCATION,
    title="Late inbound",
    entity=EntityKind.INBOUND_SUPPLY,
    detected_when="inbound goods come a day or more after they were due and order lines wait for them",
    clears_when="they are received, expected in time again, or nothing waits for them",
    correlation="po:{number}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Expedite the inbound", remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20
        ),
    ),
    evidence=("due_at", "eta_at", "open_quantity", "supplier", "waiting_lines"),
    root=True,
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    AL_SHORT,
    AL_IMBALANCE,
    AL_PO_LATE,
)
