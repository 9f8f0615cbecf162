"""Decision rights: who may propose and approve which remedy up to which amount, read from TOML.

A policy is rows of remedy, amount, confidence and whether the goods are regulated. What no row permits is
denied; a forbidding row wins over any permitting one; among permitting rows the most particular one speaks:
one about regulated goods (or only others), then the highest floor of confidence, then the lowest sufficient
limit. Limits over a day
and delegations (who decides for whom, for a time) belong to the policy too. Every answer names the policy,
its version and the row, so that it can be repeated years later.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from domain.approvals import FULL_CONFIDENCE_BP, Amount, Decision, PolicyRow, Terms, Verdict
from domain.catalogue.case_type import Right
from domain.checks import require, require_text
from domain.day_limits import Assent, DayLimit, LimitScope, assent_of
from domain.delegations import Delegation, is_subordinate, require_tree
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
    ``min_confidence_bp`` is the floor of confidence below which the row says nothing; ``regulated`` limits it
    to regulated goods, or to others; absent, it is about both.
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
    min_confidence_bp: int = 0
    regulated: bool | None = None

    def __post_init__(self) -> None:
        """Refuse a row that permits without anybody to approve, or that contradicts itself."""
        require_text(self.row_id, "row id")
        require(self.forbid or bool(self.approve_roles), f"row {self.row_id} names nobody who approves.")
        require(self.forbid or bool(self.propose_roles), f"row {self.row_id} names nobody who proposes.")
        require(self.min_approvers >= 1, f"row {self.row_id} asks for no approver.")
        require(self.offline_minutes >= 0, f"row {self.row_id} has negative offline_minutes.")
        require(self.valid_minutes > 0, f"row {self.row_id} makes proposals that are never valid.")
        floor = 0 <= self.min_confidence_bp <= FULL_CONFIDENCE_BP
        require(floor, f"row {self.row_id} has a floor of confidence outside 0 to {FULL_CONFIDENCE_BP}.")

    def covers(self, remedy: Remedy, amount: Amount, confidence_bp: int, *, regulated: bool) -> bool:
        """Whether the row speaks about that remedy, amount, confidence and kind of goods."""
        return (
            self.remedy is remedy
            and self.currency == amount.currency
            and (self.up_to_minor is None or amount.minor <= self.up_to_minor)
            and (self.over_minor is None or amount.minor > self.over_minor)
            and (self.regulated is None or self.regulated is regulated)
            and confidence_bp >= self.min_confidence_bp
        )

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Among rows that cover the same action the smallest one speaks."""
        limit = _NO_LIMIT if self.up_to_minor is None else self.up_to_minor
        return self.regulated is None, -self.min_confidence_bp, limit


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
    """A version of the decision rights, with the people it speaks of.

    ``superiors`` are pairs of a person and who is above them; ``regulated_categories`` are the categories of
    items whose actions count as regulated.
    """

    policy_id: str
    version: int
    rows: tuple[RightsRow, ...]
    users: tuple[tuple[UserId, tuple[str, ...]], ...] = ()
    limits: tuple[DayLimit, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    superiors: tuple[tuple[UserId, UserId], ...] = ()
    regulated_categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a policy without rows (it could only deny) or with two rows of one name."""
        require_text(self.policy_id, "policy_id")
        require(self.version >= 1, "policy versions count from 1.")
        require(bool(self.rows), "a policy without rows permits nothing.")
        names = [r.row_id for r in self.rows] + [limit.limit_id for limit in self.limits]
        require(len(set(names)) == len(names), "two policy rows or limits share a name.")
        lent = {delegation.delegation_id for delegation in self.delegations}
        require(len(lent) == len(self.delegations), "two delegations share a name.")
        require_tree(self.superiors)

    def with_users(self, users: Mapping[str, tuple[str, ...]]) -> RightsPolicy:
        """The same rules for these people instead: user to roles."""
        people = tuple(sorted((UserId(user), tuple(roles)) for user, roles in users.items()))
        return dataclasses.replace(self, users=people)

    def roles_of(self, user_id: UserId) -> tuple[str, ...]:
        """The roles a person holds; none when the policy does not know them."""
        return dict(self.users).get(user_id, ())

    def ruling(
        self, remedy: Remedy, amount: Amount, confidence_bp: int = 0, *, regulated: bool = False
    ) -> Ruling:
        """What holds for that remedy, amount, confidence and kind of goods, whoever asks."""
        covering = [r for r in self.rows if r.covers(remedy, amount, confidence_bp, regulated=regulated)]
        forbidding = next((row for row in covering if row.forbid), None)
        if forbidding is not None:
            return self._deny(forbidding.row_id, f"{_words(remedy)} is forbidden at this amount")
        if not covering:
            return self._deny(DEFAULT_DENY, self._why_uncovered(remedy, amount, regulated=regulated))
        row = min(covering, key=lambda each: each.rank)
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

    def ruling_on(self, terms: Terms) -> Ruling:
        """What holds for these terms, whoever asks."""
        return self.ruling(terms.remedy, terms.amount, terms.confidence_bp, regulated=terms.regulated)

    def may_propose_terms(self, user_id: UserId, role: str, terms: Terms) -> Ruling:
        """Whether that person, acting in that role, may propose these terms."""
        return self._may_propose(user_id, role, self.ruling_on(terms))

    def may_propose(
        self,
        user_id: UserId,
        role: str,
        remedy: Remedy,
        amount: Amount,
        confidence_bp: int = 0,
        *,
        regulated: bool = False,
    ) -> Ruling:
        """Whether that person, acting in that role, may propose the remedy at that amount."""
        return self._may_propose(
            user_id, role, self.ruling(remedy, amount, confidence_bp, regulated=regulated)
        )

    def _may_propose(self, user_id: UserId, role: str, ruling: Ruling) -> Ruling:
        if not ruling.allowed:
            return ruling
        if not self._holds(user_id, role):
            why = f"{user_id} does not hold the role {role}"
            return dataclasses.replace(ruling, allowed=False, why=why)
        row = self._row(ruling.policy_row.row)
        return self._judge(ruling, role, row.propose_roles, "propose")

    def judge_decision(self, decision: Decision, proposer: UserId, before: Iterable[Assent]) -> Ruling:
        """Whether a signed decision on a proposal of ``proposer`` counts, after what was approved before."""
        if decision.verdict is Verdict.APPROVE:
            return self.may_approve(assent_of(decision), proposer, before)
        return self.may_decide(assent_of(decision), proposer)

    def may_approve(self, assent: Assent, proposer: UserId, before: Iterable[Assent]) -> Ruling:
        """Whether that person may approve a proposal of ``proposer``, after what was approved ``before``.

        A delegate and whose right it is are one approver of an action, not two.
        """
        ruling = self.may_decide(assent, proposer)
        if not ruling.allowed:
            return ruling
        earlier, principal = tuple(before), self.principal_of(assent)
        for each in earlier:
            other = each.action_id == assent.action_id and each.user_id != assent.user_id
            if other and self.principal_of(each) == principal:
                why = f"{each.user_id} approved it with the same right, which is {principal}'s"
                return dataclasses.replace(ruling, allowed=False, why=why)
        exceeded = (each for each in self.limits if each.exceeded_by(assent, earlier, self.principal_of))
        limit = next(exceeded, None)
        if limit is None:
            return ruling
        whose = assent.user_id if limit.scope is LimitScope.APPROVER else assent.customer_id or "no customer"
        return self._deny(
            limit.limit_id, f"it is more {_words(assent.remedy)} for {whose} than 24 hours allow"
        )

    def may_decide(self, assent: Assent, proposer: UserId) -> Ruling:
        """Whether that person, acting in that role, may decide on a proposal of ``proposer`` at all.

        Four eyes are two people: another key or role of the proposer does not count.
        """
        ruling = self.ruling(assent.remedy, assent.amount, assent.confidence_bp, regulated=assent.regulated)
        if not ruling.allowed:
            return ruling
        if ruling.four_eyes and assent.user_id == proposer:
            why = f"{assent.user_id} proposed this; another person must decide"
            return dataclasses.replace(ruling, allowed=False, why=why)
        why = "" if self._holds(assent.user_id, assent.role) else self._why_not_lent(assent, proposer)
        if why:
            return dataclasses.replace(ruling, allowed=False, why=why)
        row = self._row(ruling.policy_row.row)
        return self._judge(ruling, assent.role, row.approve_roles, "decide on")

    def may_revoke(self, assent: Assent, proposer: UserId, approvers: Collection[UserId]) -> Ruling:
        """Whether that person may take back what ``approvers`` approved: one of them, or who might."""
        ruling = self.may_decide(assent, proposer)
        if assent.user_id in approvers and not ruling.allowed:
            return dataclasses.replace(ruling, allowed=True, why="they approved it themselves")
        return ruling

    def looks_back(self, remedy: Remedy) -> bool:
        """Whether an answer about that remedy may depend on what was approved before."""
        return bool(self.delegations) or bool(self.scopes_of(remedy))

    def scopes_of(self, remedy: Remedy) -> frozenset[LimitScope]:
        """By what the actions of a day are added up for that remedy."""
        return frozenset(limit.scope for limit in self.limits if limit.remedy is remedy)

    def principal_of(self, assent: Assent) -> UserId:
        """Whose right somebody uses: their own, or that of the first person who lent it to them."""
        if self._holds(assent.user_id, assent.role):
            return assent.user_id
        lent = (each.from_user for each in self._lent(assent) if each.covers(assent.amount))
        return next(lent, assent.user_id)

    def _why_uncovered(self, remedy: Remedy, amount: Amount, *, regulated: bool) -> str:
        sure = (r for r in self.rows if r.covers(remedy, amount, FULL_CONFIDENCE_BP, regulated=regulated))
        floor = min((row.min_confidence_bp for row in sure), default=0)
        if floor:
            return f"{_words(remedy)} takes a confidence of {floor / 100:g} % at this amount"
        goods = " for regulated goods" if regulated else ""
        return f"no row permits {_words(remedy)} at this amount{goods}"

    def _lent(self, assent: Assent) -> tuple[Delegation, ...]:
        lent = (each for each in self.delegations if each.lends(assent.user_id, assent.role, assent.at))
        return tuple(each for each in lent if self._holds(each.from_user, assent.role))

    def _why_not_lent(self, assent: Assent, proposer: UserId) -> str:
        lent = self._lent(assent)
        if not lent:
            return f"{assent.user_id} does not hold the role {assent.role}"
        enough = next((each for each in lent if each.covers(assent.amount)), None)
        if enough is None:
            return f"what {lent[0].from_user} delegated to {assent.user_id} is not enough for this amount"
        if enough.from_user == proposer:
            return f"{proposer} proposed this and cannot have it decided by a delegate"
        if is_subordinate(assent.user_id, proposer, dict(self.superiors)):
            return f"{assent.user_id} reports to {proposer}, who proposed this"
        return ""

    def _holds(self, user_id: UserId, role: str) -> bool:
        return role in self.roles_of(user_id)

    def _judge(self, ruling: Ruling, role: str, roles: tuple[str, ...], verb: str) -> Ruling:
        if role in roles:
            return ruling
        why = f"a {role} may not {verb} this; it takes {' or '.join(roles)}"
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
            limits=tuple(_parse_limit(limit) for limit in raw.get("limit", ())),
            delegations=tuple(_parse_delegation(lent) for lent in raw.get("delegation", ())),
            superiors=tuple(
                sorted((UserId(who), UserId(of)) for who, of in raw.get("superiors", {}).items())
            ),
            regulated_categories=tuple(sorted(raw.get("regulated_categories", ()))),
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


def _parse_limit(raw: dict[str, Any]) -> DayLimit:
    values = {
        **raw,
        "remedy": Remedy(raw["remedy"]),
        "scope": LimitScope(raw["scope"]),
        "roles": tuple(raw.get("roles", ())),
    }
    return DayLimit(**values)


def _parse_delegation(raw: dict[str, Any]) -> Delegation:
    times = {name: raw[name].astimezone(UTC) for name in ("starts_at", "ends_at") if raw[name].tzinfo}
    return Delegation(**{**raw, **times})
