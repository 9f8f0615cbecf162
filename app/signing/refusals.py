"""The hub's signed word that it does not take an entry at all.

Without it a desk would have to believe any proxy that answers no, and would put a signed approval aside for
good. What is not signed so is no refusal: the entry goes on waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.signing.canonical import canonical_bytes, sha256_hex
from app.signing.envelope import sign_envelope, verify_envelope
from app.signing.keys import PublicKey, SigningKey
from domain.checks import require_sha256, require_text, require_utc
from domain.errors import RefusedError
from domain.profile_json import from_profile, load_strict, object_of

REFUSAL_TYPE = "application/vnd.control-tower.refusal+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRefusal:
    """Entry ``entry_sha256`` is not taken; ``code`` for programs, ``why`` for people."""

    entry_sha256: str
    code: str
    why: str
    refused_at: datetime

    def __post_init__(self) -> None:
        """Refuse a refusal of nothing."""
        require_sha256(self.entry_sha256, "entry digest")
        require_text(self.code, "code")
        require_utc(self.refused_at, "refused_at")


def sign_refusal(refusal: HubRefusal, hub_key: SigningKey) -> bytes:
    """The refusal as an envelope signed by the hub."""
    return sign_envelope(canonical_bytes(object_of(refusal)), hub_key, payload_type=REFUSAL_TYPE)


def open_refusal(envelope: bytes, hub_key: PublicKey, entry: bytes) -> HubRefusal:
    """Verify a refusal of the bytes of an entry under the pinned key of the hub.

    Raises:
        BadInputError: it is malformed.
        RefusedError: the hub did not sign it, or it is of another entry.
    """
    verified = verify_envelope(
        envelope, lambda keyid: hub_key if keyid == hub_key.keyid else None, payload_type=REFUSAL_TYPE
    )
    refusal = from_profile(HubRefusal, load_strict(verified.payload))
    if refusal.entry_sha256 != sha256_hex(entry):
        raise RefusedError(
            what="The hub refused something else than was sent.", remedy="It is sent again; tell the hub."
        )
    return refusal
