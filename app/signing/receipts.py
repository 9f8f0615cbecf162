"""The hub's receipt: its signed word that it holds an entry, at which place, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.signing.canonical import canonical_bytes
from app.signing.envelope import sign_envelope, verify_envelope
from app.signing.keys import PublicKey, SigningKey
from domain.approvals import require_sha256
from domain.checks import require, require_utc
from domain.profile_json import from_profile, load_strict, object_of

RECEIPT_TYPE = "application/vnd.control-tower.receipt+json"


class HubOutcome(StrEnum):
    """What a recorded entry brought about; a refused one stays in the log as evidence."""

    ACCEPTED = "accepted"
    ALREADY_DECIDED = "already_decided"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    UNKNOWN_SUBJECT = "unknown_subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReceipt:
    """Entry ``entry_sha256`` is number ``index`` of the hub's log; ``link_sha256`` chains all before it.

    ``why`` says in words why the entry was not accepted.
    """

    index: int
    entry_sha256: str
    link_sha256: str
    outcome: HubOutcome
    why: str
    received_at: datetime

    def __post_init__(self) -> None:
        """Refuse a receipt for nothing."""
        require(self.index >= 0, "a receipt has no index.")
        require_sha256(self.entry_sha256, "entry digest")
        require_sha256(self.link_sha256, "link digest")
        require_utc(self.received_at, "received_at")


def sign_receipt(receipt: HubReceipt, hub_key: SigningKey) -> bytes:
    """The receipt as an envelope signed by the hub."""
    return sign_envelope(canonical_bytes(object_of(receipt)), hub_key, payload_type=RECEIPT_TYPE)


def open_receipt(envelope: bytes, hub_key: PublicKey) -> HubReceipt:
    """Verify a receipt under the pinned key of the hub, then read it.

    Raises:
        BadInputError: it is malformed.
        RefusedError: the hub did not sign it.
    """

    def pinned(keyid: str) -> PublicKey | None:
        return hub_key if keyid == hub_key.keyid else None

    verified = verify_envelope(envelope, pinned, payload_type=RECEIPT_TYPE)
    return from_profile(HubReceipt, load_strict(verified.payload))
