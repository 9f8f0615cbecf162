"""Exception types of transport."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind
from domain.recommendations import Remedy

TR_TENDER = CaseType(
    code="TR-TENDER",
    version=1,
    stage=Stage.TRANSPORT,
    title="No carrier",
    entity=EntityKind.SHIPMENT,
    detected_when=(
        "a tender of a shipment that has not left was declined or expired, none is accepted, and its pickup "
        "is nearer than the policy's hours"
    ),
    clears_when="a carrier accepts, or the shipment leaves or is cancelled",
    correlation="tender:{first refusing scac}",
    correlation_version=3,
    acknowledge_minutes=15,
    resolve_minutes=120,
    actions=(
        StandardAction(
            label="Tender to the next carrier of the guide",
            remedy=Remedy.REBOOK_CARRIER,
            right=Right.AUTOMATED,
            effort_minutes=5,
        ),
        StandardAction(label="Buy on the spot market", right=Right.ASSISTED, effort_minutes=20),
    ),
    evidence=(
        "tenders",
        "declined",
        "last_answer_at",
        "planned_pickup_at",
        "scac",
        "first_asked",
        "first_answer",
    ),
    severity_inputs=("loss of the shipment", "hours to pickup"),
    parents=("TR-CAPACITY", "TR-CARRIER"),
)

TR_CAPACITY = CaseType(
    code="TR-CAPACITY",
    version=1,
    stage=Stage.TRANSPORT,
    title="More pickups than the carrier takes",
    entity=EntityKind.CARRIER,
    detected_when=(
        "pickups planned for one day at an origin are more than the service takes a day; the case is about "
        "carrier and origin (SCAC|node)"
    ),
    clears_when="no day to come has more pickups planned than the service takes",
    correlation="capacity:{service_id}:{node_id}:{day}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Consolidate shipments", right=Right.ASSISTED, effort_minutes=20),
        StandardAction(label="Move some to another service", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("planned_pickups", "pickups_per_day", "excess", "service", "pickup_day"),
    severity_inputs=("loss of the shipments beyond the capacity", "hours to pickup"),
    root=True,
)

TR_PICKUP = CaseType(
    code="TR-PICKUP",
    version=1,
    stage=Stage.TRANSPORT,
    title="Pickup missed",
    entity=EntityKind.SHIPMENT,
    detected_when="the planned pickup is past by the policy's grace and nothing says that it was picked up",
    clears_when="it is picked up, planned anew or cancelled",
    correlation="pickup:{scac}",
    correlation_version=3,
    acknowledge_minutes=15,
    resolve_minutes=60,
    actions=(
        StandardAction(label="Call the carrier", right=Right.AUTOMATED, effort_minutes=5),
        StandardAction(
            label="Book another pickup",
            remedy=Remedy.REBOOK_CARRIER,
            right=Right.ASSISTED,
            effort_minutes=10,
        ),
    ),
    evidence=("planned_pickup_at", "overdue_minutes", "scac", "status", "last_milestone"),
    severity_inputs=("loss of the shipment", "slack to the window"),
    # Who has no room says so when asked; who took the load and does not come is in trouble. A truck that does
    # not come is not kept away by people who are too few to pick.
    parents=("WH-OUTAGE", "TR-ROUTE", "TR-CARRIER"),
)

TR_GAP = CaseType(
    code="TR-GAP",
    version=1,
    stage=Stage.TRANSPORT,
    title="No news of the shipment",
    entity=EntityKind.SHIPMENT,
    detected_when=(
        "a shipment under way has had no milestone (corrected ones do not count) for longer than its carrier "
        "and last status allow"
    ),
    clears_when="a milestone arrives, or it is delivered or cancelled",
    correlation="gap:{scac}:{place}",
    acknowledge_minutes=60,
    resolve_minutes=240,
    actions=(StandardAction(label="Ask the carrier for a trace", right=Right.AUTOMATED, effort_minutes=4),),
    evidence=("last_milestone", "last_milestone_at", "silent_hours", "allowed_hours", "scac"),
    severity_inputs=("loss of the shipment", "hours to the window's end"),
    parents=("TR-ROUTE", "TR-CARRIER"),
)

TR_ETA_LATE = CaseType(
    code="TR-ETA-LATE",
    version=2,
    stage=Stage.TRANSPORT,
    title="Late delivery",
    entity=EntityKind.SHIPMENT,
    detected_when="the shipment's ETA is past the end of its delivery window",
    clears_when="the ETA is back inside the window, or it is delivered or cancelled",
    correlation="late:{scac}",
    correlation_version=2,
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(
            label="Rebook the carrier", remedy=Remedy.REBOOK_CARRIER, right=Right.ASSISTED, effort_minutes=8
        ),
        StandardAction(label="Tell the customer", right=Right.AUTOMATED, effort_minutes=8),
    ),
    evidence=("eta_at", "window_end_at", "scac", "service", "status", "last_milestone"),
    severity_inputs=("loss of the shipment", "days late", "tier"),
    parents=("TR-CARRIER", "WH-OUTAGE", "TR-ROUTE", "WH-LABOUR"),
)

TR_LATE_RISK = CaseType(
    code="TR-LATE-RISK",
    version=1,
    stage=Stage.TRANSPORT,
    title="Delivery at risk",
    entity=EntityKind.SHIPMENT,
    detected_when=(
        "the probability of coming late reaches the policy's threshold while the ETA is still in time"
    ),
    clears_when="the probability is below the threshold by the policy's margin, or it is delivered",
    correlation="risk:{scac}:{node_id}:{zone_id}",
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(label="Expedite where it pays", right=Right.ASSISTED, effort_minutes=15),
        StandardAction(label="Tell the customer", right=Right.AUTOMATED, effort_minutes=5),
    ),
    evidence=("probability_bp", "eta_at", "window_end_at", "scac"),
    severity_inputs=("probability", "loss of the shipment"),
    parents=("AL-PO-LATE", "TR-ROUTE", "TR-CARRIER"),
    clean_checks=2,
    reserved=True,
)

TR_CARRIER = CaseType(
    code="TR-CARRIER",
    version=1,
    stage=Stage.TRANSPORT,
    title="Carrier in trouble",
    entity=EntityKind.CARRIER,
    detected_when=(
        "of a carrier's shipments from an origin (SCAC|node) that are under way or were delivered in the "
        "last 48 h, so many are late or silent that its usual share explains it with a probability below "
        "1 in 10,000 (exact binomial tail); or at least the policy's number and share of them have an open "
        "case"
    ),
    clears_when="the late or silent share is back inside its limits (tail above 1 in 100)",
    correlation="carrier:{scac}:{node_id}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Stop new tenders to the carrier", right=Right.ASSISTED, effort_minutes=5),
        StandardAction(label="Rebook what has not left", right=Right.ASSISTED, effort_minutes=20),
    ),
    evidence=("shipments", "late_or_silent", "usual_share_bp", "odds", "scac"),
    severity_inputs=("loss of the late and silent shipments",),
    parents=("TR-ROUTE",),
    root=True,
    inhibits=("TR-GAP", "TR-ETA-LATE", "TR-LATE-RISK"),
)

TR_FAILED = CaseType(
    code="TR-FAILED",
    version=1,
    stage=Stage.TRANSPORT,
    title="Delivery failed",
    entity=EntityKind.SHIPMENT,
    detected_when=(
        "the newest milestone says that delivery was attempted in vain, refused or the receiver not found "
        "(A1, A2, A5, A7, BS and the like)"
    ),
    clears_when="it is delivered, returned or moves again",
    correlation="failed:{customer_id}:{postcode}",
    acknowledge_minutes=30,
    resolve_minutes=1440,
    actions=(
        StandardAction(label="Correct the address", right=Right.AUTOMATED, effort_minutes=6),
        StandardAction(label="Make a new appointment", right=Right.ASSISTED, effort_minutes=10),
    ),
    evidence=("milestone", "reason_code", "happened_at", "place", "ship_to"),
    severity_inputs=("loss of the shipment", "tier", "cost of a second delivery"),
    parents=("TR-ROUTE",),
)

TR_DAMAGE = CaseType(
    code="TR-DAMAGE",
    version=1,
    stage=Stage.TRANSPORT,
    title="Goods damaged",
    entity=EntityKind.SHIPMENT,
    detected_when="a milestone (A9) or the signed receipt says that goods are damaged, and no claim is filed",
    clears_when="a claim is filed, or the record of the damage is corrected",
    correlation="damage:{scac}",
    correlation_version=2,
    acknowledge_minutes=60,
    resolve_minutes=1440,
    actions=(
        StandardAction(label="Send a replacement", right=Right.ASSISTED, effort_minutes=12),
        StandardAction(label="File the freight claim", right=Right.ASSISTED, effort_minutes=12),
    ),
    evidence=("damaged_quantity", "milestone", "happened_at", "scac", "claim_by"),
    severity_inputs=("value of the damaged goods", "days left to claim"),
)

TR_ROUTE = CaseType(
    code="TR-ROUTE",
    version=1,
    stage=Stage.TRANSPORT,
    title="Road or weather event",
    entity=EntityKind.ROUTE_EVENT,
    detected_when="an event has begun and not ended, and open shipments start or go where it is",
    clears_when="the event ends, or no open shipment meets it",
    correlation="event:{event_id}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(
        StandardAction(label="Route around it", right=Right.ASSISTED, effort_minutes=15),
        StandardAction(label="Promise new dates", right=Right.ASSISTED, effort_minutes=15),
    ),
    evidence=("reason_code", "starts_at", "ends_at", "shipments", "places"),
    severity_inputs=("loss of the shipments that meet it",),
    root=True,
)

TR_OVERSPEND = CaseType(
    code="TR-OVERSPEND",
    version=1,
    stage=Stage.TRANSPORT,
    title="Freight too dear",
    entity=EntityKind.SHIPMENT,
    detected_when=(
        "planned freight of a shipment that has not left is above its quote, or takes more of the order's "
        "margin than the policy allows; each by share and by amount"
    ),
    clears_when="the freight is within both, or the shipment has left or is cancelled",
    correlation="tender:{refusing scac} or freight:{scac}",
    correlation_version=3,
    acknowledge_minutes=60,
    resolve_minutes=480,
    actions=(
        StandardAction(
            label="Take a cheaper service in time",
            remedy=Remedy.REBOOK_CARRIER,
            right=Right.AUTOMATED,
            effort_minutes=6,
        ),
        StandardAction(label="Approve the freight", right=Right.HUMAN_ONLY, effort_minutes=6),
    ),
    evidence=("freight_cost_cents", "quote_cents", "order_margin_cents", "excess_cents"),
    severity_inputs=("freight beyond what is allowed", "hours to pickup"),
    parents=("TR-CAPACITY", "TR-CARRIER"),
)

TR_CUSTOMS = CaseType(
    code="TR-CUSTOMS",
    version=1,
    stage=Stage.TRANSPORT,
    title="Held by customs",
    entity=EntityKind.SHIPMENT,
    detected_when="the newest milestone gives customs or missing papers as its reason (AS, BC, CA, AR)",
    clears_when="it is released and moves again, or is delivered",
    correlation="customs:{reason_code}",
    correlation_version=2,
    acknowledge_minutes=60,
    resolve_minutes=1440,
    actions=(StandardAction(label="Supply the missing papers", right=Right.ASSISTED, effort_minutes=15),),
    evidence=("reason_code", "happened_at", "place", "window_end_at"),
    severity_inputs=("loss of the shipment", "slack to the window"),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (
    TR_TENDER,
    TR_CAPACITY,
    TR_PICKUP,
    TR_GAP,
    TR_ETA_LATE,
    TR_LATE_RISK,
    TR_CARRIER,
    TR_FAILED,
    TR_DAMAGE,
    TR_ROUTE,
    TR_OVERSPEND,
    TR_CUSTOMS,
)
