"""Exception types of invoicing."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

IN_POD_MISMATCH = CaseType(
    code="IN-POD-MISMATCH",
    version=1,
    stage=Stage.INVOICING,
    title="POD mismatch",
    entity=EntityKind.INVOICE,
    detected_when="more was billed than the receiver signed for in good condition",
    clears_when="billed less credited equals what was signed for",
    correlation="pod:{shipment_id}",
    acknowledge_minutes=240,
    resolve_minutes=2880,
    actions=(
        StandardAction(
            label="Credit the difference",
            remedy=Remedy.CREDIT_INVOICE,
            right=Right.ASSISTED,
            effort_minutes=10,
        ),
    ),
    evidence=("billed_quantity", "delivered_quantity", "signed_by", "delivered_at"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (IN_POD_MISMATCH,)
