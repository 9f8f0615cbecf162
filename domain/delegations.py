"""Delegation: a person lends the right of a role to another one, for a time and up to an amount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.approvals import Amount
from domain.checks import require, require_text, require_utc
from domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """``to_user`` may decide in ``role`` for ``from_user``, from ``starts_at`` until before ``ends_at``.

    Only a role that ``from_user`` holds by themselves can be lent, so there is no chain. ``up_to_minor`` is
    inclusive and in ``currency``; a delegation is for deciding, never for proposing.
    """

    delegation_id: str
    from_user: UserId
    to_user: UserId
    role: str
    starts_at: datetime
    ends_at: datetime
    currency: str
    up_to_minor: int

    def __post_init__(self) -> None:
        """Refuse a delegation to oneself, without end, or of nothing."""
        for name in ("delegation_id", "from_user", "to_user", "role"):
            require_text(getattr(self, name), name)
        require(self.from_user != self.to_user, f"{self.from_user} delegates to themselves.")
        require_utc(self.starts_at, "starts_at")
        require_utc(self.ends_at, "ends_at")
        require(self.starts_at < self.ends_at, f"delegation {self.delegation_id} ends before it starts.")
        require(self.up_to_minor >= 0, f"delegation {self.delegation_id} is below zero.")

    def lends(self, user_id: UserId, role: str, at: datetime) -> bool:
        """Whether it lends that role to that person at that time, whatever the amount."""
        return self.to_user == user_id and self.role == role and self.starts_at <= at < self.ends_at

    def covers(self, amount: Amount) -> bool:
        """Whether it is enough for that amount."""
        return self.currency == amount.currency and amount.minor <= self.up_to_minor


def is_subordinate(user_id: UserId, of: UserId, superiors: Mapping[UserId, UserId]) -> bool:
    """Whether ``of`` is above that person, at any distance."""
    seen: set[UserId] = set()
    above = superiors.get(user_id)
    while above is not None and above not in seen:
        if above == of:
            return True
        seen.add(above)
        above = superiors.get(above)
    return False


def require_tree(superiors: Iterable[tuple[UserId, UserId]]) -> None:
    """Refuse an organisation in which somebody has two superiors or is above themselves."""
    pairs = tuple(superiors)
    above = dict(pairs)
    require(len(above) == len(pairs), "somebody has two superiors.")
    for user_id in above:
        require(not is_subordinate(user_id, user_id, above), f"{user_id} is above themselves.")
