"""What proposing, deciding, delivering and executing share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from app.signing.keys import PublicKey, SigningKey
from app.signing.statements import SignedEntry, sign_value
from app.signing.trust_root import RootChain
from app.store.ledger import Ledger
from app.store.ledger_transaction import LedgerTransaction
from app.store.rows import fields_sha256
from domain.approvals import Actor, Signed
from domain.clock import Clock
from domain.commands import ExpectedVersion
from domain.day_limits import Assent
from domain.errors import ConflictError
from domain.ids import EntityRef
from domain.records import SourceRecord
from domain.rights import RightsPolicy

_MILLISECOND_MICROSECONDS = 1000


class Facts(Protocol):
    """Read access to the mirror."""

    def get(self, ref: EntityRef) -> SourceRecord | None:
        """The record as last synced, or ``None`` when it is gone."""
        ...


#: Which records are now as they are: a version and digest each; records that are gone are left out.
FreshVersions = Callable[[Iterable[EntityRef]], Mapping[EntityRef, ExpectedVersion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRoom:
    """One desk: its ledger, the rights in force, the clock, and whether a hub records for it.

    Without a hub (``hub_key`` is ``None``) a decision counts as soon as it is in the ledger. ``root`` gives
    the pinned trust root, where there is one.
    """

    ledger: Ledger
    policy: RightsPolicy
    clock: Clock
    hub_key: PublicKey | None = None
    root: Callable[[], RootChain | None] = lambda: None

    def now(self) -> datetime:
        """The present instant in whole milliseconds, as signed documents write it."""
        now = self.clock.now().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // _MILLISECOND_MICROSECONDS * 1000)

    def counts_device(self, keyid: str) -> bool:
        """Whether the pinned trust root names a key, or leaves that to the hub."""
        root = self.root()
        return root is None or root.counts_device(keyid)

    def counts_rights(self, sha256: str) -> bool:
        """Whether the pinned trust root names decision rights of the hub, or leaves them to it."""
        root = self.root()
        return root is None or root.counts_rights(sha256)

    def approved_before(self, wanted: Assent, ahead_of: str = "") -> tuple[Assent, ...]:
        """What was approved and may count against ``wanted``; ``ahead_of`` an entry: what came before it."""
        return self.ledger.assents(wanted, ahead_of) if self.policy.looks_back(wanted.remedy) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A person at this desk with an unlocked key, in a role."""

    key: SigningKey
    role: str

    @property
    def actor(self) -> Actor:
        """How signed documents name them."""
        owner = self.key.owner
        return Actor(
            user_id=owner.user_id, role=self.role, device_id=owner.device_id, keyid=self.key.public.keyid
        )


def sign_next(tx: LedgerTransaction, signer: Signer, value_at: Callable[[int, str], Signed]) -> SignedEntry:
    """Sign what ``value_at(seq, prev)`` gives for the next place in the signer's chain, and append it.

    Raises:
        BadInputError: it cannot be written as a signed document.
    """
    head = tx.head(signer.key.public.keyid)
    entry = sign_value(value_at(head.next_seq, head.prev), signer.key)
    tx.append(entry, entry.value.issued_at)
    return entry


def fresh_from(facts: Facts) -> FreshVersions:
    """The versions that records have in the mirror now."""

    def fresh(refs: Iterable[EntityRef]) -> Mapping[EntityRef, ExpectedVersion]:
        found = ((ref, facts.get(ref)) for ref in refs)
        return {ref: expected_now(record) for ref, record in found if record is not None}

    return fresh


def expected_now(record: SourceRecord) -> ExpectedVersion:
    """A record as it is now: its version, and the digest of the fields that decisions rest on."""
    return ExpectedVersion(ref=record.ref, version=record.version, fields_sha256=fields_sha256(record.entity))


def changed_since(expected: Iterable[ExpectedVersion], fresh: FreshVersions) -> tuple[EntityRef, ...]:
    """The records whose decision-relevant fields are no longer as expected, or that are gone.

    Only digests are compared: a version may move because of a field that no decision rests on.
    """
    wanted = tuple(expected)
    now = fresh(tuple(item.ref for item in wanted))
    return tuple(
        item.ref
        for item in wanted
        if item.ref not in now or now[item.ref].fields_sha256 != item.fields_sha256
    )


def stale_error(refs: Iterable[EntityRef]) -> ConflictError:
    """The error that names what changed."""
    names = ", ".join(str(ref) for ref in refs)
    return ConflictError(
        what=f"The facts changed since this was proposed: {names}.",
        remedy="Look at the case again and propose anew.",
    )
