"""A hub that signs whatever it is told: for trails that must not be believed.

It has the hub's own key, and the keys of everybody. What it makes is right in form, so that a test changes
one thing and the verifier has to find that one.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.services.approval_room import Signer
from app.signing.canonical import bytes_of, digest_of, sha256_hex
from app.signing.chain import ChainHead
from app.signing.envelope import sign_envelope
from app.signing.keys import SigningKey
from app.signing.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from app.signing.notes import Checkpoint, origin_of, sign_checkpoint
from app.signing.receipts import HubOutcome, HubReceipt, proof_texts, sign_receipt
from app.signing.statements import SignedEntry, preview
from app.signing.tiles import TileTree
from app.signing.trust_entries import sign_trust
from domain.approvals import (
    CHAIN_START,
    Actor,
    Beginning,
    Decision,
    Execution,
    Proposal,
    Signed,
    Terms,
    Verdict,
)
from domain.commands import CommandResult
from domain.ids import UserId
from domain.rights import RightsPolicy
from domain.trust import HUB_ROLE, EnforcePolicy, EnrolKey, RevokeKey, TrustAct, TrustStatement
from tests.support.approval_desk import (
    ERP,
    PEOPLE,
    START,
    default_policy,
    reallocation,
    recommendation_for,
    short_case,
    signer_of,
)
from tests.support.approval_values import ACTION_ID, terms
from tests.support.hub_site import hub_key

PROBLEM = b"what the solver was given"
RECORD = b"a record as it was"


def small_policy(**changes: Any) -> RightsPolicy:
    """The rights of a reallocation alone, so that bundles stay small."""
    policy = default_policy()
    rows = tuple(row for row in policy.rows if row.row_id in {"reallocate-1", "reallocate-2"})
    return replace(policy, rows=tuple(replace(row, **changes) for row in rows))


def whole_terms(**changes: Any) -> Terms:
    """Terms whose every digest leads to something that can be shown."""
    case, act = short_case(), reallocation()
    made = recommendation_for(case, act)
    made = replace(made, trail=replace(made.trail, problem_sha256=sha256_hex(PROBLEM)))
    plain = terms()
    (command,) = plain.commands
    command = replace(command, expected=(replace(command.expected[0], fields_sha256=sha256_hex(RECORD)),))
    subject = replace(plain.recommendation, sha256=digest_of(made), trail=made.trail)
    return replace(plain, **{"commands": (command,), "recommendation": subject, **changes})


def blobs_behind() -> tuple[bytes, ...]:
    """Everything that these terms name."""
    case = short_case()
    made = recommendation_for(case, reallocation())
    made = replace(made, trail=replace(made.trail, problem_sha256=sha256_hex(PROBLEM)))
    return bytes_of(case), bytes_of(made), PROBLEM, RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry of the forged log, and what the forger's receipt says of it."""

    envelope: bytes
    outcome: HubOutcome
    received_at: datetime
    trust_sha256: str


class ForgedLog:
    """Entries in any order, signed by anybody, with any receipt."""

    def __init__(self, key: SigningKey | None = None) -> None:
        """Begin with nothing."""
        self.key = key or hub_key()
        self.rows: list[Row] = []
        self.heads: dict[str, ChainHead] = {}
        self.trust = ChainHead()

    def say(self, act: TrustAct, *, at: datetime = START, by: SigningKey | None = None) -> None:
        """A statement of trust."""
        key = by or self.key
        actor = Actor(
            user_id=key.owner.user_id, role=HUB_ROLE, device_id=key.owner.device_id, keyid=key.public.keyid
        )
        statement = TrustStatement(
            act=act, actor=actor, issued_at=at, seq=self.trust.next_seq, prev=self.trust.prev
        )
        entry = sign_trust(statement, key)
        self._put(entry.envelope, HubOutcome.ACCEPTED, at)
        self.trust = ChainHead(next_seq=statement.seq + 1, prev=entry.sha256)

    def found(self, policy: RightsPolicy | None = None, users: Iterable[str] = PEOPLE) -> ForgedLog:
        """The rights, and a key of each person."""
        self.enforce(policy or small_policy())
        for user in users:
            self.enrol(signer_of(user))
        return self

    def enforce(self, policy: RightsPolicy) -> None:
        """Put rights into force."""
        self.say(EnforcePolicy(policy=policy, policy_sha256=digest_of(policy)))

    def enrol(self, signer: Signer, user: str = "") -> None:
        """Let a key in, in the name of its owner or of somebody else."""
        key = signer.key
        self.say(
            EnrolKey(
                user_id=UserId(user or key.owner.user_id),
                device_id=key.owner.device_id,
                keyid=key.public.keyid,
                public_key=key.public.to_text(),
                method="token",
            )
        )

    def revoke(self, signer: Signer) -> None:
        """Let a key count no more."""
        self.say(RevokeKey(keyid=signer.key.public.keyid, reason="stolen"))

    def sign(
        self,
        value: Signed,
        signer: Signer,
        *,
        outcome: HubOutcome = HubOutcome.ACCEPTED,
        late: timedelta = timedelta(0),
    ) -> SignedEntry:
        """Add a value signed by that person, in its place of their chain."""
        head = self.heads.get(signer.key.public.keyid, ChainHead())
        placed = replace(value, actor=signer.actor, seq=head.next_seq, prev=head.prev)
        payload = preview(placed)
        entry = SignedEntry(envelope=sign_envelope(payload, signer.key), value=placed, payload=payload)
        self.heads[signer.key.public.keyid] = ChainHead(next_seq=head.next_seq + 1, prev=entry.sha256)
        self._put(entry.envelope, outcome, placed.issued_at + late)
        return entry

    def propose(self, user: str = "a.moreno", *, of: Terms | None = None, **changes: Any) -> SignedEntry:
        """A proposal."""
        value = Proposal(
            terms=of or whole_terms(),
            actor=signer_of(user).actor,
            reason="The line would ship late.",
            issued_at=START,
            expires_at=START + timedelta(days=1),
            seq=1,
            prev=CHAIN_START,
        )
        return self.sign(replace(value, **changes), signer_of(user))

    def decide(
        self, proposal: SignedEntry, user: str = "j.okafor", *, signer: Signer | None = None, **changes: Any
    ) -> SignedEntry:
        """A decision on it; ``outcome`` and ``late`` are the receipt's, the rest is what is signed."""
        asked = proposal.value
        assert isinstance(asked, Proposal)
        receipt = {name: changes.pop(name) for name in ("outcome", "late") if name in changes}
        value = Decision(
            terms=asked.terms,
            verdict=Verdict.APPROVE,
            proposer=asked.actor.user_id,
            proposal_sha256=proposal.sha256,
            actor=asked.actor,
            reason="I compared the code.",
            issued_at=START + timedelta(minutes=5),
            expires_at=asked.expires_at,
            offline=False,
            seq=1,
            prev=CHAIN_START,
        )
        return self.sign(replace(value, **changes), signer or signer_of(user), **receipt)

    def begin(self, decision: SignedEntry, user: str = "executor@desk", **changes: Any) -> SignedEntry:
        """The executor's word that it begins."""
        said = decision.value
        assert isinstance(said, Decision)
        value = Beginning(
            action_id=said.terms.action_id,
            decision_sha256=decision.sha256,
            hub_index=self.place(decision),
            actor=said.actor,
            issued_at=START + timedelta(minutes=6),
            seq=1,
            prev=CHAIN_START,
        )
        return self.sign(replace(value, **changes), signer_of(user))

    def place(self, entry: SignedEntry) -> int:
        """Its number in the log."""
        return next(n for n, row in enumerate(self.rows) if row.envelope == entry.envelope)

    def execute(
        self, decision: SignedEntry, user: str = "executor@desk", *, begun: bool = False, **changes: Any
    ) -> SignedEntry:
        """The outcome of its command; that it begins is said before, unless it was."""
        if not begun:
            self.begin(decision)
        said = decision.value
        assert isinstance(said, Decision)
        (command,) = said.terms.commands
        place = self.place(decision)
        value = Execution(
            action_id=ACTION_ID,
            command_key=command.key,
            source=ERP,
            attempt=1,
            result=CommandResult.SUCCEEDED,
            message="done",
            request_sha256=command.payload_sha256,
            decision_sha256=decision.sha256,
            upstream_version="2",
            probed=False,
            started_at=START + timedelta(minutes=6),
            issued_at=START + timedelta(minutes=7),
            actor=said.actor,
            seq=1,
            prev=CHAIN_START,
            hub_index=place,
        )
        return self.sign(replace(value, **changes), signer_of(user))

    def document(
        self, *, upto: int | None = None, without: Collection[int] = (), **changes: Any
    ) -> dict[str, Any]:
        """The bundle of it: each receipt under the checkpoint made right after its entry."""
        rows = self.rows[:upto]
        tree = TileTree(lambda _level, _number: b"")
        tree.append(0, (leaf_hash(row.envelope) for row in rows))
        size = len(rows)
        chosen = [place for place in range(size) if place not in without]
        return {
            "format": "tower-bundle/v1",
            "hub_key": self.key.public.to_text(),
            "root": "",
            "checkpoint": self.note(size, tree),
            "consistency": {
                str(old): list(proof_texts(consistency_proof(old, size, tree.node)))
                for old in (place + 1 for place in chosen)
                if old < size
            },
            "entries": [
                {
                    "envelope": text(rows[place].envelope),
                    "receipt": text(self.receipt(rows[place], place, tree)),
                    "proof": list(proof_texts(inclusion_proof(place, size, tree.node))),
                }
                for place in chosen
            ],
            "blobs": {sha256_hex(data): text(data) for data in blobs_behind()},
            "withheld": [],
            **changes,
        }

    def note(self, size: int, tree: TileTree) -> str:
        """The signed checkpoint of that many entries."""
        root = root_of(size, tree.node)
        return sign_checkpoint(Checkpoint(origin=origin_of(self.key.public), size=size, root=root), self.key)

    def receipt(self, row: Row, place: int, tree: TileTree) -> bytes:
        """The signed receipt of an entry."""
        receipt = HubReceipt(
            index=place,
            entry_sha256=sha256_hex(row.envelope),
            outcome=row.outcome,
            why="" if row.outcome is HubOutcome.ACCEPTED else "because",
            received_at=row.received_at,
            trust_sha256=row.trust_sha256,
            checkpoint=self.note(place + 1, tree),
            proof=proof_texts(inclusion_proof(place, place + 1, tree.node)),
        )
        return sign_receipt(receipt, self.key)

    def _put(self, envelope: bytes, outcome: HubOutcome, at: datetime) -> None:
        self.rows.append(
            Row(envelope=envelope, outcome=outcome, received_at=at, trust_sha256=self.trust.prev)
        )


def text(data: bytes) -> str:
    """Bytes as bundles write them."""
    return base64.b64encode(data).decode()


def honest(users: Iterable[str] = PEOPLE) -> ForgedLog:
    """A log that nobody forged: one reallocation from its proposal to its outcome."""
    log = ForgedLog().found(users=users)
    log.execute(log.decide(log.propose()))
    return log
