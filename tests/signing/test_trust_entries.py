"""The hub's statements of trust: read back as signed, only under the hub's key, only in their one form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.signing.canonical import canonical_bytes, digest_of
from app.signing.envelope import sign_envelope
from app.signing.trust_entries import open_trust, says_trust, sign_trust
from domain.approvals import CHAIN_START, Actor
from domain.errors import BadInputError, RefusedError
from domain.ids import UserId
from domain.trust import (
    HUB_ROLE,
    EnforcePolicy,
    EnrolKey,
    RevokeKey,
    TrustAct,
    TrustStatement,
    trust_document,
)
from tests.support.approval_desk import START, default_policy, signer_of
from tests.support.approval_values import proposal
from tests.support.hub_site import hub_key

HUB = hub_key()
DESK = signer_of("a.moreno").key
ACTS: tuple[TrustAct, ...] = (
    EnforcePolicy(policy=default_policy(), policy_sha256=digest_of(default_policy())),
    EnrolKey(
        user_id=UserId("a.moreno"),
        device_id="desk-1",
        keyid=DESK.public.keyid,
        public_key=DESK.public.to_text(),
        method="token",
    ),
    RevokeKey(keyid=DESK.public.keyid, reason="The laptop was stolen."),
)


def statement(act: TrustAct, **changes: Any) -> TrustStatement:
    owner = HUB.owner
    actor = Actor(user_id=owner.user_id, role=HUB_ROLE, device_id=owner.device_id, keyid=HUB.public.keyid)
    made = TrustStatement(act=act, actor=actor, issued_at=START, seq=1, prev=CHAIN_START)
    return replace(made, **changes)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.verb)
def test_it_comes_back_as_it_was_signed(act: TrustAct) -> None:
    entry = sign_trust(statement(act), HUB)
    assert open_trust(entry.envelope, HUB.public) == entry
    assert says_trust(entry.envelope)


def test_nothing_else_says_trust() -> None:
    from app.signing.statements import sign_value

    signer = signer_of("a.moreno")
    entry = sign_value(proposal(actor=signer.actor), signer.key)
    assert not says_trust(entry.envelope)
    assert not says_trust(b"{}")
    with pytest.raises(RefusedError):
        open_trust(entry.envelope, HUB.public)


def test_only_the_pinned_hub_says_whom_to_trust() -> None:
    entry = sign_trust(statement(ACTS[2]), hub_key(seed=1))
    with pytest.raises(RefusedError):
        open_trust(entry.envelope, HUB.public)
    with pytest.raises(RefusedError, match="another hub's"):
        open_trust(sign_trust(statement(ACTS[2]), hub_key(seed=1)).envelope, hub_key(seed=1).public)


@pytest.mark.parametrize(
    "changes",
    [{"subject": []}, {"predicateType": "x"}, {"predicate": {}}, {"_type": "x"}, {"more": 1}],
)
def test_a_document_that_says_something_else_is_refused(changes: dict[str, Any]) -> None:
    document = {**trust_document(statement(ACTS[2])), **changes}
    with pytest.raises(BadInputError):
        open_trust(sign_envelope(canonical_bytes(document), HUB), HUB.public)


@pytest.mark.parametrize("changes", [{"seq": 2}, {"seq": 0}, {"prev": "x"}, {"prev": "a" * 64}])
def test_a_statement_without_its_place_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"seq|prev|before"):
        statement(ACTS[0], **changes)


def test_rights_that_do_not_fit_are_one_clear_sentence() -> None:
    many = default_policy().with_users({f"person.number.{n}": ("planner",) for n in range(2_000)})
    with pytest.raises(BadInputError, match="more than one entry of the log takes"):
        sign_trust(statement(EnforcePolicy(policy=many, policy_sha256="a" * 64)), HUB)
