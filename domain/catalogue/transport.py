"""Exception types of transport."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

TR_ETA_LATE = CaseType(
    code="TR-ETA-LATE",
    version=1,
    stage=Stage.TRANSPORT,
    title="Late delivery",
    entity=EntityKind.SHIPMENT,
    detected_when="the shipment's ETA is past the end of its delivery window",
    clears_when="the ETA is back inside the window, or it is delivered or cancelled",
    correlation="carrier:{scac}:{node_id}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(
            label="Rebook the carrier", remedy=Remedy.REBOOK_CARRIER, right=Right.ASSISTED, effort_minutes=8
        ),
    ),
    evidence=("eta_at", "window_end_at", "scac", "service", "status", "last_milestone"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (TR_ETA_LATE,)
