"""What the ledger tells others: frozen values, read by the window, the services and the commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.signing.keys import KeyOwner, PublicKey
from app.signing.statements import SignedEntry
from app.store.ledger_transaction import Standing
from domain.approval_states import UNDECIDED, ApprovalState, CommandState, DeliveryState
from domain.approvals import Decision, Proposal, Verdict
from domain.cases import CaseState
from domain.commands import CommandResult
from domain.ids import CaseId, SourceName, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A registered public key, its owner and who vouched for it."""

    key: PublicKey
    owner: KeyOwner
    vouched_by: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReceiptRow:
    """The hub's word that it has an entry: its record number and when."""

    hub_index: int
    received_at: datetime
    envelope: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """An entry on its way to the hub."""

    entry_sha256: str
    action_id: str
    predicate_type: str
    envelope: bytes
    state: DeliveryState
    attempt: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """Where one write stands; ``attempt`` is how often it was sent."""

    key: str
    action_id: str
    ordinal: int
    source: SourceName
    verb: str
    state: CommandState
    why: str
    attempt: int
    probes: int
    upstream_version: str
    started_at: datetime | None
    due_at: datetime | None
    updated_at: datetime

    @property
    def result(self) -> CommandResult | None:
        """The system's answer, once there is one."""
        answers = {c.value: c for c in CommandResult if c is not CommandResult.UNKNOWN}
        return answers.get(self.state.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision and whether it counts; ``entry`` is what was signed."""

    entry: SignedEntry
    decision: Decision
    standing: Standing
    why: str
    hub_index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalView:
    """A proposal, the decisions on it and what became of them.

    ``why`` is the cause of the last move; ``proposal_index`` the hub's record number of the proposal.
    """

    action_id: str
    case_id: CaseId
    state: ApprovalState
    why: str
    min_approvers: int
    expires_at: datetime
    updated_at: datetime
    entry: SignedEntry
    proposal: Proposal
    proposal_index: int | None
    decisions: tuple[DecisionRow, ...]
    commands: tuple[CommandRow, ...]

    @property
    def awaits_decision(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state in UNDECIDED and not self.signed_unrecorded

    @property
    def signed_unrecorded(self) -> bool:
        """Whether a decision is signed that the hub has not recorded yet."""
        return self.state in UNDECIDED and any(d.standing is Standing.WAITING for d in self.decisions)

    @property
    def waits_here(self) -> bool:
        """Whether commands of it wait at this desk to be begun."""
        return any(row.state is CommandState.PLANNED for row in self.commands)

    @property
    def approvers(self) -> frozenset[UserId]:
        """Who approved it, as far as that counts."""
        return frozenset(
            d.decision.actor.user_id
            for d in self.decisions
            if d.standing is Standing.RECORDED and d.decision.verdict is Verdict.APPROVE
        )

    @property
    def revocation_waits(self) -> bool:
        """Whether a revocation is signed that the hub has not recorded yet: nothing is begun meanwhile."""
        return any(
            d.standing is Standing.WAITING and d.decision.verdict is Verdict.REVOKE for d in self.decisions
        )

    @property
    def deciding(self) -> DecisionRow | None:
        """The decision to show: the last one that counts, else the last one signed."""
        counted = [d for d in self.decisions if d.standing is Standing.RECORDED]
        return next(reversed(counted or self.decisions), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToTell:
    """An exception case that has to hear of its approval: what it was told last, and what holds now."""

    action_id: str
    case_id: CaseId
    told: str
    wanted: CaseState
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """A remark of a person on a case."""

    note_id: str
    author: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEventRow:
    """One move of a state machine, for time lines."""

    machine: str
    object_id: str
    from_state: str
    to_state: str
    actor: str
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """The result of a full check: what was looked at, and every problem in words."""

    entries: int
    receipts: int
    devices: int
    problems: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
