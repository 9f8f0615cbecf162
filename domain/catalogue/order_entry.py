"""Exception types of order entry."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
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
    actions=(
        StandardAction(
            label="Release the credit hold",
            remedy=Remedy.RELEASE_CREDIT_HOLD,
            right=Right.HUMAN_ONLY,
            effort_minutes=10,
        ),
    ),
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
    actions=(
        StandardAction(
            label="Correct the price", remedy=Remedy.CORRECT_PRICE, right=Right.ASSISTED, effort_minutes=5
        ),
    ),
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
    actions=(
        StandardAction(
            label="Fill in what is missing",
            remedy=Remedy.COMPLETE_ORDER,
            right=Right.ASSISTED,
            effort_minutes=6,
        ),
    ),
    evidence=("missing_fields", "last_good_order"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    OE_CREDIT,
    OE_PRICE,
    OE_INCOMPLETE,
)
