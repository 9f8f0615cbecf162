"""What the hub remembers of approvals, so that limits over a day and delegations can be judged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from app.hub.hub_schema import ASSENT
from app.store.instants import from_ms, to_ms
from domain.approvals import Amount, AmountBasis
from domain.day_limits import DAY, Assent, LimitScope
from domain.ids import CustomerId, UserId
from domain.recommendations import Remedy

if TYPE_CHECKING:
    from domain.rights import RightsPolicy


def row_of(assent: Assent, idx: int) -> dict[str, Any]:
    """The row that remembers an approval recorded as number ``idx``."""
    return {
        "idx": idx,
        "action_id": assent.action_id,
        "user_id": assent.user_id,
        "role": assent.role,
        "remedy": str(assent.remedy),
        "currency": assent.amount.currency,
        "minor": assent.amount.minor,
        "basis": str(assent.amount.basis),
        "customer_id": assent.customer_id or "",
        "issued_at": to_ms(assent.at),
    }


def assents_before(connection: Connection, wanted: Assent, policy: RightsPolicy) -> tuple[Assent, ...]:
    """What was approved within a day of ``wanted`` and may count against it by any rule."""
    people = {wanted.user_id}
    for delegation in policy.delegations:
        people |= {delegation.from_user, delegation.to_user}
    at = to_ms(wanted.at)
    day = DAY // timedelta(milliseconds=1)
    related = [ASSENT.c.action_id == wanted.action_id, ASSENT.c.user_id.in_(people)]
    if LimitScope.CUSTOMER in policy.scopes_of(wanted.remedy):
        related.append(ASSENT.c.customer_id == (wanted.customer_id or ""))
    query = select(ASSENT).where(
        ASSENT.c.remedy == str(wanted.remedy), ASSENT.c.issued_at.between(at - day, at + day), or_(*related)
    )
    return tuple(
        Assent(
            action_id=row.action_id,
            user_id=UserId(row.user_id),
            role=row.role,
            remedy=Remedy(row.remedy),
            amount=Amount(currency=row.currency, minor=row.minor, basis=AmountBasis(row.basis)),
            at=from_ms(row.issued_at),
            customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        )
        for row in connection.execute(query)
    )
