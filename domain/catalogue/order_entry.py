"""Exception types of order entry."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

OE_CREDIT = CaseType(
    code="OE-CREDIT",
    version=2,
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
        StandardAction(label="Ask the customer for payment", right=Right.AUTOMATED, effort_minutes=10),
        StandardAction(label="Release the part within the limit", right=Right.ASSISTED, effort_minutes=12),
    ),
    evidence=("order_value", "credit_limit", "open_receivables", "days_past_due", "tier"),
    severity_inputs=("order value", "days past due", "tier", "hours to the promise"),
)

OE_PRICE = CaseType(
    code="OE-PRICE",
    version=2,
    stage=Stage.ORDER_ENTRY,
    title="Price mismatch",
    entity=EntityKind.ORDER_LINE,
    detected_when="the line's unit price is off the agreed price by more than its tier's percent and amount",
    clears_when="the price is within tolerance, the deviation is approved, or the line shipped or cancelled",
    correlation="price:{item_id}",
    correlation_version=3,
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Correct the price", remedy=Remedy.CORRECT_PRICE, right=Right.ASSISTED, effort_minutes=5
        ),
        StandardAction(label="Approve the deviation", right=Right.ASSISTED, effort_minutes=6),
        StandardAction(label="Sell below cost", right=Right.HUMAN_ONLY, effort_minutes=10),
    ),
    evidence=("unit_price", "agreed_price", "ordered_quantity", "price_source"),
    severity_inputs=("price gap times quantity", "hours to the promise"),
)

OE_INCOMPLETE = CaseType(
    code="OE-INCOMPLETE",
    version=2,
    stage=Stage.ORDER_ENTRY,
    title="Incomplete order",
    entity=EntityKind.SALES_ORDER,
    detected_when="a field that the customer's orders require is blank before release",
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
        StandardAction(label="Ask the customer", right=Right.AUTOMATED, effort_minutes=6),
    ),
    evidence=("missing_fields", "last_good_order"),
    severity_inputs=("order value", "hours to the promise"),
)

OE_ROUTING = CaseType(
    code="OE-ROUTING",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Routing guide broken",
    entity=EntityKind.SHIPMENT,
    detected_when="a shipment not yet picked up is planned with a carrier that its customer's guide excludes",
    clears_when="the planned carrier is one of the guide, or the shipment left or was cancelled",
    correlation="routing:{customer_id}:carrier",
    acknowledge_minutes=120,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Switch to a carrier of the guide",
            remedy=Remedy.REBOOK_CARRIER,
            right=Right.ASSISTED,
            effort_minutes=8,
        ),
    ),
    evidence=("planned_carrier", "allowed_carriers", "chargeback", "planned_pickup_at"),
    severity_inputs=("chargeback amount", "tier"),
)

OE_DUP = CaseType(
    code="OE-DUP",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Duplicate order",
    entity=EntityKind.SALES_ORDER,
    detected_when="an earlier order of the customer has the same PO number, or within 72 h the same lines",
    clears_when="the later order is reviewed, shipped or cancelled, or the earlier one is cancelled",
    correlation="dup:{customer_id}:{customer_po or first order}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Hold the later order", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(
            label="Cancel it after asking the customer", right=Right.HUMAN_ONLY, effort_minutes=15
        ),
    ),
    evidence=("first_order", "same", "ordered_at", "first_ordered_at", "order_value"),
    severity_inputs=("order value",),
)

OE_QTY_OUTLIER = CaseType(
    code="OE-QTY-OUTLIER",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Unusual quantity",
    entity=EntityKind.ORDER_LINE,
    detected_when=(
        "the quantity is over e² times the median of the item's own lines and worth more than the floor, "
        "or is no multiple of the case pack, or is below the minimum order quantity"
    ),
    clears_when="the customer confirms the quantity, or it is corrected, cancelled or shipped",
    correlation="qty:{customer_id}",
    correlation_version=2,
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Ask the customer", right=Right.AUTOMATED, effort_minutes=5),
        StandardAction(label="Hold the allocation", right=Right.ASSISTED, effort_minutes=6),
    ),
    evidence=("ordered_quantity", "usual_quantity", "case_pack", "minimum_quantity"),
    severity_inputs=("line value", "share of it that is unusual"),
)

OE_PROMISE = CaseType(
    code="OE-PROMISE",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Promise infeasible",
    entity=EntityKind.SALES_ORDER,
    detected_when=(
        "an order not yet released is promised earlier than picking and the lane's transit allow from now, "
        "or from the arrival of the supply that its short lines wait for"
    ),
    clears_when="the earliest feasible date is not after the promise, or the order is released or held",
    correlation="promise:{item_id}:{node_id} or promise:{order_id}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Promise a new date", remedy=Remedy.PROMISE_DATE, right=Right.ASSISTED, effort_minutes=8
        ),
        StandardAction(label="Split the order", right=Right.ASSISTED, effort_minutes=10),
    ),
    evidence=("promised_at", "feasible_at", "pick_lead", "transit", "supply_at"),
    severity_inputs=("days infeasible", "penalty", "tier"),
    parents=("AL-PO-LATE", "AL-PO-SHORT"),
)

OE_EXPORT = CaseType(
    code="OE-EXPORT",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Export restricted",
    entity=EntityKind.SALES_ORDER,
    detected_when=(
        "the party has a screening hit, or an item or the destination is restricted and there is no licence"
    ),
    clears_when="the screening is cleared, a licence is entered, or the order shipped or cancelled",
    correlation="export:{customer_id}:{country}",
    acknowledge_minutes=30,
    resolve_minutes=1_440,
    actions=(StandardAction(label="Have compliance decide", right=Right.HUMAN_ONLY, effort_minutes=30),),
    evidence=("screening", "restricted_items", "destination", "licence_number"),
    severity_inputs=("law",),
)

OE_FRAUD = CaseType(
    code="OE-FRAUD",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Suspicious order",
    entity=EntityKind.SALES_ORDER,
    detected_when="the points of its fraud indicators reach the threshold before the order shipped",
    clears_when="a person reviewed it, or it shipped or is cancelled",
    correlation="fraud:{customer_id}:{postcode}",
    acknowledge_minutes=15,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Hold the release", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Review the order", right=Right.HUMAN_ONLY, effort_minutes=20),
    ),
    evidence=("points", "threshold", "indicators", "order_value", "usual_value", "orders_in_window"),
    severity_inputs=("order value", "points"),
)

OE_STUCK = CaseType(
    code="OE-STUCK",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Order stuck",
    entity=EntityKind.SALES_ORDER,
    detected_when="the order, not on credit hold, is in its step longer than the limit of step and channel",
    clears_when="its status moves",
    correlation="stuck:{status}:{channel}",
    acknowledge_minutes=60,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Send it to the owner of the step", right=Right.AUTOMATED, effort_minutes=4),
    ),
    evidence=("status", "since", "limit", "channel"),
    severity_inputs=("order value", "hours to the promise"),
)

OE_OBSOLETE = CaseType(
    code="OE-OBSOLETE",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Item no longer sold",
    entity=EntityKind.ORDER_LINE,
    detected_when="an open line asks for an item that is discontinued, superseded or blocked",
    clears_when="the line is substituted, shipped or cancelled, or the item is active again",
    correlation="obsolete:{item_id}",
    acknowledge_minutes=240,
    resolve_minutes=1_440,
    actions=(
        StandardAction(
            label="Ship a substitute", remedy=Remedy.SUBSTITUTE, right=Right.ASSISTED, effort_minutes=6
        ),
        StandardAction(label="Cancel the line with the customer", right=Right.ASSISTED, effort_minutes=12),
    ),
    evidence=("lifecycle", "open_quantity", "substitutes", "substitutes_allowed"),
    severity_inputs=("line value", "whether a substitute exists"),
)

OE_LATE_CHANGE = CaseType(
    code="OE-LATE-CHANGE",
    version=1,
    stage=Stage.ORDER_ENTRY,
    title="Change after release",
    entity=EntityKind.ORDER_CHANGE,
    detected_when="a change or cancellation is open while picks of what it changes are released",
    clears_when="it is applied or refused, or nothing of it is left in the warehouse",
    correlation="late-change:{node_id}",
    correlation_version=2,
    acknowledge_minutes=15,
    resolve_minutes=120,
    actions=(
        StandardAction(label="Pull it from the wave", right=Right.ASSISTED, effort_minutes=6),
        StandardAction(label="Refuse the change", right=Right.HUMAN_ONLY, effort_minutes=8),
    ),
    evidence=("change", "requested_at", "picks", "picked_quantity", "new_quantity"),
    severity_inputs=("line value", "picked quantity"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    OE_CREDIT,
    OE_PRICE,
    OE_INCOMPLETE,
    OE_ROUTING,
    OE_DUP,
    OE_QTY_OUTLIER,
    OE_PROMISE,
    OE_EXPORT,
    OE_FRAUD,
    OE_STUCK,
    OE_OBSOLETE,
    OE_LATE_CHANGE,
)
