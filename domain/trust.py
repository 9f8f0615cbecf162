"""What a hub says of trust in its own log: whose keys count, which decision rights are in force, since when.

Each statement is an entry of the log like any other, so that what held for an entry is told by its place
in the log and by nothing else: not by a clock, and not by what somebody says afterwards. The statements of
a hub are a chain of their own, and every receipt names the last one that it was made under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.approvals import CHAIN_START, Actor
from domain.checks import require, require_sha256, require_text, require_utc
from domain.ids import UserId
from domain.profile_json import JsonObject, from_profile, object_of, refuse
from domain.rights import RightsPolicy
from domain.statements import STATEMENT_TYPE

TRUST_TYPE = "https://control-tower.example/trust/v1"
#: The role in which a hub signs.
HUB_ROLE = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolKey:
    """A key counts from here on as that of a person on a device; ``method`` is how it was let in."""

    verb: ClassVar[str] = "enrol"

    user_id: UserId
    device_id: str
    keyid: str
    public_key: str
    method: str

    def __post_init__(self) -> None:
        """Refuse a key without an owner."""
        for name in ("user_id", "device_id", "public_key", "method"):
            require_text(getattr(self, name), name)
        require_sha256(self.keyid, "keyid")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """A key counts no more: what it signs is not recorded after this."""

    verb: ClassVar[str] = "revoke"

    keyid: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse a revocation of nothing or without a reason."""
        require_sha256(self.keyid, "keyid")
        require_text(self.reason, "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcePolicy:
    """These decision rights, with the people they speak of, are in force from here on."""

    verb: ClassVar[str] = "policy"

    policy: RightsPolicy
    policy_sha256: str

    def __post_init__(self) -> None:
        """Refuse a policy without its digest."""
        require_sha256(self.policy_sha256, "policy digest")


TrustAct = EnrolKey | RevokeKey | EnforcePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStatement:
    """What the hub says, with its place in the chain of the hub's own statements."""

    act: EnrolKey | RevokeKey | EnforcePolicy
    actor: Actor
    issued_at: datetime
    seq: int
    prev: str

    def __post_init__(self) -> None:
        """Refuse a statement without its place."""
        require(self.actor.role == HUB_ROLE, "only a hub says whom to trust.")
        require_utc(self.issued_at, "issued_at")
        require(self.seq >= 1, "seq counts from 1.")
        require_sha256(self.prev, "prev")
        require((self.seq == 1) == (self.prev == CHAIN_START), "only the first statement has none before it.")


def trust_document(value: TrustStatement) -> JsonObject:
    """The in-toto Statement that says ``value``; its subject is the key or the policy it speaks of."""
    act = value.act
    if isinstance(act, EnforcePolicy):
        name, digest = act.policy.policy_id, act.policy_sha256
    else:
        name, digest = act.keyid, act.keyid
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": f"{act.verb}/{name}", "digest": {"sha256": digest}}],
        "predicateType": TRUST_TYPE,
        "predicate": object_of(value),
    }


def trust_statement(document: JsonObject) -> TrustStatement:
    """The value of a document that :func:`trust_document` wrote.

    Raises:
        BadInputError: it is no such document.
    """
    value = from_profile(TrustStatement, document.get("predicate", {}))
    if trust_document(value) != document:
        raise refuse("A statement of trust does not say what its subject and names say.")
    return value
