"""Limits over a day: what one person may approve, or what one customer may be granted, all actions together.

A limit of one action alone is evaded by splitting it. The day is any 24 hours and not a calendar day, so
that midnight opens no second one; and it is told by the times that are signed, so that desk, hub, executor
and auditor add up the same actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.approvals import Amount, Decision, Terms
from domain.checks import require, require_text, require_utc
from domain.ids import CustomerId, UserId
from domain.recommendations import Remedy

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assent:
    """One person's word on an action, as far as rights depend on it.

    ``customer_id`` is absent where no single customer is concerned; such actions share one limit.
    ``confidence_bp`` and ``regulated`` are those of the terms.
    """

    action_id: str
    user_id: UserId
    role: str
    remedy: Remedy
    amount: Amount
    at: datetime
    customer_id: CustomerId | None = None
    confidence_bp: int = 0
    regulated: bool = False

    def __post_init__(self) -> None:
        """Refuse a word of nobody or at no time."""
        require_text(self.user_id, "user_id")
        require_utc(self.at, "at")


def assent_to(terms: Terms, user_id: UserId, role: str, at: datetime) -> Assent:
    """What somebody would say by agreeing to these terms, for the rights."""
    return Assent(
        action_id=terms.action_id,
        user_id=user_id,
        role=role,
        remedy=terms.remedy,
        amount=terms.amount,
        at=at,
        customer_id=terms.customer_id,
        confidence_bp=terms.confidence_bp,
        regulated=terms.regulated,
    )


def assent_of(decision: Decision) -> Assent:
    """What a signed decision says, for the rights."""
    return assent_to(decision.terms, decision.actor.user_id, decision.actor.role, decision.issued_at)


class LimitScope(StrEnum):
    """Whose actions of a day are added up."""

    APPROVER = "approver"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLimit:
    """How much of a remedy may be approved in 24 hours by one person, or for one customer.

    ``up_to_minor`` is inclusive. ``roles`` are the roles in which approving is limited so; none: in any.
    """

    limit_id: str
    remedy: Remedy
    currency: str
    scope: LimitScope
    up_to_minor: int
    roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a limit without a name or that is below nothing."""
        require_text(self.limit_id, "limit id")
        require(self.up_to_minor >= 0, f"limit {self.limit_id} is below zero.")

    def exceeded_by(
        self, wanted: Assent, before: Iterable[Assent], principal_of: Callable[[Assent], UserId]
    ) -> bool:
        """Whether ``wanted`` is too much after what was approved ``before``, in whatever order.

        An action counts once, however many people approved it, and whatever became of it later. What a
        delegate approves counts for them and for whose right it is: ``principal_of`` tells that person.
        """
        if not self._speaks_of(wanted) or (self.roles and wanted.role not in self.roles):
            return False
        same = {each.action_id: each.amount.minor for each in self._counted(wanted, before, principal_of)}
        return wanted.amount.minor + sum(same.values()) > self.up_to_minor

    def _speaks_of(self, assent: Assent) -> bool:
        return assent.remedy is self.remedy and assent.amount.currency == self.currency

    def _counted(
        self, wanted: Assent, before: Iterable[Assent], principal_of: Callable[[Assent], UserId]
    ) -> Iterator[Assent]:
        principal = principal_of(wanted)
        for each in before:
            if not self._speaks_of(each) or each.action_id == wanted.action_id:
                continue
            if abs(each.at - wanted.at) >= DAY:
                continue
            if self.scope is LimitScope.CUSTOMER:
                same = each.customer_id == wanted.customer_id
            else:
                same = each.user_id == wanted.user_id or principal_of(each) == principal
            if same:
                yield each
