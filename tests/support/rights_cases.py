"""Decision rights with limits over a day and delegations, and words on actions to judge by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.approvals import Amount, AmountBasis
from domain.catalogue.case_type import Right
from domain.day_limits import Assent, DayLimit, LimitScope
from domain.delegations import Delegation
from domain.ids import CustomerId, UserId
from domain.recommendations import Remedy
from domain.rights import RightsPolicy
from tests.support.approval_desk import START, default_policy

RELEASE_LIMIT = 10_000_000


def lent(
    to: str = "a.moreno",
    by: str = "j.okafor",
    *,
    role: str = "supervisor",
    up_to: int = 1_000_000,
    starts: timedelta = timedelta(0),
    ends: timedelta = timedelta(hours=8),
) -> Delegation:
    """A delegation that begins with the tests' day."""
    return Delegation(
        delegation_id=f"{by}-{to}-{role}",
        from_user=UserId(by),
        to_user=UserId(to),
        role=role,
        starts_at=START + starts,
        ends_at=START + ends,
        currency="USD",
        up_to_minor=up_to,
    )


def day_limit(
    up_to: int,
    scope: LimitScope = LimitScope.APPROVER,
    *,
    remedy: Remedy = Remedy.REALLOCATE,
    roles: tuple[str, ...] = (),
) -> DayLimit:
    """A limit over a day, named by whom it speaks of."""
    return DayLimit(
        limit_id=f"{remedy}-{scope}",
        remedy=remedy,
        currency="USD",
        scope=scope,
        up_to_minor=up_to,
        roles=roles,
    )


def limited_policy(*limits: DayLimit, delegations: tuple[Delegation, ...] = ()) -> RightsPolicy:
    """The default rights with these limits and delegations instead; a.moreno reports to r.ito."""
    return replace(
        default_policy(),
        limits=limits,
        delegations=delegations,
        superiors=((UserId("a.moreno"), UserId("r.ito")),),
    )


def graded_policy() -> RightsPolicy:
    """Reallocating by confidence and goods: less when unsure, managers when regulated."""
    plain = next(row for row in default_policy().rows if row.row_id == "reallocate-1")
    rows = (
        replace(plain, row_id="sure", up_to_minor=1_000, min_confidence_bp=9_000, regulated=False),
        replace(plain, row_id="unsure", up_to_minor=100, min_confidence_bp=6_000, regulated=False),
        replace(
            plain,
            row_id="regulated",
            up_to_minor=1_000,
            min_confidence_bp=9_000,
            regulated=True,
            approve_roles=("manager",),
            right=Right.HUMAN_ONLY,
        ),
    )
    return replace(default_policy(), rows=rows, limits=(), regulated_categories=("medicine",))


def said(
    minor: int,
    *,
    user: str = "j.okafor",
    role: str = "supervisor",
    action: str = "A",
    remedy: Remedy = Remedy.REALLOCATE,
    customer: str = "",
    at: datetime = START,
) -> Assent:
    """Somebody's word on an action."""
    return Assent(
        action_id=action,
        user_id=UserId(user),
        role=role,
        remedy=remedy,
        amount=Amount(currency="USD", minor=minor, basis=AmountBasis.VALUE),
        at=at,
        customer_id=CustomerId(customer) if customer else None,
    )
