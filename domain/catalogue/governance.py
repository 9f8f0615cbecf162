"""Exception types of governance of decisions."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType, Right, Stage, StandardAction
from domain.ids import EntityKind

GV_LOWCONF = CaseType(
    code="GV-LOWCONF",
    version=1,
    stage=Stage.GOVERNANCE,
    title="Low confidence",
    entity=EntityKind.EXCEPTION_CASE,
    detected_when=(
        "a recommendation's confidence is below the floor of its right (reserved: recommendations carry no "
        "confidence before there are models)"
    ),
    clears_when="a person has decided",
    correlation="low-confidence:{model}",
    acknowledge_minutes=240,
    resolve_minutes=1440,
    actions=(StandardAction(label="Decide", right=Right.HUMAN_ONLY, effort_minutes=10),),
    evidence=("confidence_bp", "floor_bp", "reasons"),
    severity_inputs=("value at risk",),
    reserved=True,
)

GV_SLA = CaseType(
    code="GV-SLA",
    version=1,
    stage=Stage.GOVERNANCE,
    title="Clock breached",
    entity=EntityKind.EXCEPTION_CASE,
    detected_when=(
        "an open case of the watched severities that neither rests nor waits is past its clock: not "
        "acknowledged in time, or not resolved in time"
    ),
    clears_when="the case is acted on: acknowledged before its resolve clock, or closed",
    correlation="clock:{owner}",
    acknowledge_minutes=30,
    resolve_minutes=240,
    actions=(StandardAction(label="Escalate", right=Right.AUTOMATED, effort_minutes=2),),
    evidence=("case", "clock", "due_at", "owner"),
    severity_inputs=("severity of the case",),
)

GV_DRIFT = CaseType(
    code="GV-DRIFT",
    version=1,
    stage=Stage.GOVERNANCE,
    title="Model drift",
    entity=EntityKind.POLICY_ROW,
    detected_when="a model's observed-to-expected or Brier chart leaves its limits (reserved: needs models)",
    clears_when="the chart is inside its limits for two weeks",
    correlation="drift:{model}",
    acknowledge_minutes=240,
    resolve_minutes=7200,
    actions=(
        StandardAction(label="Fall back to rates", right=Right.AUTOMATED, effort_minutes=3),
        StandardAction(label="Train again", right=Right.ASSISTED, effort_minutes=30),
    ),
    evidence=("chart", "decisions_exposed"),
    severity_inputs=("decisions exposed",),
    root=True,
    reserved=True,
)

GV_OVERRIDE = CaseType(
    code="GV-OVERRIDE",
    version=1,
    stage=Stage.GOVERNANCE,
    title="Often overridden",
    entity=EntityKind.POLICY_ROW,
    detected_when=(
        "the share of proposals that took another option than the recommended one is above its control limit "
        "(reserved: which option was proposed is signed into the ledger, not kept in the mirror)"
    ),
    clears_when="the share is inside the limit",
    correlation="override:{policy_row}",
    acknowledge_minutes=1440,
    resolve_minutes=14400,
    actions=(StandardAction(label="Review the policy", right=Right.ASSISTED, effort_minutes=30),),
    evidence=("proposals", "overridden", "limit_bp", "reasons"),
    severity_inputs=("proposals",),
    reserved=True,
)

GV_ROLLBACK = CaseType(
    code="GV-ROLLBACK",
    version=1,
    stage=Stage.GOVERNANCE,
    title="Action without effect",
    entity=EntityKind.EXCEPTION_CASE,
    detected_when=(
        "an action was carried out for an open case and handed back: its effect was not seen in time, or it "
        "was taken back"
    ),
    clears_when="a person has taken the case up after that, or it is closed",
    correlation="rollback:{code}",
    acknowledge_minutes=15,
    resolve_minutes=240,
    actions=(StandardAction(label="Stop automating this action", right=Right.AUTOMATED, effort_minutes=5),),
    evidence=("case", "handed_back_at", "why"),
    severity_inputs=("value at risk of the case",),
)

#: In the order of the page.
TYPES: tuple[CaseType, ...] = (GV_LOWCONF, GV_SLA, GV_DRIFT, GV_OVERRIDE, GV_ROLLBACK)
