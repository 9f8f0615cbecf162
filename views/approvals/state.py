"""What the approvals page shows: proposals, and the content that a signature would cover; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from views.language import noted, tr


class ApprovalStage(StrEnum):
    """Where a proposal stands; the words a person reads are in :func:`stage_words`."""

    WAITING = "waiting"
    SIGNED_UNRECORDED = "signed_unrecorded"
    RECORDED = "recorded"
    EXECUTING = "executing"
    EXECUTED = "executed"
    REJECTED = "rejected"
    CHANGES_WANTED = "changes_wanted"
    REVOKED = "revoked"
    HELD_STALE = "held_stale"
    IN_DOUBT = "in_doubt"
    EXPIRED = "expired"
    FAILED = "failed"
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"
    HALF_BACK = "half_back"


#: Stages that still ask for something: a decision, a record, or a look.
UNSETTLED_STAGES = frozenset(
    {
        ApprovalStage.WAITING,
        ApprovalStage.SIGNED_UNRECORDED,
        ApprovalStage.RECORDED,
        ApprovalStage.EXECUTING,
        ApprovalStage.HELD_STALE,
        ApprovalStage.IN_DOUBT,
        ApprovalStage.COMPENSATING,
        ApprovalStage.HALF_BACK,
    }
)

_WORDS: dict[ApprovalStage, str] = {
    ApprovalStage.WAITING: tr("waiting for a decision"),
    ApprovalStage.SIGNED_UNRECORDED: tr("signed, not yet recorded"),
    ApprovalStage.RECORDED: noted("recorded"),
    ApprovalStage.EXECUTING: noted("executing"),
    ApprovalStage.EXECUTED: noted("executed"),
    ApprovalStage.REJECTED: noted("rejected"),
    ApprovalStage.CHANGES_WANTED: tr("sent back for changes"),
    ApprovalStage.REVOKED: tr("approval revoked"),
    ApprovalStage.HELD_STALE: tr("held: facts changed"),
    ApprovalStage.IN_DOUBT: tr("in doubt"),
    ApprovalStage.EXPIRED: noted("expired"),
    ApprovalStage.FAILED: noted("failed"),
    ApprovalStage.COMPENSATING: noted("being taken back"),
    ApprovalStage.COMPENSATED: noted("taken back"),
    ApprovalStage.HALF_BACK: noted("partly done: look at it"),
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
    ``alternatives`` hold the chosen option too where what was recommended is kept; ``facts_as_of`` is the
    oldest fact the choice rests on.
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
    facts_as_of: datetime | None = None

    @property
    def chosen(self) -> AlternativeLine | None:
        """The option that is proposed; ``None`` where what was recommended is not kept."""
        return next((line for line in self.alternatives if line.chosen), None)

    @property
    def runner_up(self) -> AlternativeLine | None:
        """The cheapest of the other options; ``None`` where there is none."""
        others = [line for line in self.alternatives if not line.chosen]
        return min(others, key=lambda line: line.cost_delta_cents, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A command of which only a person can tell whether it happened: its key, and what was asked.

    ``why_not_settle`` is empty when the person at the desk may tell.
    """

    command_key: str
    words: str
    why_not_settle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """One proposal and where it stands.

    ``why_not_decide`` is empty when the person at the desk may sign now; otherwise it says why not
    (``You proposed this; another person must approve it.``). ``log_index`` is the hub's record number.
    ``why_not_revoke`` is the same for taking an approval back, ``why_not_take_back`` for proposing to take
    back what was executed; ``doubts`` wait for a person's word. ``deciders`` are those who may decide, as
    people say it; ``changed_since`` names records that are no longer as they were when it was proposed.
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
    why_not_revoke: str = "-"
    why_not_take_back: str = "-"
    doubts: tuple[Doubt, ...] = ()
    deciders: tuple[str, ...] = ()
    changed_since: tuple[str, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a decision."""
        return self.stage is ApprovalStage.WAITING

    @property
    def may_approve_now(self) -> bool:
        """Whether the person at the desk may approve it, and its facts are still as they were."""
        return self.is_waiting and not self.why_not_decide and not self.changed_since


def stage_words(row: ApprovalRow) -> str:
    """Where a proposal stands, in words; the record number where the hub gave one."""
    words = tr(_WORDS[row.stage])
    if row.stage is ApprovalStage.RECORDED and row.log_index is not None:
        return f"{words} #{row.log_index}"
    return words
