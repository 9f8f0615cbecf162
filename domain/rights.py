"""Decision rights: who may propose and approve which remedy up to which amount, read from TOML.

A policy is rows of remedy and amount. What no row permits is denied; a forbidding row wins over any
permitting one; among permitting rows the one with the lowest sufficient limit speaks. Every answer
names the policy, its version and the row, so that it can be repeated years later.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.approvals import Amount, PolicyRow
from domain.catalogue.case_type import Right
from domain.checks import require, require_text
from domain.errors import BadInputError
from domain.ids import UserId
from domain.recommendations import Remedy

DEFAULT_DENY = "default-deny"
#: The role of the machine that carries approved commands out.
EXECUTOR_ROLE = "executor"
_NO_LIMIT = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRow:
    """One row: up to which amount a remedy is permitted, to whom, and under which conditions.

    ``up_to_minor`` is inclusive; without it the row holds for any amount. ``offline_minutes`` is how
    long an approval signed while the hub was out of reach stays good; 0 means online only.
    """

    row_id: str
    remedy: Remedy
    currency: str
    right: Right
    propose_roles: tuple[str, ...]
    approve_roles: tuple[str, ...]
    up_to_minor: int | None = None
    over_minor: int | None = None
    forbid: bool = False
    min_approvers: int = 1
    four_eyes: bool = True
    offline_minutes: int = 240
    valid_minutes: int = 1440

    def __post_init__(self) -> None:
        """Refuse a row that permits without anybody to approve, or that contradicts itself."""
        require_text(self.row_id, "row id")
        require(self.forbid or bool(self.approve_roles), f"row {self.row_id} names nobody who approves.")
        require(self.forbid or bool(self.propose_roles), f"row {self.row_id} names nobody who proposes.")
        require(self.min_approvers >= 1, f"row {self.row_id} asks for no approver.")
        require(self.offline_minutes >= 0, f"row {self.row_id} has negative offline_minutes.")
        require(self.valid_minutes > 0, f"row {self.row_id} makes proposals that are never valid.")

    def covers(self, remedy: Remedy, amount: Amount) -> bool:
        """Whether the row speaks about that remedy and amount."""
        return (
            self.remedy is remedy
            and self.currency == amount.currency
            and (self.up_to_minor is None or amount.minor <= self.up_to_minor)
            and (self.over_minor is None or amount.minor > self.over_minor)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the policy says: yes or no, why, by which row, and under which conditions."""

    allowed: bool
    why: str
    policy_row: PolicyRow
    right: Right = Right.HUMAN_ONLY
    min_approvers: int = 1
    four_eyes: bool = True
    offline_for: timedelta = timedelta(0)
    valid_for: timedelta = timedelta(0)
    approve_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsPolicy:
    """A version of the decision rights, with the people it speaks of."""

    policy_id: str
    version: int
    rows: tuple[RightsRow, ...]
    users: tuple[tuple[UserId, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a policy without rows (it could only deny) or with two rows of one name."""
        require_text(self.policy_id, "policy_id")
        require(self.version >= 1, "policy versions count from 1.")
        require(bool(self.rows), "a policy without rows permits nothing.")
        require(len({r.row_id for r in self.rows}) == len(self.rows), "two policy rows share a name.")

    def with_users(self, users: Mapping[str, tuple[str, ...]]) -> RightsPolicy:
        """The same rules for these people instead: user to roles."""
        people = tuple(sorted((UserId(user), tuple(roles)) for user, roles in users.items()))
        return dataclasses.replace(self, users=people)

    def roles_of(self, user_id: UserId) -> tuple[str, ...]:
        """The roles a person holds; none when the policy does not know them."""
        return dict(self.users).get(user_id, ())

    def ruling(self, remedy: Remedy, amount: Amount) -> Ruling:
        """What holds for that remedy and amount, whoever asks."""
        covering = [row for row in self.rows if row.covers(remedy, amount)]
        forbidding = next((row for row in covering if row.forbid), None)
        if forbidding is not None:
            return self._deny(forbidding.row_id, f"{_words(remedy)} is forbidden at this amount")
        if not covering:
            return self._deny(DEFAULT_DENY, f"no row permits {_words(remedy)} at this amount")
        row = min(covering, key=lambda each: _NO_LIMIT if each.up_to_minor is None else each.up_to_minor)
        return Ruling(
            allowed=True,
            why="permitted",
            policy_row=PolicyRow(policy_id=self.policy_id, version=self.version, row=row.row_id),
            right=row.right,
            min_approvers=row.min_approvers,
            four_eyes=row.four_eyes,
            offline_for=timedelta(minutes=row.offline_minutes),
            valid_for=timedelta(minutes=row.valid_minutes),
            approve_roles=row.approve_roles,
        )

    def may_propose(self, user_id: UserId, role: str, remedy: Remedy, amount: Amount) -> Ruling:
        """Whether that person, acting in that role, may propose the remedy at that amount."""
        ruling = self.ruling(remedy, amount)
        if not ruling.allowed:
            return ruling
        row = self._row(ruling.policy_row.row)
        return self._judge(ruling, user_id, role, row.propose_roles, "propose")

    def may_decide(
        self, user_id: UserId, role: str, proposer: UserId, remedy: Remedy, amount: Amount
    ) -> Ruling:
        """Whether that person, acting in that role, may decide on a proposal of ``proposer``.

        Four eyes are two people: another key or role of the proposer does not count.
        """
        ruling = self.ruling(remedy, amount)
        if not ruling.allowed:
            return ruling
        if ruling.four_eyes and user_id == proposer:
            why = f"{user_id} proposed this; another person must decide"
            return dataclasses.replace(ruling, allowed=False, why=why)
        row = self._row(ruling.policy_row.row)
        return self._judge(ruling, user_id, role, row.approve_roles, "decide on")

    def _judge(self, ruling: Ruling, user_id: UserId, role: str, roles: tuple[str, ...], verb: str) -> Ruling:
        if role not in self.roles_of(user_id):
            why = f"{user_id} does not hold the role {role}"
        elif role not in roles:
            why = f"a {role} may not {verb} this; it takes {' or '.join(roles)}"
        else:
            return ruling
        return dataclasses.replace(ruling, allowed=False, why=why)

    def _row(self, row_id: str) -> RightsRow:
        return next(row for row in self.rows if row.row_id == row_id)

    def _deny(self, row_id: str, why: str) -> Ruling:
        row = PolicyRow(policy_id=self.policy_id, version=self.version, row=row_id)
        return Ruling(allowed=False, why=why, policy_row=row)


def _words(remedy: Remedy) -> str:
    return remedy.replace("_", " ")


def parse_policy(text: str) -> RightsPolicy:
    """Read a policy file.

    Raises:
        BadInputError: it is not TOML, a key is missing or unknown, or a row contradicts itself.
    """
    try:
        raw = tomllib.loads(text)
        users = {user: tuple(roles) for user, roles in raw.get("users", {}).items()}
        policy = RightsPolicy(
            policy_id=raw["policy_id"],
            version=raw["version"],
            rows=tuple(_parse_row(row) for row in raw["row"]),
        )
        return policy.with_users(users)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInputError(
            what=f"The decision rights cannot be read: {error}.",
            remedy="Correct the policy file; resources/policy/decision_rights.toml shows a complete one.",
        ) from error


def _parse_row(raw: dict[str, Any]) -> RightsRow:
    values = {
        **raw,
        "remedy": Remedy(raw["remedy"]),
        "right": Right(raw.get("right", Right.HUMAN_ONLY)),
        "propose_roles": tuple(raw.get("propose_roles", ())),
        "approve_roles": tuple(raw.get("approve_roles", ())),
    }
    return RightsRow(**values)
