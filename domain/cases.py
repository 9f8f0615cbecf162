"""The exception case: a condition detected in the world, its money, its facts and its life."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import CaseId, EntityRef, IncidentId, NodeId, OrderId, SourceName


class Severity(IntEnum):
    """How bad: shown with colour, shape and word together."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class CaseState(StrEnum):
    """Where a case stands in its life."""

    SUSPENDED = "suspended"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    PROPOSED = "proposed"
    EXECUTING = "executing"
    VERIFYING = "verifying"
    RESOLVED = "resolved"
    AUTO_CLEARED = "auto_cleared"
    EXPIRED = "expired"
    FALSE_POSITIVE = "false_positive"


CLOSED_STATES = frozenset(
    {CaseState.RESOLVED, CaseState.AUTO_CLEARED, CaseState.EXPIRED, CaseState.FALSE_POSITIVE}
)

#: How a case may end wherever it stands, unless a command is under way for it.
_ENDS = frozenset({CaseState.AUTO_CLEARED, CaseState.EXPIRED, CaseState.FALSE_POSITIVE})

#: Legal moves; everything else is refused. SUSPENDED is a condition too young to be shown; EXPIRED one
#: that nobody can act on any more; FALSE_POSITIVE one that a person found not to be so.
TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.SUSPENDED: frozenset({CaseState.OPEN}) | _ENDS,
    CaseState.OPEN: frozenset(
        {
            CaseState.SUSPENDED,
            CaseState.ACKNOWLEDGED,
            CaseState.IN_PROGRESS,
            CaseState.WAITING,
            CaseState.PROPOSED,
        }
    )
    | _ENDS,
    CaseState.ACKNOWLEDGED: frozenset({CaseState.IN_PROGRESS, CaseState.WAITING, CaseState.PROPOSED}) | _ENDS,
    CaseState.IN_PROGRESS: frozenset({CaseState.WAITING, CaseState.PROPOSED, CaseState.RESOLVED}) | _ENDS,
    CaseState.WAITING: frozenset({CaseState.IN_PROGRESS, CaseState.PROPOSED, CaseState.RESOLVED}) | _ENDS,
    CaseState.PROPOSED: frozenset({CaseState.IN_PROGRESS, CaseState.EXECUTING}) | _ENDS,
    CaseState.EXECUTING: frozenset({CaseState.IN_PROGRESS, CaseState.VERIFYING}),
    CaseState.VERIFYING: frozenset({CaseState.IN_PROGRESS, CaseState.RESOLVED}),
    CaseState.RESOLVED: frozenset({CaseState.OPEN, CaseState.SUSPENDED}),
    CaseState.AUTO_CLEARED: frozenset({CaseState.OPEN, CaseState.SUSPENDED}),
    CaseState.EXPIRED: frozenset({CaseState.OPEN, CaseState.SUSPENDED}),
    CaseState.FALSE_POSITIVE: frozenset({CaseState.OPEN, CaseState.SUSPENDED}),
}


def may_move(current: CaseState, wanted: CaseState) -> bool:
    """Whether a case may go from ``current`` to ``wanted``."""
    return wanted in TRANSITIONS[current]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One piece of evidence: a named value with the system and the time it comes from.

    ``value`` is text for people and for signing; ``unit`` is e.g. ``cents``, ``units``, ``days``.
    """

    name: str
    value: str
    unit: str = ""
    source: SourceName | None = None
    as_of: datetime | None = None
    entity: EntityRef | None = None

    def __post_init__(self) -> None:
        """Refuse a nameless fact or a naive time."""
        require_text(self.name, "fact name")
        require_utc(self.as_of, "as_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Money a case puts at risk, in cents, and what acting now would save per minute of effort.

    ``loss_cents`` is the expected loss if nothing is done, between ``low_cents`` and ``high_cents``;
    ``avoidable_cents`` the part an action can save; ``effort_minutes`` what it takes a planner.
    ``assumed`` names inputs that were defaults, not facts. ``action_cost_cents`` is what the best known
    action costs; it is already taken off the avoidable part.
    """

    loss_cents: int
    low_cents: int
    high_cents: int
    avoidable_cents: int
    effort_minutes: int
    penalty_cents: int = 0
    margin_cents: int = 0
    rework_cents: int = 0
    churn_cents: int = 0
    dispute_cents: int = 0
    action_cost_cents: int = 0
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a range that does not hold the expectation, or work that takes no time."""
        require_cents(self.loss_cents, "loss_cents")
        require(self.low_cents <= self.loss_cents <= self.high_cents, "the loss lies outside its range.")
        require(self.effort_minutes > 0, "effort_minutes is not above zero.")

    @property
    def value_per_minute_cents(self) -> int:
        """The queue order: avoidable loss per effort-minute (the cμ rule, Smith 1956)."""
        return self.avoidable_cents // self.effort_minutes


_TIMES = (
    "opened_at",
    "last_seen_at",
    "breach_at",
    "closed_at",
    "snoozed_until",
    "waiting_until",
    "acknowledged_at",
    "responsible_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCase:
    """An exception as the tower knows it now; one open case per identity (code and entity).

    ``scope_key`` is the key its rule is re-evaluated by; ``suppressed_by`` the root case or silence that
    hides it (blank: none); ``about`` what else it concerns besides ``entity``. ``snooze_loss_cents`` is
    the loss when it was snoozed: at twice this it wakes. ``flap_count`` counts how often it came back,
    ``responsible_at`` is the last responsible moment: begun later, no action avoids the loss any more.
    """

    case_id: CaseId
    code: str
    entity: EntityRef
    state: CaseState
    severity: Severity
    title: str
    consequence: str
    impact: Impact
    opened_at: datetime
    last_seen_at: datetime
    rule_version: int
    correlation_key: str
    evidence: tuple[Fact, ...]
    order_ids: tuple[OrderId, ...] = ()
    node_id: NodeId | None = None
    breach_at: datetime | None = None
    parent_case_id: CaseId | None = None
    owner: str = ""
    state_reason: str = ""
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    episode: int = 1
    dq_flags: tuple[str, ...] = field(default=())
    scope_key: str = ""
    suppressed_by: str = ""
    flap_count: int = 0
    flapping: bool = False
    snooze_loss_cents: int | None = None
    waiting_on: str = ""
    waiting_until: datetime | None = None
    acknowledged_at: datetime | None = None
    escalated: int = 0
    incident_id: IncidentId | None = None
    responsible_at: datetime | None = None
    about: tuple[EntityRef, ...] = ()
    correlation_version: int = 0

    def __post_init__(self) -> None:
        """Refuse a case without identity, or one that is closed without a time."""
        require_text(self.case_id, "case_id")
        require_text(self.code, "case code")
        for name in _TIMES:
            require_utc(getattr(self, name), name)
        for name in ("flap_count", "escalated", "correlation_version"):
            require_quantity(getattr(self, name), name)
        require(
            (self.state in CLOSED_STATES) == (self.closed_at is not None), "closed cases have a closing time."
        )

    @property
    def is_open(self) -> bool:
        """Whether the case still asks for attention."""
        return self.state not in CLOSED_STATES


def case_identity(code: str, entity: EntityRef) -> CaseId:
    """The stable id of the case of ``code`` on ``entity``: detected twice, it is still one case.

    ``EX-`` and ten hexadecimal digits of SHA-256 (40 bits: one collision in about a million cases).
    """
    digest = hashlib.sha256(f"{code}|{entity}".encode()).hexdigest()
    return CaseId(f"EX-{digest[:10].upper()}")
