"""Signing the values of ``domain.approvals``, and reading them back from verified bytes only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app.signing.canonical import (
    canonical_bytes,
    digest_code,
    digest_of_part,
    load_canonical,
    sha256_hex,
)
from app.signing.envelope import KeyLookup, payload_of_unverified, sign_envelope, verify_envelope
from app.signing.keys import SigningKey
from domain.approvals import Decision, Proposal, Signed
from domain.errors import RefusedError
from domain.statements import action_id_of, from_statement, predicate_type_of, to_statement

#: Reading is a pure function of the bytes, and screens read the same entries again and again.
KEPT_IN_MEMORY = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEntry:
    """A signed value together with the very bytes that were signed or received.

    ``sha256`` is the digest of the envelope's bytes: how other entries name this one.
    """

    envelope: bytes
    value: Signed
    payload: bytes
    sha256: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work the digest out once: it is asked for again and again."""
        object.__setattr__(self, "sha256", sha256_hex(self.envelope))

    @property
    def code(self) -> str:
        """The eight characters two people compare."""
        return digest_code(self.payload)

    @property
    def predicate_type(self) -> str:
        """Which kind of statement it is."""
        return predicate_type_of(self.value)

    @property
    def action_id(self) -> str:
        """The action it belongs to."""
        return action_id_of(self.value)


def preview(value: Signed) -> bytes:
    """The payload bytes that would be signed: what the approval dialog is rendered from.

    Raises:
        BadInputError: the value cannot be written in the JSON profile.
    """
    return canonical_bytes(to_statement(value))


def sign_value(value: Signed, key: SigningKey) -> SignedEntry:
    """Sign a value with the key of its actor.

    Raises:
        RefusedError: the actor is not the owner of the key.
        BadInputError: the value is too large or cannot be written in the JSON profile.
    """
    actor = value.actor
    owner = key.owner
    if (actor.user_id, actor.device_id, actor.keyid) != (owner.user_id, owner.device_id, key.public.keyid):
        raise RefusedError(
            what=f"The key of {owner.user_id} on {owner.device_id} cannot sign for {actor.user_id}.",
            remedy="Sign in as the person who decides.",
        )
    payload = preview(value)
    envelope = sign_envelope(payload, key)
    # Read back from the bytes: what is kept and shown is what was signed, not what was meant.
    return SignedEntry(envelope=envelope, value=read_payload(payload), payload=payload)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def read_payload(payload: bytes) -> Signed:
    """The value that payload bytes say, with its inner digests recomputed.

    Raises:
        BadInputError: the bytes are not a statement of ours in its canonical form.
        RefusedError: a digest inside does not fit what it digests.
    """
    document = load_canonical(payload)
    if document is None:
        raise RefusedError(
            what="A signed statement is not written in its canonical form.", remedy="Do not trust it."
        )
    value = from_statement(document)
    if isinstance(value, Proposal | Decision):
        # The document is the value, as was just compared: its own parts are digested, not written anew.
        terms: Any = document["predicate"]["terms"]  # type: ignore[index,call-overload] # read as Terms above
        evidence = terms["evidence"]
        fits = evidence["facts_sha256"] == digest_of_part(evidence["facts"])
        if not fits or any(c["payload_sha256"] != digest_of_part(c["action"]) for c in terms["commands"]):
            raise RefusedError(
                what="A signed statement holds a digest that does not fit its content.",
                remedy="Do not trust it.",
            )
    return value


def open_entry(envelope: bytes, keys: KeyLookup) -> SignedEntry:
    """Verify an envelope, then read it; the key must be the one its actor names.

    Raises:
        BadInputError: it is malformed.
        RefusedError: a signature does not hold, or it is signed by another key than it says.
    """
    verified = verify_envelope(envelope, keys)
    value = read_payload(verified.payload)
    if verified.keyids != (value.actor.keyid,):
        raise RefusedError(
            what="A statement is signed by another key than the one it names.", remedy="Do not trust it."
        )
    return SignedEntry(envelope=envelope, value=value, payload=verified.payload)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def read_unverified(envelope: bytes) -> SignedEntry:
    """Read an entry of the own ledger for showing it; acting on it takes :func:`open_entry`.

    Raises:
        BadInputError: it is malformed.
    """
    payload = payload_of_unverified(envelope)
    return SignedEntry(envelope=envelope, value=read_payload(payload), payload=payload)
