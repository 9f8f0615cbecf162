"""The hub's statements of trust as signed entries of its log."""

from __future__ import annotations

from dataclasses import dataclass

from app.signing.canonical import canonical_bytes, is_canonical, sha256_hex
from app.signing.envelope import payload_of_unverified, sign_envelope, verify_envelope
from app.signing.keys import PublicKey, SigningKey
from domain.errors import BadInputError, RefusedError
from domain.profile_json import load_strict
from domain.trust import TRUST_TYPE, TrustStatement, trust_document, trust_statement

_REMEDY = "Do not trust it; tell the hub's administrator."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustEntry:
    """A statement of trust together with the very bytes that were signed or received."""

    envelope: bytes
    value: TrustStatement

    @property
    def sha256(self) -> str:
        """The digest of the envelope's bytes: how receipts and the next statement name it."""
        return sha256_hex(self.envelope)


def sign_trust(value: TrustStatement, key: SigningKey) -> TrustEntry:
    """Sign a statement with the hub's key.

    Raises:
        BadInputError: it is too large or cannot be written in the JSON profile.
    """
    payload = canonical_bytes(trust_document(value))
    try:
        envelope = sign_envelope(payload, key)
    except BadInputError as error:
        raise BadInputError(
            what=f"The decision rights have {len(payload)} bytes, more than one entry of the log takes.",
            remedy="Name fewer people or rows in the policy file of this hub.",
        ) from error
    return TrustEntry(envelope=envelope, value=value)


def open_trust(envelope: bytes, hub_key: PublicKey) -> TrustEntry:
    """Verify a statement under the pinned key of the hub, then read it.

    Raises:
        BadInputError: it is malformed.
        RefusedError: the hub did not sign it.
    """
    verified = verify_envelope(envelope, lambda keyid: hub_key if keyid == hub_key.keyid else None)
    document = load_strict(verified.payload)
    if not is_canonical(document, verified.payload):
        raise RefusedError(what="A statement of trust is not in its canonical form.", remedy=_REMEDY)
    value = trust_statement(document)
    if value.actor.keyid != hub_key.keyid:
        raise RefusedError(what="A statement of trust is another hub's.", remedy=_REMEDY)
    return TrustEntry(envelope=envelope, value=value)


def says_trust(envelope: bytes) -> bool:
    """Whether an envelope claims to be a statement of trust."""
    try:
        return load_strict(payload_of_unverified(envelope)).get("predicateType") == TRUST_TYPE
    except BadInputError:
        return False
