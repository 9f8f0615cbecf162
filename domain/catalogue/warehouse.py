"""Exception types of the warehouse."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

WH_PICK_SHORT = CaseType(
    code="WH-PICK-SHORT",
    version=2,
    stage=Stage.WAREHOUSE,
    title="Short pick",
    entity=EntityKind.PICK_TASK,
    detected_when=(
        "a pick closed with less than requested, and neither the picks of its line nor a later pick of the "
        "rest make it good"
    ),
    clears_when="the rest is picked, or the task, line or order is cancelled or shipped",
    correlation="pick:{node_id}:{bin_code}",
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(
        StandardAction(
            label="Pick from another bin", remedy=Remedy.REPICK, right=Right.ASSISTED, effort_minutes=5
        ),
        StandardAction(label="Refill the pick face from bulk", right=Right.AUTOMATED, effort_minutes=5),
        StandardAction(label="Recount the bin", right=Right.AUTOMATED, effort_minutes=10),
    ),
    evidence=("requested_quantity", "picked_quantity", "bin_code", "due_at", "reason_code"),
    severity_inputs=("loss of the line", "hours to cut-off", "tier"),
    parents=("WH-LOC", "WH-OUTAGE"),
)

WH_LOC = CaseType(
    code="WH-LOC",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Bin does not hold what the system says",
    entity=EntityKind.BIN,
    detected_when=(
        "the newest count of an item in the bin is off by the tolerance (units and share) and not adjusted; "
        "or the bin gave short picks twice within the policy's days, not counted since; or open picks of "
        "the bin want an item of which more is reserved at the node than is on hand, not counted since they "
        "were released"
    ),
    clears_when="the bin is counted and adjusted, or counted right",
    correlation="bin:{node_id}:{bin_code}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Count the bin", right=Right.AUTOMATED, effort_minutes=10),
        StandardAction(label="Adjust the stock", right=Right.ASSISTED, effort_minutes=5),
        StandardAction(label="Write off a large difference", right=Right.HUMAN_ONLY, effort_minutes=20),
    ),
    evidence=("why", "system_quantity", "counted_quantity", "missing_quantity", "open_picks"),
    severity_inputs=("loss of the lines picked from the bin", "hours to cut-off"),
    root=True,
)

WH_LATE_START = CaseType(
    code="WH-LATE-START",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Wave not started",
    entity=EntityKind.WAVE,
    detected_when="a released pick of the wave is past its latest start (due less work) and not started",
    clears_when="every pick of the wave that is past its latest start is started or cancelled",
    correlation="floor:{node_id}",
    correlation_version=2,
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(
        StandardAction(label="Put the wave first", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Move pickers to the wave", right=Right.ASSISTED, effort_minutes=10),
    ),
    evidence=("late_picks", "latest_start_at", "due_at", "work_minutes"),
    severity_inputs=("loss of the lines not started", "hours to cut-off"),
    parents=("WH-OUTAGE", "WH-LABOUR"),
)

WH_CUTOFF_RISK = CaseType(
    code="WH-CUTOFF-RISK",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Cut-off at risk",
    entity=EntityKind.WAVE,
    detected_when="the probability that the wave ends after its cut-off reaches the policy's threshold",
    clears_when="the probability is below the threshold by the policy's margin",
    correlation="cutoff:{node_id}:{due_at}",
    acknowledge_minutes=15,
    resolve_minutes=60,
    actions=(
        StandardAction(label="Split the wave", right=Right.ASSISTED, effort_minutes=8),
        StandardAction(label="Take the next carrier", right=Right.ASSISTED, effort_minutes=8),
    ),
    evidence=("probability_bp", "work_minutes", "due_at"),
    severity_inputs=("probability", "loss of the lines of the wave"),
    parents=("WH-OUTAGE", "WH-LABOUR"),
    clean_checks=2,
    reserved=True,
)

WH_LABOUR = CaseType(
    code="WH-LABOUR",
    version=1,
    stage=Stage.WAREHOUSE,
    title="More work than people",
    entity=EntityKind.NODE,
    detected_when=(
        "at a node, picking what is due within the shift takes longer than is left to its cut-off: hours of "
        "backlog over hours of capacity above 1, and by at least the policy's minutes"
    ),
    clears_when="backlog over capacity is below 0.9",
    correlation="floor:{node_id}",
    correlation_version=2,
    acknowledge_minutes=30,
    resolve_minutes=120,
    actions=(
        StandardAction(label="Call overtime", right=Right.ASSISTED, effort_minutes=15),
        StandardAction(label="Move trained people here", right=Right.ASSISTED, effort_minutes=15),
        StandardAction(label="Ship orders from another centre", right=Right.ASSISTED, effort_minutes=20),
    ),
    evidence=("backlog_minutes", "minutes_left", "backlog_units", "units_per_hour", "due_at"),
    severity_inputs=("loss of the lines beyond the capacity", "hours to cut-off"),
    parents=("WH-OUTAGE",),
    root=True,
)

WH_OUTAGE = CaseType(
    code="WH-OUTAGE",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Centre stands still",
    entity=EntityKind.NODE,
    detected_when=(
        "on a working day, while several released picks wait, no pick was started or closed at the node in "
        "hours that on the last seven days saw the policy's number of picks, as far as its feed is read"
    ),
    clears_when="picks have gone on again for the policy's minutes, or nothing is open any more",
    correlation="outage:{node_id}",
    acknowledge_minutes=5,
    resolve_minutes=30,
    actions=(
        StandardAction(label="Declare the outage", right=Right.HUMAN_ONLY, effort_minutes=5),
        StandardAction(label="Send new orders to other centres", right=Right.HUMAN_ONLY, effort_minutes=20),
    ),
    evidence=("last_event_at", "silent_since", "usual_picks", "open_picks", "due_at"),
    severity_inputs=("loss of all open work of the centre", "hours to cut-off"),
    root=True,
    inhibits=(
        "WH-PICK-SHORT",
        "WH-LATE-START",
        "WH-CUTOFF-RISK",
        "WH-LABOUR",
        "WH-DOCK-STOCK",
        "WH-REPLEN",
        "WH-QC",
        "WH-LABEL",
        "TR-PICKUP",
    ),
)

WH_DOCK_STOCK = CaseType(
    code="WH-DOCK-STOCK",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Goods wait at the dock",
    entity=EntityKind.INBOUND_SUPPLY,
    detected_when=(
        "goods arrived at the dock longer ago than the policy allows and are not put away, while open lines "
        "want more of the item at the node than is on hand"
    ),
    clears_when="they are put away, or stock on hand covers what is wanted",
    correlation="dock:{node_id}",
    correlation_version=2,
    acknowledge_minutes=60,
    resolve_minutes=240,
    actions=(StandardAction(label="Put it away first", right=Right.AUTOMATED, effort_minutes=3),),
    evidence=("dock_at", "dock_quantity", "on_hand_quantity", "wanted_quantity", "lines_waiting"),
    severity_inputs=("loss of the lines that wait for it",),
    # Who puts away is not who picks: that the pickers are too few says nothing of the dock.
    parents=("WH-OUTAGE",),
)

WH_REPLEN = CaseType(
    code="WH-REPLEN",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Pick face runs empty",
    entity=EntityKind.INVENTORY_POSITION,
    detected_when="the pick face holds less than open released picks want, and bulk has stock",
    clears_when="the pick face covers what open picks want, or bulk is empty",
    correlation="replen:{node_id}:{item_id}",
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(
        StandardAction(label="Refill the pick face from bulk", right=Right.AUTOMATED, effort_minutes=3),
    ),
    evidence=("pick_face_quantity", "wanted_quantity", "bulk_quantity", "open_picks"),
    severity_inputs=("loss of the lines that wait", "hours to cut-off"),
    parents=("WH-OUTAGE", "WH-LABOUR"),
    # A task and the refill made for it arrive minutes apart.
    hold_minutes=10,
)

WH_QC = CaseType(
    code="WH-QC",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Quality check failed",
    entity=EntityKind.PICK_TASK,
    detected_when="what was picked failed its check, and no good pick of the line makes up for it",
    clears_when="it passes, good units are picked instead, or the line or order is cancelled or shipped",
    correlation="qc:{node_id}",
    correlation_version=2,
    acknowledge_minutes=15,
    resolve_minutes=120,
    actions=(
        StandardAction(label="Pick good units", right=Right.AUTOMATED, effort_minutes=5),
        StandardAction(label="Claim the damage", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("picked_quantity", "quality", "reason_code", "lot_id", "bin_code", "due_at"),
    severity_inputs=("loss of the line", "hours to cut-off"),
)

WH_LABEL = CaseType(
    code="WH-LABEL",
    version=1,
    stage=Stage.WAREHOUSE,
    title="Label or document failed",
    entity=EntityKind.SHIPMENT,
    detected_when="labels or documents of a shipment that has not left could not be made",
    clears_when="they are made, or the shipment has left or is cancelled",
    correlation="label:{node_id}",
    correlation_version=2,
    acknowledge_minutes=10,
    resolve_minutes=60,
    actions=(
        StandardAction(label="Make them again", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Have IT repair the template", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("document_status", "document_error", "planned_pickup_at", "chargeback_cents"),
    severity_inputs=("chargeback of the customer", "hours to pickup"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    WH_PICK_SHORT,
    WH_LOC,
    WH_LATE_START,
    WH_CUTOFF_RISK,
    WH_LABOUR,
    WH_OUTAGE,
    WH_DOCK_STOCK,
    WH_REPLEN,
    WH_QC,
    WH_LABEL,
)
