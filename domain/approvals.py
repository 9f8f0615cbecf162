"""What is signed: a proposal, the decision on it, and what came of carrying it out.

A :class:`Proposal` and the :class:`Decision` on it hold the same :class:`Terms`, word for word, so
that each can be read alone and any difference shows. Each also holds its place in the chain of the
device that signed it: ``seq`` counts from 1, ``prev`` is the SHA-256 of the envelope before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.cases import Fact
from domain.checks import MAX_EXACT_INTEGER, require, require_sha256, require_text, require_utc
from domain.commands import Action, Command, CommandResult, ExpectedVersion
from domain.endings import MAX_WHY_CHARACTERS, CommandEnd, CommandFate, EndedAs
from domain.ids import CustomerId, SourceName, UserId
from domain.recommendations import Remedy, SolverTrail
from domain.subjects import CaseSubject, RecommendationSubject

MAX_REASON_CHARACTERS = 500
FULL_CONFIDENCE_BP = 10_000
#: ``prev`` of the first entry of a device.
CHAIN_START = "0" * 64

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")


class AmountBasis(StrEnum):
    """What the amount of an approval measures."""

    EXPOSURE = "exposure"
    VALUE = "value"
    COST = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """The money that decision rights are judged on, in minor units (cents)."""

    currency: str
    minor: int
    basis: AmountBasis

    def __post_init__(self) -> None:
        """Refuse a negative amount or an unknown spelling of a currency."""
        require(_CURRENCY.match(self.currency) is not None, f"{self.currency!r} is no currency code.")
        require(0 <= self.minor <= MAX_EXACT_INTEGER, f"an amount of {self.minor} cannot be approved.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The facts the choice rests on; ``facts_sha256`` digests them all, ``as_of`` is the oldest."""

    facts: tuple[Fact, ...]
    facts_sha256: str
    as_of: datetime
    dq_flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a naive time or a broken digest."""
        require_utc(self.as_of, "as_of")
        require_sha256(self.facts_sha256, "evidence digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCommand:
    """One write as it will be sent, with the digest of its payload.

    ``undone_by`` takes it back when a later command fails for good; without it there is no way back.
    """

    key: str
    source: SourceName
    action: Action
    payload_sha256: str
    expected: tuple[ExpectedVersion, ...] = ()
    undone_by: tuple[Action, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a command without a key or digest."""
        require_text(self.key, "command key")
        require_text(self.source, "command source")
        require_sha256(self.payload_sha256, "payload digest")

    def command(self, reason: str) -> Command:
        """What the connector is given."""
        return Command(
            key=self.key, source=self.source, action=self.action, expected=self.expected, reason=reason
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """An option that could have been chosen instead, with its effect against doing nothing."""

    option_id: str
    remedy: Remedy
    label: str
    cost_delta_cents: int
    late_orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """The row of decision rights that was applied, so that nobody has to guess later."""

    policy_id: str
    version: int
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The executed action that terms take back, and the ending that says so, by its envelope's digest."""

    action_id: str
    ending_sha256: str

    def __post_init__(self) -> None:
        """Refuse to take back what is not named."""
        require_text(self.action_id, "action taken back")
        require_sha256(self.ending_sha256, "ending digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is proposed and, unchanged, what is decided on.

    ``customer_id`` is the customer it is granted to, where there is exactly one; ``regulated`` tells that
    goods are concerned that the decision rights call regulated; ``undoes`` names what it takes back.
    """

    action_id: str
    case: CaseSubject
    remedy: Remedy
    option_id: str
    option_label: str
    amount: Amount
    commands: tuple[PlannedCommand, ...]
    evidence: Evidence
    recommendation: RecommendationSubject
    alternatives: tuple[Alternative, ...]
    policy: PolicyRow
    customer_id: CustomerId | None = None
    regulated: bool = False
    undoes: Undone | None = None

    def __post_init__(self) -> None:
        """Refuse an unordered action: no ULID, no command, or keys that are not the action's own."""
        require(_ULID.match(self.action_id) is not None, f"{self.action_id!r} is no ULID.")
        require(bool(self.commands), "an approval without a command changes nothing.")
        expected = tuple(f"{self.action_id}-{n}" for n in range(1, len(self.commands) + 1))
        require(tuple(c.key for c in self.commands) == expected, "the command keys are not the action's own.")

    @property
    def expected(self) -> tuple[ExpectedVersion, ...]:
        """Every record that must still be as it was, once."""
        found = {item.ref: item for command in self.commands for item in command.expected}
        return tuple(found.values())

    @property
    def confidence_bp(self) -> int:
        """How sure the choice is, in basis points: what the solver proved, and nothing on doubtful facts."""
        return confidence_of(self.recommendation.trail, self.evidence.dq_flags)


def confidence_of(trail: SolverTrail, dq_flags: tuple[str, ...]) -> int:
    """10,000 less the gap to the best possible plan; 0 where the facts carry a flag of data quality."""
    return 0 if dq_flags else max(0, FULL_CONFIDENCE_BP - max(trail.gap_bp, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who signs: the person, the role they act in, their device and its key."""

    user_id: UserId
    role: str
    device_id: str
    keyid: str

    def __post_init__(self) -> None:
        """Refuse a nameless signer."""
        for name in ("user_id", "role", "device_id"):
            require_text(getattr(self, name), name)
        require_sha256(self.keyid, "keyid")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What every signed document holds: who signed it when, and its place in the chain of the device."""

    actor: Actor
    issued_at: datetime
    seq: int
    prev: str

    def __post_init__(self) -> None:
        """Refuse a place that no chain has."""
        require_utc(self.issued_at, "issued_at")
        require(self.seq >= 1, "seq counts from 1.")
        require_sha256(self.prev, "prev")
        is_first = self.prev == CHAIN_START
        require((self.seq == 1) is is_first, "only the first entry of a device has no entry before it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAction(_Entry):
    """A word on an action, resting on the decision that entitles to it, by its envelope's digest.

    ``hub_index`` is the hub's record number of the decision; absent where none is needed.
    """

    action_id: str
    decision_sha256: str
    hub_index: int | None = None

    def __post_init__(self) -> None:
        """Refuse a word on nothing."""
        _Entry.__post_init__(self)
        require_text(self.action_id, "action_id")
        require_sha256(self.decision_sha256, "decision digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said(_Entry):
    """What a person says, and why."""

    reason: str

    def __post_init__(self) -> None:
        """Refuse a word without a reason."""
        _Entry.__post_init__(self)
        require_text(self.reason, "reason")
        most = MAX_REASON_CHARACTERS
        require(len(self.reason) <= most, f"the reason has more than {most} signs.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnTerms(_Said):
    """What a person says of terms, good until they expire."""

    terms: Terms
    expires_at: datetime

    def __post_init__(self) -> None:
        """Refuse a word that comes when the terms have expired."""
        _Said.__post_init__(self)
        require_utc(self.expires_at, "expires_at")
        require(self.issued_at < self.expires_at, "it was signed after it expired.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(_OnTerms):
    """A planner asks that an option be carried out, and why."""


class Verdict(StrEnum):
    """What an approver says.

    Asking for changes is a no to this proposal and an invitation to another; revoking takes back what was
    approved and not begun.
    """

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"
    REVOKE = "revoke"

    @property
    def without_reason(self) -> str:
        """What stands for the reason where somebody gives none."""
        return _WITHOUT_REASON[self]


_WITHOUT_REASON = {
    Verdict.APPROVE: "Approved as proposed.",
    Verdict.REJECT: "Rejected.",
    Verdict.REQUEST_CHANGES: "Changes requested.",
    Verdict.REVOKE: "Approval revoked.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(_OnTerms):
    """An approver's word on a proposal, named by the digest of its envelope.

    ``offline`` tells that the hub could not be reached when it was signed.
    """

    verdict: Verdict
    proposer: UserId
    proposal_sha256: str
    offline: bool

    def __post_init__(self) -> None:
        """Refuse a decision on no proposal."""
        _OnTerms.__post_init__(self)
        require_sha256(self.proposal_sha256, "proposal digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning(_OfAction):
    """The executor says, before anything is sent, that it begins: from its record on nothing is revoked."""

    def __post_init__(self) -> None:
        """Refuse a beginning that no record entitles to."""
        _OfAction.__post_init__(self)
        require(self.hub_index is not None and self.hub_index >= 0, "record numbers count from 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution(_OfAction):
    """What came of one command: signed by the executor when an attempt has ended.

    ``probed`` tells that the answer was found by asking, not by the first reply.
    """

    command_key: str
    source: SourceName
    attempt: int
    result: CommandResult
    message: str
    request_sha256: str
    upstream_version: str
    probed: bool
    started_at: datetime

    def __post_init__(self) -> None:
        """Refuse an outcome that is none, or one that belongs to no decision."""
        _OfAction.__post_init__(self)
        require(self.result is not CommandResult.UNKNOWN, "a command in doubt has not ended.")
        require(self.attempt >= 1, "attempts count from 1.")
        require_sha256(self.request_sha256, "request digest")
        require_utc(self.started_at, "started_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending(_OfAction):
    """The executor's last word on an action: what became of it and of each of its commands."""

    outcome: EndedAs
    why: str
    commands: tuple[CommandEnd, ...]

    def __post_init__(self) -> None:
        """Refuse the ending of nothing."""
        _OfAction.__post_init__(self)
        require(len(self.why) <= MAX_WHY_CHARACTERS, f"the reason has more than {MAX_WHY_CHARACTERS} signs.")

    @property
    def doubts(self) -> tuple[str, ...]:
        """The keys of the commands of which only a person can tell what became of them."""
        if self.outcome is not EndedAs.IN_DOUBT:
            return ()
        return tuple(end.key for end in self.commands if end.fate is CommandFate.MANUAL)

    def leaves_in_doubt(self, command_key: str) -> bool:
        """Whether only a person can tell what became of that command."""
        return command_key in self.doubts


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(_Said):
    """A person says whether a command happened that the executor left in doubt with a named ending."""

    action_id: str
    command_key: str
    ending_sha256: str
    happened: bool

    def __post_init__(self) -> None:
        """Refuse a word on nothing."""
        _Said.__post_init__(self)
        require_text(self.action_id, "action_id")
        require_text(self.command_key, "command key")
        require_sha256(self.ending_sha256, "ending digest")


Signed = Proposal | Decision | Beginning | Execution | Ending | Settlement
