"""The first ten exception types; each row follows the catalogue page in the docs."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.recommendations import Remedy

OE_CREDIT = CaseType(
    code="OE-CREDIT",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Credit hold",
    entity=EntityKind.SALES_ORDER,
    detected_when="the order is on credit hold, or its customer is over the limit, and it has not shipped",
    clears_when="the hold is removed or the order is cancelled",
    correlation="credit:{customer_id}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(StandardAction(remedy=Remedy.RELEASE_CREDIT_HOLD, right=Right.HUMAN_ONLY, effort_minutes=10),),
    evidence=("order_value", "credit_limit", "open_receivables", "days_past_due", "tier"),
)

OE_PRICE = CaseType(
    code="OE-PRICE",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Price mismatch",
    entity=EntityKind.ORDER_LINE,
    detected_when="the line's unit price is off the agreed price by more than 2 % and 5.00 in total",
    clears_when="the price is within tolerance or the line has shipped or is cancelled",
    correlation="price:{customer_id}:{item_id}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(StandardAction(remedy=Remedy.CORRECT_PRICE, right=Right.ASSISTED, effort_minutes=5),),
    evidence=("unit_price", "agreed_price", "ordered_quantity", "price_source"),
)

OE_INCOMPLETE = CaseType(
    code="OE-INCOMPLETE",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Incomplete order",
    entity=EntityKind.SALES_ORDER,
    detected_when="a ship-to field that the customer's orders require is blank before release",
    clears_when="all required fields are present",
    correlation="incomplete:{customer_id}:{fields}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(StandardAction(remedy=Remedy.COMPLETE_ORDER, right=Right.ASSISTED, effort_minutes=6),),
    evidence=("missing_fields", "last_good_order"),
)

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
        StandardAction(remedy=Remedy.REALLOCATE, right=Right.ASSISTED, effort_minutes=8),
        StandardAction(remedy=Remedy.SPLIT, right=Right.ASSISTED, effort_minutes=10),
        StandardAction(remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20),
    ),
    evidence=("short_quantity", "ordered_quantity", "on_hand", "inbound_by_promise", "promised_at"),
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
        StandardAction(remedy=Remedy.REALLOCATE, right=Right.ASSISTED, effort_minutes=6),
        StandardAction(remedy=Remedy.SPLIT, right=Right.ASSISTED, effort_minutes=8),
    ),
    evidence=("short_quantity", "other_node", "other_available", "promised_at"),
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
    actions=(StandardAction(remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20),),
    evidence=("due_at", "eta_at", "open_quantity", "supplier", "waiting_lines"),
    root=True,
    child_codes=("AL-SHORT", "AL-IMBALANCE"),
)

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
    actions=(StandardAction(remedy=Remedy.REPICK, right=Right.ASSISTED, effort_minutes=5),),
    evidence=("requested_quantity", "picked_quantity", "bin_code", "due_at"),
)

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
    actions=(StandardAction(remedy=Remedy.REBOOK_CARRIER, right=Right.ASSISTED, effort_minutes=8),),
    evidence=("eta_at", "window_end_at", "scac", "service", "status", "last_milestone"),
)

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
    actions=(StandardAction(remedy=Remedy.CREDIT_INVOICE, right=Right.ASSISTED, effort_minutes=10),),
    evidence=("billed_quantity", "delivered_quantity", "signed_by", "delivered_at"),
)

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
    child_codes=(),
)

CASE_TYPES: tuple[CaseType, ...] = (
    OE_CREDIT,
    OE_PRICE,
    OE_INCOMPLETE,
    AL_SHORT,
    AL_IMBALANCE,
    AL_PO_LATE,
    WH_PICK_SHORT,
    TR_ETA_LATE,
    IN_POD_MISMATCH,
    DQ_STALE,
)

_BY_CODE = {case_type.code: case_type for case_type in CASE_TYPES}


def case_type(code: str) -> CaseType:
    """The type of that code.

    Raises:
        BadInputError: there is no such type.
    """
    found = _BY_CODE.get(code)
    if found is None:
        raise BadInputError(
            what=f"There is no exception type {code!r}.", remedy=f"Known types: {', '.join(_BY_CODE)}."
        )
    return found
