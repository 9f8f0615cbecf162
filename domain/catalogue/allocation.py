"""Exception types of allocation and supply."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

_SUPPLY_CAUSES = ("AL-PO-LATE", "AL-PO-SHORT")

AL_SHORT = CaseType(
    code="AL-SHORT",
    version=2,
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
            label="Ship a substitute", remedy=Remedy.SUBSTITUTE, right=Right.ASSISTED, effort_minutes=10
        ),
        StandardAction(
            label="Expedite the inbound", remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20
        ),
        StandardAction(label="Keep it as a backorder", right=Right.ASSISTED, effort_minutes=10),
    ),
    evidence=("short_quantity", "ordered_quantity", "on_hand", "inbound_by_promise", "promised_at"),
    severity_inputs=("margin of the short quantity", "tier", "days late"),
    parents=(*_SUPPLY_CAUSES, "WH-LOC"),
)

AL_IMBALANCE = CaseType(
    code="AL-IMBALANCE",
    version=2,
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
    severity_inputs=("loss avoided", "tier"),
    parents=(*_SUPPLY_CAUSES, "WH-LOC"),
)

AL_PRIORITY_INV = CaseType(
    code="AL-PRIORITY-INV",
    version=1,
    stage=Stage.ALLOCATION,
    title="Priority inverted",
    entity=EntityKind.ORDER_LINE,
    detected_when=(
        "the line is short while a line of a lower tier, or of the same tier and a later promise, holds "
        "stock of the item at the node"
    ),
    clears_when="the line is covered, or nobody after it holds stock there",
    correlation="priority:{item_id}:{node_id}",
    acknowledge_minutes=60,
    resolve_minutes=240,
    actions=(StandardAction(label="Swap the reservations", right=Right.ASSISTED, effort_minutes=8),),
    evidence=("short_quantity", "tier", "promised_at", "holder", "holder_tier", "held_quantity"),
    severity_inputs=("difference of the losses",),
    parents=(*_SUPPLY_CAUSES, "WH-LOC"),
)

AL_BO_AGED = CaseType(
    code="AL-BO-AGED",
    version=1,
    stage=Stage.ALLOCATION,
    title="Aged backorder",
    entity=EntityKind.ORDER_LINE,
    detected_when=(
        "a line past its requested date is still short, and that for longer than its tier's limit, or "
        "nothing inbound gives a date"
    ),
    clears_when="the line is covered in full or cancelled",
    correlation="backorder:{item_id}",
    acknowledge_minutes=240,
    resolve_minutes=2_880,
    actions=(
        StandardAction(
            label="Expedite the inbound", remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20
        ),
        StandardAction(
            label="Ship a substitute", remedy=Remedy.SUBSTITUTE, right=Right.ASSISTED, effort_minutes=10
        ),
        StandardAction(label="Offer to cancel", right=Right.ASSISTED, effort_minutes=12),
    ),
    evidence=("age", "limit", "short_quantity", "requested_at", "promised_at", "next_inbound_at"),
    severity_inputs=("line value", "age", "tier", "probability of cancelling"),
    parents=(*_SUPPLY_CAUSES, "WH-LOC"),
)

AL_PO_LATE = CaseType(
    code="AL-PO-LATE",
    version=2,
    stage=Stage.ALLOCATION,
    title="Late inbound",
    entity=EntityKind.INBOUND_SUPPLY,
    detected_when=(
        "inbound goods come later than due by more than the tolerance and order lines wait for them, or a "
        "supplier that announces its shipments has not announced this one shortly before it is due"
    ),
    clears_when="they are received, expected in time again, announced, or nothing waits for them",
    correlation="supplier:{supplier_name}:{week}",
    correlation_version=2,
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Expedite the inbound", remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20
        ),
        StandardAction(label="Find another source", right=Right.ASSISTED, effort_minutes=30),
    ),
    evidence=("due_at", "eta_at", "open_quantity", "supplier", "waiting_lines"),
    severity_inputs=("sum of the losses of the waiting lines",),
    root=True,
)

AL_PO_SHORT = CaseType(
    code="AL-PO-SHORT",
    version=1,
    stage=Stage.ALLOCATION,
    title="Inbound short",
    entity=EntityKind.INBOUND_SUPPLY,
    detected_when="the supplier confirmed, announced or delivered less than was ordered, beyond tolerance",
    clears_when="the rest is confirmed or received, or after the receipt no line is short for it",
    correlation="supplier-short:{supplier_name}",
    correlation_version=4,
    acknowledge_minutes=120,
    resolve_minutes=1_440,
    actions=(
        StandardAction(label="Chase the supplier", right=Right.AUTOMATED, effort_minutes=6),
        StandardAction(label="Serve the lines from elsewhere", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("ordered_quantity", "given_quantity", "missing_quantity", "told_by", "supplier"),
    severity_inputs=("sum of the losses of the short lines",),
    root=True,
)

AL_STRANDED = CaseType(
    code="AL-STRANDED",
    version=1,
    stage=Stage.ALLOCATION,
    title="Stock stranded",
    entity=EntityKind.ALLOCATION,
    detected_when=(
        "stock is reserved for an order that is on hold, cancelled or long overdue, for longer than the "
        "limit, while other lines are short of the item at the node"
    ),
    clears_when="the stock is freed, the order may go on, or nobody else is short",
    correlation="stranded:{order_id}",
    acknowledge_minutes=120,
    resolve_minutes=480,
    actions=(StandardAction(label="Free the stock", right=Right.ASSISTED, effort_minutes=5),),
    evidence=("holder", "why", "held_quantity", "held_since", "waiting_lines", "waiting_quantity"),
    severity_inputs=("loss of the waiting lines",),
)

AL_LOT = CaseType(
    code="AL-LOT",
    version=1,
    stage=Stage.ALLOCATION,
    title="Unfit lot",
    entity=EntityKind.ALLOCATION,
    detected_when=(
        "the allocated lot is on quality hold or recalled, or its shelf life left at the promise is below "
        "the customer's minimum"
    ),
    clears_when="another lot is allocated, or the lot is good again",
    correlation="lot:{lot_id}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Allocate another lot", right=Right.ASSISTED, effort_minutes=6),
        StandardAction(label="Carry out the recall", right=Right.HUMAN_ONLY, effort_minutes=30),
    ),
    evidence=("lot", "quality", "expires_at", "shelf_life", "minimum_shelf_life", "quantity"),
    severity_inputs=("line value", "safety"),
)

AL_SPLIT = CaseType(
    code="AL-SPLIT",
    version=2,
    stage=Stage.ALLOCATION,
    title="Too many shipments",
    entity=EntityKind.SALES_ORDER,
    detected_when=(
        "the open lines are planned from more nodes than the customer's shipments an order, or the freight "
        "of the further nodes takes too much of the order's margin, by share and by amount"
    ),
    clears_when="the plan uses no more nodes than that, and the margin bears their freight",
    correlation="split:{order_id}",
    acknowledge_minutes=120,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Ship from fewer nodes", remedy=Remedy.REALLOCATE, right=Right.ASSISTED, effort_minutes=10
        ),
        StandardAction(label="Wait and ship together", right=Right.ASSISTED, effort_minutes=10),
    ),
    evidence=("nodes", "max_shipments", "extra_freight", "order_margin"),
    severity_inputs=("extra freight",),
)

AL_STOCKOUT_RISK = CaseType(
    code="AL-STOCKOUT-RISK",
    version=1,
    stage=Stage.ALLOCATION,
    title="Stock-out likely",
    entity=EntityKind.INVENTORY_POSITION,
    detected_when="demand of the lead time is likely to exceed stock and inbound, and nothing is short yet",
    clears_when="it is unlikely in two evaluations in a row",
    correlation="stockout:{item_id}:{node_id}",
    acknowledge_minutes=240,
    resolve_minutes=1_440,
    actions=(
        StandardAction(
            label="Pull the inbound in", remedy=Remedy.EXPEDITE, right=Right.ASSISTED, effort_minutes=20
        ),
        StandardAction(label="Transfer stock", right=Right.ASSISTED, effort_minutes=20),
    ),
    evidence=("probability", "on_hand", "inbound", "demand"),
    severity_inputs=("probability", "margin of the expected shortage"),
    parents=_SUPPLY_CAUSES,
    clean_checks=2,
    reserved=True,
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    AL_SHORT,
    AL_IMBALANCE,
    AL_PRIORITY_INV,
    AL_BO_AGED,
    AL_PO_LATE,
    AL_PO_SHORT,
    AL_STRANDED,
    AL_LOT,
    AL_SPLIT,
    AL_STOCKOUT_RISK,
)
