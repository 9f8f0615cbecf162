"""What the detail panel shows of one case; free of Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Literal

from domain.cases import CaseState, ExceptionCase
from domain.recommendations import Option, Recommendation
from views.case_detail.stories import LineStory

EventKind = Literal["solved", "failed", "count", "opened", "moved", "signed", "note", "sync", "executed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One thing that happened to the case: when, a headline and a line under it."""

    at: datetime
    kind: EventKind
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order the case touches, with the tier of its customer."""

    order_number: str
    customer_name: str
    tier: str
    value_cents: int
    promised_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRow:
    """Whom to speak to about the case at one customer; ``asks`` is what for (``Tell the customer``)."""

    customer_name: str
    name: str
    email: str = ""
    phone: str = ""
    asks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCaseRow:
    """An open case of the service desk about the same orders, with the number its customer quotes."""

    number: str
    subject: str
    customer_name: str
    opened_at: datetime
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """What somebody wrote about the case."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNeed:
    """Who must approve an option and which rule says so.

    ``who`` reads on from "Needs: " (``Supervisor (over $10k change)``); ``rule_id`` names the policy rule.
    """

    who: str
    rule_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveProgress:
    """A solve under way for this case: its job, and its share done (0 to 1) or ``None`` while unknown."""

    job_id: str
    title: str
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingProposal:
    """The proposal that already waits for this case: its action, digest code and state in words."""

    action_id: str
    digest_code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMemberRow:
    """One case of the incident: what it is, what it risks, and why it is there."""

    case_id: str
    title: str
    type_title: str
    why: str
    severity: int
    loss_cents: int
    is_root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPanel:
    """The incident of a case, when it has several cases. Its money counts every order line once.

    ``why`` says why this case is in it, ``basis`` how it was found, ``also`` which further incidents hit
    the case. ``action`` is the one thing to do first; ``act_by`` until when it helps every member.
    ``members`` may be the dearest of ``members_in_all``.
    """

    incident_id: str
    title: str
    basis: str
    why: str
    orders: int
    lines: int
    loss_cents: int
    action: str
    members: tuple[IncidentMemberRow, ...]
    members_in_all: int = 0
    act_by: datetime | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow:
    """A closed case of the same type: how it ended, and what was done or why it went away.

    ``same_cause`` tells one of the same cause from one that was only at the same site.
    """

    case_id: str
    title: str
    state: CaseState
    done: str
    loss_cents: int
    opened_at: datetime
    closed_at: datetime
    same_cause: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """One case with all the panel needs.

    ``subject_label`` and ``subject`` are the sixth fact (``SKU``, ``KT-2201 (short 318 ea)``).
    ``needs`` is by option id. ``why_not_propose`` is empty when the person may propose now.
    ``waterfall`` are the bars of its money, label and cents, the last the total of the others;
    ``recipients`` and ``service_cases`` are what the customer desk knows about its customers and orders.
    ``incident`` is that of several cases which it belongs to. ``manual_rank`` is a person's rank with
    the reason, mostly empty. ``stories`` are the lines of its orders across the systems, its own first;
    ``past`` are closed cases like it, the most alike first.
    ``broken_lane_ids`` and ``alternative_lane_ids`` are drawn on the map. Times are shown in ``zone``; a
    promise or a cut-off also in ``site_zone``, that of the site called ``site_name``.
    """

    case: ExceptionCase
    type_title: str
    subject_label: str
    subject: str
    customers: int = 0
    recommendation: Recommendation | None = None
    recommendation_stale: bool = False
    no_options_reason: str = ""
    solving: SolveProgress | None = None
    needs: Mapping[str, ApprovalNeed] = field(default_factory=lambda: MappingProxyType({}))
    proposal: PendingProposal | None = None
    why_not_propose: str = ""
    timeline: tuple[TimelineEvent, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    recipients: tuple[RecipientRow, ...] = ()
    service_cases: tuple[ServiceCaseRow, ...] = ()
    stories: tuple[LineStory, ...] = ()
    past: tuple[PastRow, ...] = ()
    notes: tuple[NoteRow, ...] = ()
    waterfall: tuple[tuple[str, int], ...] = ()
    manual_rank: str = ""
    incident: IncidentPanel | None = None
    broken_lane_ids: frozenset[str] = frozenset()
    alternative_lane_ids: frozenset[str] = frozenset()
    currency: str = "USD"
    zone: tzinfo = UTC
    site_zone: tzinfo | None = None
    site_name: str = ""

    @property
    def options(self) -> tuple[Option, ...]:
        """The options worked out, none before the first solve."""
        return self.recommendation.options if self.recommendation else ()

    @property
    def recommended(self) -> Option | None:
        """The option the solver prefers, unless that is to do nothing."""
        return next((o for o in self.options if o.recommended and o.actions), None)
