"""Incidents: cases with one cause, what they are worth together, and silences that people put on cases."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import CaseId, CustomerId, IncidentId, NodeId, SilenceId

#: A silence ends by itself; nothing is hidden for longer than this.
LONGEST_SILENCE = timedelta(days=90)


class IncidentBasis(StrEnum):
    """How it was found that cases belong together."""

    STATIC_KEY = "static_key"
    PEGGING = "pegging"
    INHIBITION = "inhibition"
    CONTRAST = "contrast"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Cases with one cause. Money counts every line once, with the largest loss any case sees in it.

    ``correlation_key`` and ``correlation_version`` are those it was opened with; ``root_case_id`` the case
    that causes the others, where one is known. ``action_label`` is the one thing to do first,
    ``members`` how many open cases it has, ``responsible_at`` when the first of them is past help.
    """

    incident_id: IncidentId
    title: str
    basis: IncidentBasis
    correlation_key: str
    correlation_version: int
    opened_at: datetime
    root_case_id: CaseId | None = None
    closed_at: datetime | None = None
    orders: int = 0
    lines: int = 0
    loss_cents: int = 0
    avoidable_cents: int = 0
    effort_minutes: int = 1
    action_label: str = ""
    members: int = 0
    responsible_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an incident without identity, key or title."""
        require_text(self.incident_id, "incident_id")
        require_text(self.title, "incident title")
        require_text(self.correlation_key, "correlation_key")
        require_utc(self.opened_at, "opened_at")
        require_utc(self.closed_at, "closed_at")
        require_utc(self.responsible_at, "responsible_at")
        require_cents(self.loss_cents, "loss_cents")
        require_cents(self.avoidable_cents, "avoidable_cents")
        for name in ("orders", "lines", "members", "correlation_version"):
            require_quantity(getattr(self, name), name)
        require(self.effort_minutes > 0, "effort_minutes is not above zero.")

    @property
    def is_open(self) -> bool:
        """Whether a member of it is still open."""
        return self.closed_at is None

    @property
    def value_per_minute_cents(self) -> int:
        """What a minute of work on the whole incident saves."""
        return self.avoidable_cents // self.effort_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMember:
    """A case in an incident: what brought it there, and why in one sentence."""

    case_id: CaseId
    incident_id: IncidentId
    basis: IncidentBasis
    why: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Cases that nobody wants to be told of for a while; blank fields match any, but not all three.

    Silenced cases are still detected, counted and shown on demand.
    """

    silence_id: SilenceId
    author: str
    reason: str
    starts_at: datetime
    expires_at: datetime
    code: str = ""
    node_id: NodeId | None = None
    customer_id: CustomerId | None = None

    def __post_init__(self) -> None:
        """Refuse a silence without author, reason or end, or one that silences everything."""
        require_text(self.silence_id, "silence_id")
        require_text(self.author, "author of the silence")
        require_text(self.reason, "reason of the silence")
        require_utc(self.starts_at, "starts_at")
        require_utc(self.expires_at, "expires_at")
        require(
            bool(self.code or self.node_id or self.customer_id),
            "a silence names a type, a node or a customer.",
        )
        require(self.expires_at >= self.starts_at, "the silence ends before it starts.")
        require(
            self.expires_at - self.starts_at <= LONGEST_SILENCE,
            f"a silence lasts at most {LONGEST_SILENCE.days} days.",
        )

    def is_active(self, now: datetime) -> bool:
        """Whether it holds at ``now``."""
        return self.starts_at <= now < self.expires_at


def incident_identity(key: str, version: int, opened_ms: int, first: CaseId) -> IncidentId:
    """The id of the incident that ``first`` opened under a key: ``IN-`` and ten hexadecimal digits."""
    digest = hashlib.sha256(f"{key}@{version}|{opened_ms}|{first}".encode()).hexdigest()
    return IncidentId(f"IN-{digest[:10].upper()}")
