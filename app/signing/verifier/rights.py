"""The decision rights, judged anew: who may propose and decide what, by the rows the log holds."""

from __future__ import annotations

from app.signing.verifier.plain import Json, digest, fail, require

POLICY_NAMES = frozenset({"policy_id", "version", "rows", "users"})
ROW_NAMES = frozenset(
    {"row_id", "remedy", "currency", "right", "propose_roles", "approve_roles", "up_to_minor", "over_minor"}
    | {"forbid", "min_approvers", "four_eyes", "offline_minutes", "valid_minutes"}
)
OPTIONAL = frozenset({"up_to_minor", "over_minor"})
NO_LIMIT = 2**53


def require_policy(policy: Json, sha256: str) -> None:
    """Refuse rights that hold something this verifier does not know: it could mean anything."""
    require(set(policy) == POLICY_NAMES, "the decision rights hold something unknown")
    for row in policy["rows"]:
        require(ROW_NAMES - OPTIONAL <= set(row) <= ROW_NAMES, "a row of rights holds something unknown")
    require(digest(policy) == sha256, "the decision rights are others than their digest")


def right_of(policy: Json, terms: Json) -> Json:
    """The row that speaks about a remedy at an amount; nothing permits what no row covers."""
    require(bool(policy), "no decision rights are in force")
    amount = terms["amount"]
    covering = [row for row in policy["rows"] if _covers(row, terms["remedy"], amount)]
    if not covering or any(row["forbid"] for row in covering):
        fail(f"{terms['action_id']}: the rights do not permit {terms['remedy']} at this amount")
    row: Json = min(covering, key=lambda each: each.get("up_to_minor", NO_LIMIT))
    return row


def require_role(policy: Json, actor: Json, roles: list[str], what: str) -> None:
    """Refuse an actor whose role is not theirs or does not give the right."""
    held: list[str] = dict(policy["users"]).get(actor["user_id"], [])
    require(actor["role"] in held, f"{actor['user_id']} does not hold the role {actor['role']}")
    require(actor["role"] in roles, f"a {actor['role']} may not {what}")


def _covers(row: Json, remedy: str, amount: Json) -> bool:
    return bool(
        row["remedy"] == remedy
        and row["currency"] == amount["currency"]
        and amount["minor"] <= row.get("up_to_minor", NO_LIMIT)
        and amount["minor"] > row.get("over_minor", -1)
    )
