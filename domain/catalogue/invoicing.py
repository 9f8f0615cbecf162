"""Exception types of invoicing and service."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

IN_QTY = CaseType(
    code="IN-QTY",
    version=1,
    stage=Stage.INVOICING,
    title="Billed quantity",
    entity=EntityKind.INVOICE,
    detected_when=(
        "an invoice that is not cancelled bills more of a line, less credits, than its shipment carried; or "
        "the invoices of a shipment bill less than it carried; or a finished order line was shipped in "
        "another quantity than ordered and no short pick or change says why; beyond the tolerance in "
        "percent and in amount"
    ),
    clears_when="billed, shipped and ordered agree within tolerance, or the invoice is cancelled",
    correlation="invoice-quantity:{node_id}",
    correlation_version=2,
    acknowledge_minutes=120,
    resolve_minutes=1440,
    actions=(
        StandardAction(
            label="Correct the invoice before it is posted", right=Right.AUTOMATED, effort_minutes=4
        ),
        StandardAction(
            label="Credit and bill again",
            remedy=Remedy.CREDIT_INVOICE,
            right=Right.ASSISTED,
            effort_minutes=12,
        ),
    ),
    evidence=("billed_quantity", "shipped_quantity", "ordered_quantity", "difference_cents"),
    severity_inputs=("difference value", "customer tier"),
    parents=("DQ-STALE",),
)

IN_POD_MISSING = CaseType(
    code="IN-POD-MISSING",
    version=1,
    stage=Stage.INVOICING,
    title="POD missing",
    entity=EntityKind.SHIPMENT,
    detected_when="a shipment was delivered longer ago than the limit and no proof of delivery is on file",
    clears_when="a proof of delivery is stored, or the delivery is taken back",
    correlation="pod-missing:{scac}",
    acknowledge_minutes=480,
    resolve_minutes=4320,
    actions=(
        StandardAction(label="Request the POD of the carrier", right=Right.AUTOMATED, effort_minutes=3),
    ),
    evidence=("delivered_at", "limit_hours", "shipment_value_cents", "carrier"),
    severity_inputs=("invoice value", "days sales outstanding"),
    # A carrier that is late has delivered all the same: its papers are another matter.
    parents=("DQ-STALE",),
)

IN_POD_MISMATCH = CaseType(
    code="IN-POD-MISMATCH",
    version=1,
    stage=Stage.INVOICING,
    title="POD mismatch",
    entity=EntityKind.INVOICE,
    detected_when="more was billed than the receiver signed for in good condition",
    clears_when="billed less credited equals what was signed for",
    correlation="pod:{node_id}",
    correlation_version=3,
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
    evidence=("billed_quantity", "delivered_quantity", "unmatched_cents", "signed_by", "delivered_at"),
    severity_inputs=("difference value", "probability of a dispute"),
)

IN_PRICE = CaseType(
    code="IN-PRICE",
    version=1,
    stage=Stage.INVOICING,
    title="Billed price",
    entity=EntityKind.INVOICE,
    detected_when=(
        "an invoice that is not cancelled bills a line at another unit price than its order line says, "
        "beyond the tolerance in percent and in amount, and the units are not credited"
    ),
    clears_when="the prices agree within tolerance, or the billed units are credited",
    correlation="invoice-price:{node_id}",
    correlation_version=3,
    acknowledge_minutes=240,
    resolve_minutes=2880,
    actions=(
        StandardAction(label="Correct the price", right=Right.AUTOMATED, effort_minutes=4),
        StandardAction(label="Approve the difference", right=Right.ASSISTED, effort_minutes=6),
    ),
    evidence=("billed_price_cents", "order_price_cents", "billed_quantity", "difference_cents"),
    severity_inputs=("difference value",),
)

IN_UNBILLED = CaseType(
    code="IN-UNBILLED",
    version=1,
    stage=Stage.INVOICING,
    title="Shipped, not billed",
    entity=EntityKind.SHIPMENT,
    detected_when="a shipment left longer ago than the limit and no posted invoice bills it",
    clears_when="an invoice of the shipment is posted, or the shipment is cancelled",
    correlation="unbilled:{billing_block}",
    acknowledge_minutes=240,
    resolve_minutes=1440,
    actions=(StandardAction(label="Trigger billing", right=Right.AUTOMATED, effort_minutes=3),),
    evidence=("shipped_at", "limit_hours", "unbilled_cents", "billing_block"),
    severity_inputs=("value", "age"),
    parents=("DQ-STALE",),
)

IN_DEDUCTION = CaseType(
    code="IN-DEDUCTION",
    version=1,
    stage=Stage.INVOICING,
    title="Deduction",
    entity=EntityKind.INVOICE,
    detected_when=(
        "a customer paid less than billed less credited, beyond the tolerance, and the deduction is not "
        "closed"
    ),
    clears_when="the deduction is closed, credited or paid",
    correlation="deduction:{deduction_code}",
    correlation_version=2,
    acknowledge_minutes=1440,
    resolve_minutes=14400,
    actions=(
        StandardAction(label="Accept a small deduction", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Dispute with the evidence", right=Right.ASSISTED, effort_minutes=25),
    ),
    evidence=("billed_cents", "paid_cents", "short_cents", "deduction_code", "win_probability_bp"),
    severity_inputs=("short amount", "win rate of the code"),
)

IN_DUP = CaseType(
    code="IN-DUP",
    version=1,
    stage=Stage.INVOICING,
    title="Billed twice",
    entity=EntityKind.INVOICE,
    detected_when=(
        "an order line of a shipment is billed in a posted invoice although an earlier posted invoice bills "
        "it, and neither is credited; the later invoice is the case"
    ),
    clears_when="one of the two is cancelled or credited",
    correlation="invoice-duplicate:{node_id}",
    correlation_version=2,
    acknowledge_minutes=120,
    resolve_minutes=1440,
    actions=(
        StandardAction(
            label="Cancel the second invoice",
            remedy=Remedy.CREDIT_INVOICE,
            right=Right.ASSISTED,
            effort_minutes=8,
        ),
    ),
    evidence=("first_invoice", "second_invoice", "billed_twice_quantity", "billed_twice_cents"),
    severity_inputs=("value billed twice",),
    parents=("DQ-EDI",),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    IN_QTY,
    IN_POD_MISSING,
    IN_POD_MISMATCH,
    IN_PRICE,
    IN_UNBILLED,
    IN_DEDUCTION,
    IN_DUP,
)
