"""Exception types of returns."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind

RT_UNMATCHED = CaseType(
    code="RT-UNMATCHED",
    version=1,
    stage=Stage.RETURNS,
    title="Return does not match",
    entity=EntityKind.RETURN_AUTHORISATION,
    detected_when=(
        "a return that is not closed claims, or brought back, more units of its order line than were shipped "
        "and billed (returns of the line together), another quantity than the other (claimed against "
        "received), or a lot of another item"
    ),
    clears_when="claim, receipt, shipment and invoice agree, or the return is credited or closed",
    correlation="return:{node_id}",
    correlation_version=3,
    acknowledge_minutes=240,
    resolve_minutes=2880,
    actions=(
        StandardAction(label="Request the missing data", right=Right.AUTOMATED, effort_minutes=4),
        StandardAction(label="Decide the claim", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=(
        "claimed_quantity",
        "received_quantity",
        "shipped_quantity",
        "billed_quantity",
        "unmatched_cents",
    ),
    severity_inputs=("unmatched value",),
    parents=("RT-RATE",),
)

RT_OVERDUE = CaseType(
    code="RT-OVERDUE",
    version=1,
    stage=Stage.RETURNS,
    title="Return overdue",
    entity=EntityKind.RETURN_AUTHORISATION,
    detected_when=(
        "a return is issued and not received past the day it was expected by (without one: past the policy's "
        "days after issue)"
    ),
    clears_when="the goods are received, or the return is closed",
    correlation="return:{node_id}",
    correlation_version=3,
    acknowledge_minutes=1440,
    resolve_minutes=7200,
    actions=(
        StandardAction(label="Remind the customer", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Close the return", right=Right.ASSISTED, effort_minutes=5),
    ),
    evidence=("issued_at", "expected_by", "quantity", "exposure_cents"),
    severity_inputs=("credit exposure",),
    parents=("RT-RATE",),
)

RT_DISPOSITION = CaseType(
    code="RT-DISPOSITION",
    version=1,
    stage=Stage.RETURNS,
    title="Return without disposition",
    entity=EntityKind.RETURN_AUTHORISATION,
    detected_when="a return was received longer ago than the limit and nobody has decided over the goods",
    clears_when="a disposition is set, or the return is credited or closed",
    correlation="disposition:{node_id}",
    correlation_version=2,
    acknowledge_minutes=480,
    resolve_minutes=2880,
    actions=(
        StandardAction(label="Restock or scrap by rule", right=Right.AUTOMATED, effort_minutes=4),
        StandardAction(label="Inspect and decide", right=Right.ASSISTED, effort_minutes=12),
    ),
    evidence=("received_at", "limit_hours", "quantity", "stock_value_cents"),
    severity_inputs=("stock value", "resale"),
    parents=("RT-RATE",),
)

RT_CREDIT = CaseType(
    code="RT-CREDIT",
    version=1,
    stage=Stage.RETURNS,
    title="Return without credit",
    entity=EntityKind.RETURN_AUTHORISATION,
    detected_when="the goods of a return were disposed of longer ago than the limit and no credit was issued",
    clears_when="the credit is issued, or the return is closed",
    correlation="return:{node_id}",
    correlation_version=3,
    acknowledge_minutes=480,
    resolve_minutes=2880,
    actions=(
        StandardAction(label="Issue the credit up to the limit", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Approve the credit", right=Right.ASSISTED, effort_minutes=8),
    ),
    evidence=("disposition", "disposed_at", "limit_hours", "credit_cents"),
    severity_inputs=("customer value",),
    parents=("RT-RATE",),
)

RT_RATE = CaseType(
    code="RT-RATE",
    version=1,
    stage=Stage.RETURNS,
    title="Return rate",
    entity=EntityKind.ITEM,
    detected_when=(
        "the returned share of an item's shipped units within the window lies above the three-sigma limit "
        "of the p-chart of all items, with at least the least number of returns; where most of them are of "
        "one lot, that lot is named"
    ),
    clears_when="the share is inside the limit again",
    correlation="return-rate:{item_id}:{lot_id}",
    acknowledge_minutes=1440,
    resolve_minutes=7200,
    actions=(
        StandardAction(label="Stop shipping the lot", right=Right.HUMAN_ONLY, effort_minutes=20),
        StandardAction(label="Have quality look at it", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("returned_quantity", "shipped_quantity", "return_rate_bp", "limit_bp", "average_bp", "reasons"),
    severity_inputs=("cost of the returns",),
    root=True,
)

RT_PROPENSITY = CaseType(
    code="RT-PROPENSITY",
    version=1,
    stage=Stage.RETURNS,
    title="Return likely",
    entity=EntityKind.SALES_ORDER,
    detected_when=(
        "a model's probability of a return within 60 days reaches the threshold when the order is entered, "
        "and the cost is above the floor"
    ),
    clears_when="the order is shipped and the window has passed",
    correlation="return-propensity:{order_id}",
    acknowledge_minutes=480,
    resolve_minutes=1440,
    actions=(StandardAction(label="Confirm the order details", right=Right.AUTOMATED, effort_minutes=4),),
    evidence=("probability_bp", "contributions"),
    severity_inputs=("probability", "cost of a return"),
    reserved=True,
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    RT_UNMATCHED,
    RT_OVERDUE,
    RT_DISPOSITION,
    RT_CREDIT,
    RT_RATE,
    RT_PROPENSITY,
)
