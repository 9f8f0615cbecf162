"""What the approvals page shows: proposals, and the content that a signature would cover; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ApprovalStage(StrEnum):
    """Where a proposal stands; the words a person reads are in :func:`stage_words`."""

    WAITING = "waiting"
    SIGNED_UNRECORDED = "signed_unrecorded"
    RECORDED = "recorded"
    EXECUTING = "executing"
    EXECUTED = "executed"
    REJECTED = "rejected"
    HELD_STALE = "held_stale"
    IN_DOUBT = "in_doubt"
    EXPIRED = "expired"
    FAILED = "failed"


#: Stages that still ask for something: a decision, a record, or a look.
UNSETTLED_STAGES = frozenset(
    {
        ApprovalStage.WAITING,
        ApprovalStage.SIGNED_UNRECORDED,
        ApprovalStage.RECORDED,
        ApprovalStage.EXECUTING,
        ApprovalStage.HELD_STALE,
        ApprovalStage.IN_DOUBT,
    }
)

_WORDS: dict[ApprovalStage, str] = {
    ApprovalStage.WAITING: "waiting for a decision",
    ApprovalStage.SIGNED_UNRECORDED: "signed, not yet recorded",
    ApprovalStage.RECORDED: "recorded",
    ApprovalStage.EXECUTING: "executing",
    ApprovalStage.EXECUTED: "executed",
    ApprovalStage.REJECTED: "rejected",
    ApprovalStage.HELD_STALE: "held: facts changed",
    ApprovalStage.IN_DOUBT: "in doubt",
    ApprovalStage.EXPIRED: "expired",
    ApprovalStage.FAILED: "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeLine:
    """One option the proposer could have chosen, as written in the proposal."""

    label: str
    cost_delta_cents: int
    late_orders: int
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """What a signature covers, parsed back from the very bytes that are (or will be) signed.

    ``digest_code`` is the 8-character code both signers compare; ``commands`` say in words what each
    system will be told; ``terms`` are further names and values of the payload, in its order.
    """

    digest_code: str
    payload_sha256: str
    headline: str
    commands: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    alternatives: tuple[AlternativeLine, ...]
    solver_status: str
    gap_bp: int | None
    proposer: str
    reason: str
    policy_rule: str
    policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """One proposal and where it stands.

    ``why_not_decide`` is empty when the person at the desk may sign now; otherwise it says why not
    (``You proposed this; another person must approve it.``). ``log_index`` is the hub's record number.
    """

    action_id: str
    case_id: str
    case_title: str
    label: str
    amount_cents: int
    stage: ApprovalStage
    proposed_at: datetime
    content: SignedContent
    severity: int = 2
    log_index: int | None = None
    expires_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
    stage_reason: str = ""
    why_not_decide: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a decision."""
        return self.stage is ApprovalStage.WAITING


def stage_words(row: ApprovalRow) -> str:
    """Where a proposal stands, in words; the record number where the hub gave one."""
    words = _WORDS[row.stage]
    if row.stage is ApprovalStage.RECORDED and row.log_index is not None:
        return f"{words} #{row.log_index}"
    return words
