"""Exception types of data quality and integration."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind

DQ_STALE = CaseType(
    code="DQ-STALE",
    version=2,
    stage=Stage.DATA_QUALITY,
    title="Source silent",
    entity=EntityKind.FEED,
    detected_when=(
        "a source had no good sync for longer than the policy's number of its own intervals, or gave "
        "records that cannot be read"
    ),
    clears_when="a sync succeeds and nothing of it is in quarantine",
    correlation="feed:{source}",
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(
        StandardAction(label="Read the source again", right=Right.AUTOMATED, effort_minutes=2),
        StandardAction(label="Have IT repair the feed", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("last_success_at", "interval_seconds", "failures_in_row", "quarantined", "why"),
    severity_inputs=("money of the cases that rest on the source",),
    root=True,
    inhibits=(
        "TR-GAP",
        "TR-PICKUP",
        "WH-LATE-START",
        "IN-POD-MISSING",
        "IN-UNBILLED",
        "DQ-CONFLICT",
        "DQ-ORPHAN",
    ),
)

DQ_MASTER = CaseType(
    code="DQ-MASTER",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Master data missing",
    entity=EntityKind.ITEM,
    detected_when=(
        "an item of an open order line has no weight, no unit of measure, or no volume where its category "
        "needs one"
    ),
    clears_when="the fields are filled, or no open line uses the item",
    correlation="master:{fields}",
    correlation_version=2,
    acknowledge_minutes=240,
    resolve_minutes=2880,
    actions=(StandardAction(label="Take the family's default", right=Right.ASSISTED, effort_minutes=5),),
    evidence=("missing_fields", "lines_blocked", "open_quantity"),
    severity_inputs=("lines blocked",),
)

DQ_CONFLICT = CaseType(
    code="DQ-CONFLICT",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Systems disagree",
    entity=EntityKind.SALES_ORDER,
    detected_when=(
        "for longer than the grace: goods of an order have left or arrived and the ERP still has the order "
        "or line open, or the ERP has cancelled the order or line and the warehouse still picks it"
    ),
    clears_when="the systems agree",
    correlation="conflict:{interface}:{kind}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(StandardAction(label="Resend and reconcile", right=Right.AUTOMATED, effort_minutes=4),),
    evidence=("order_status", "shipment_status", "pick_status", "differs_since"),
    severity_inputs=("order value",),
    parents=("DQ-STALE", "DQ-EDI"),
)

DQ_TIME = CaseType(
    code="DQ-TIME",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Wrong times",
    entity=EntityKind.MILESTONE,
    detected_when=(
        "a milestone, not corrected by another one, happened later than it was received (in the last days), "
        "or earlier than all that must precede it (delivered and in_transit before picked_up, delivered "
        "before in_transit); where nearly all of the feed's latest milestones are off by the same whole "
        "hours, and the ones before were not, the feed is the case"
    ),
    clears_when="the milestone is corrected or withdrawn, and the feed's latest times are right",
    correlation="time:{source}",
    acknowledge_minutes=240,
    resolve_minutes=2880,
    actions=(
        StandardAction(label="Repair the time zone of the feed", right=Right.ASSISTED, effort_minutes=10),
    ),
    evidence=("happened_at", "received_at", "milestones_off", "offset_hours", "why"),
    severity_inputs=("milestones concerned",),
)

DQ_NEG = CaseType(
    code="DQ-NEG",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Impossible stock",
    entity=EntityKind.INVENTORY_POSITION,
    detected_when="on hand is below zero, or more is reserved than is on hand",
    clears_when="on hand is not below zero and covers what is reserved",
    correlation="negative:{item_id}:{node_id}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(StandardAction(label="Count the stock", right=Right.AUTOMATED, effort_minutes=5),),
    evidence=("on_hand_quantity", "reserved_quantity", "missing_quantity"),
    severity_inputs=("orders reserved on it",),
    parents=("WH-LOC",),
)

DQ_EDI = CaseType(
    code="DQ-EDI",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="EDI rejected",
    entity=EntityKind.EDI_MESSAGE,
    detected_when=(
        "an EDI message was rejected and neither replayed nor followed by an accepted one of its reference"
    ),
    clears_when="the message is accepted or replayed",
    correlation="edi:{partner}:{error_code}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(StandardAction(label="Repair and replay", right=Right.ASSISTED, effort_minutes=10),),
    evidence=("partner", "transaction_set", "reference", "segment", "error_code", "received_at"),
    severity_inputs=("messages", "order value"),
    parents=("DQ-STALE",),
    root=True,
)

DQ_LEAD = CaseType(
    code="DQ-LEAD",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Lead time wrong",
    entity=EntityKind.SUPPLIER,
    detected_when=(
        "of the latest receipts of a supplier (at least 20) more came late, or more came early, by more than "
        "the tolerance than the sign test allows when the planned lead time is right"
    ),
    clears_when="the latest receipts scatter around the planned lead time",
    correlation="lead:{supplier_name}",
    acknowledge_minutes=1440,
    resolve_minutes=7200,
    actions=(StandardAction(label="Update the lead time", right=Right.ASSISTED, effort_minutes=8),),
    evidence=("receipts", "late_receipts", "early_receipts", "planned_days", "actual_days"),
    severity_inputs=("promises resting on open supplies of the supplier",),
)

DQ_ORPHAN = CaseType(
    code="DQ-ORPHAN",
    version=1,
    stage=Stage.DATA_QUALITY,
    title="Record missing",
    entity=EntityKind.SHIPMENT,
    detected_when=(
        "records name an order, order line or shipment that no source has ever given, for longer than the "
        "hold; the missing record is the case"
    ),
    clears_when="the missing record arrives, or the records that name it are withdrawn",
    correlation="orphan:{source}:{missing_kind}",
    acknowledge_minutes=60,
    resolve_minutes=1440,
    actions=(StandardAction(label="Request the records again", right=Right.AUTOMATED, effort_minutes=4),),
    evidence=("missing_kind", "missing_id", "orphans", "tables", "oldest_at"),
    severity_inputs=("records that name it",),
    parents=("DQ-STALE", "DQ-EDI"),
    hold_minutes=60,
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    DQ_STALE,
    DQ_MASTER,
    DQ_CONFLICT,
    DQ_TIME,
    DQ_NEG,
    DQ_EDI,
    DQ_LEAD,
    DQ_ORPHAN,
)
