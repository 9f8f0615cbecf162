"""The decision rights, judged anew: who may propose and decide what, by the rows the log holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.signing.verifier.plain import Json, digest, fail, instant, require

POLICY_NAMES = frozenset(
    {"policy_id", "version", "rows", "users", "limits", "delegations", "superiors"} | {"regulated_categories"}
)
LIMIT_NAMES = frozenset({"limit_id", "remedy", "currency", "scope", "up_to_minor", "roles"})
LENT_NAMES = frozenset(
    {"delegation_id", "from_user", "to_user", "role", "starts_at", "ends_at", "currency", "up_to_minor"}
)
DAY = timedelta(hours=24)
ROW_NAMES = frozenset(
    {"row_id", "remedy", "currency", "right", "propose_roles", "approve_roles", "up_to_minor", "over_minor"}
    | {
        "forbid",
        "min_approvers",
        "four_eyes",
        "offline_minutes",
        "valid_minutes",
        "min_confidence_bp",
        "regulated",
    }
)
OPTIONAL = frozenset({"up_to_minor", "over_minor", "regulated"})
NO_LIMIT, SURE = 2**53, 10_000


def require_policy(policy: Json, sha256: str) -> None:
    """Refuse rights that hold something this verifier does not know: it could mean anything."""
    require(set(policy) == POLICY_NAMES, "the decision rights hold something unknown")
    for row in policy["rows"]:
        require(ROW_NAMES - OPTIONAL <= set(row) <= ROW_NAMES, "a row of rights holds something unknown")
    for limit in policy["limits"]:
        known = set(limit) == LIMIT_NAMES and limit["scope"] in {"approver", "customer"}
        require(known, "a limit over a day holds something unknown")
    for lent in policy["delegations"]:
        require(set(lent) == LENT_NAMES, "a delegation holds something unknown")
    require(digest(policy) == sha256, "the decision rights are others than their digest")


def right_of(policy: Json, terms: Json) -> Json:
    """The row that speaks about a remedy at an amount; nothing permits what no row covers."""
    require(bool(policy), "no decision rights are in force")
    amount = terms["amount"]
    covering = [row for row in policy["rows"] if _covers(row, terms, amount)]
    if not covering or any(row["forbid"] for row in covering):
        fail(f"{terms['action_id']}: the rights do not permit {terms['remedy']} at this amount")
    row: Json = min(covering, key=_rank)
    return row


def confidence_of(terms: Json) -> int:
    """How sure the choice is, in basis points: 10,000 less the solver's gap, 0 on flagged facts."""
    gap = terms["recommendation"]["trail"]["gap_bp"]
    return 0 if terms["evidence"]["dq_flags"] else max(0, SURE - max(gap, 0))


def require_decider(policy: Json, assent: Json, proposer: str, roles: list[str]) -> None:
    """Refuse a decision in a role that is neither theirs nor lent to them, or that gives no right."""
    user, role = assent["user_id"], assent["role"]
    if not _holds(policy, user, role):
        lent = next((each for each in _lent(policy, assent) if _is_enough(each, assent)), None)
        if lent is None:
            fail(f"{user} does not hold the role {role}, and nobody lent them enough of it")
        require(lent["from_user"] != proposer, "the proposer's delegate decided")
        require(proposer not in _superiors(policy, user), f"{user} decided on a proposal of their superior")
    require(role in roles, f"a {role} may not decide on this")


def require_approver(policy: Json, assent: Json, before: list[Json]) -> None:
    """Refuse an approval with a right that was used for it already, or beyond a limit over a day."""
    principal = _principal(policy, assent)
    for each in before:
        other = each["action_id"] == assent["action_id"] and each["user_id"] != assent["user_id"]
        twice = other and _principal(policy, each) == principal
        require(not twice, f"{each['user_id']} and {assent['user_id']} approved with one right")
    for limit in policy["limits"]:
        if not _limits(limit, assent) or (limit["roles"] and assent["role"] not in limit["roles"]):
            continue
        same = {each["action_id"]: each["minor"] for each in _added(policy, limit, assent, before)}
        within = assent["minor"] + sum(same.values()) <= limit["up_to_minor"]
        require(within, f"{assent['action_id']}: more than {limit['limit_id']} allows in 24 hours")


def require_role(policy: Json, actor: Json, roles: list[str], what: str) -> None:
    """Refuse an actor whose role is not theirs or does not give the right."""
    held = _holds(policy, actor["user_id"], actor["role"])
    require(held, f"{actor['user_id']} does not hold the role {actor['role']}")
    require(actor["role"] in roles, f"a {actor['role']} may not {what}")


def _rank(row: Json) -> tuple[bool, int, int]:
    """The most particular row speaks: by kind of goods, by the highest floor, by the lowest limit."""
    return "regulated" not in row, -row["min_confidence_bp"], row.get("up_to_minor", NO_LIMIT)


def _covers(row: Json, terms: Json, amount: Json) -> bool:
    return bool(
        row["remedy"] == terms["remedy"]
        and row["currency"] == amount["currency"]
        and amount["minor"] <= row.get("up_to_minor", NO_LIMIT)
        and amount["minor"] > row.get("over_minor", -1)
        and row.get("regulated", terms["regulated"]) == terms["regulated"]
        and confidence_of(terms) >= row["min_confidence_bp"]
    )


def _holds(policy: Json, user: str, role: str) -> bool:
    return role in dict(policy["users"]).get(user, [])


def _lent(policy: Json, assent: Json) -> Iterator[Json]:
    for each in policy["delegations"]:
        same = (each["to_user"], each["role"]) == (assent["user_id"], assent["role"])
        on_time = instant(each["starts_at"]) <= assent["at"] < instant(each["ends_at"])
        if same and on_time and _holds(policy, each["from_user"], each["role"]):
            yield each


def _is_enough(lent: Json, assent: Json) -> bool:
    return bool(lent["currency"] == assent["currency"] and assent["minor"] <= lent["up_to_minor"])


def _principal(policy: Json, assent: Json) -> str:
    if not _holds(policy, assent["user_id"], assent["role"]):
        for each in _lent(policy, assent):
            if _is_enough(each, assent):
                return str(each["from_user"])
    return str(assent["user_id"])


def _superiors(policy: Json, user: str) -> set[str]:
    found: set[str] = set()
    above = dict(policy["superiors"])
    while user in above and above[user] not in found:
        user = above[user]
        found.add(user)
    return found


def _limits(limit: Json, assent: Json) -> bool:
    return (limit["remedy"], limit["currency"]) == (assent["remedy"], assent["currency"])


def _added(policy: Json, limit: Json, assent: Json, before: list[Json]) -> Iterator[Json]:
    for each in before:
        if each["action_id"] == assent["action_id"] or not _limits(limit, each):
            continue
        if abs(each["at"] - assent["at"]) >= DAY:
            continue
        if limit["scope"] == "customer":
            same = each["customer_id"] == assent["customer_id"]
        else:
            same = each["user_id"] == assent["user_id"]
            same = same or _principal(policy, each) == _principal(policy, assent)
        if same:
            yield each
