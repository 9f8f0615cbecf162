"""The hub's receipt: its signed word on an entry, and the proof that the entry is in its log.

The proof leads from the entry's own bytes to the root of a checkpoint that the hub signed. So a receipt
cannot be taken back: a log without the entry has another root, and two roots of one size are evidence.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.signing.canonical import bytes_of, sha256_hex
from app.signing.envelope import sign_envelope, verify_envelope
from app.signing.keys import PublicKey, SigningKey
from app.signing.merkle import leaf_hash, verify_inclusion
from app.signing.notes import Checkpoint, open_checkpoint
from domain.checks import require, require_sha256, require_utc
from domain.errors import RefusedError
from domain.profile_json import from_profile, load_strict

RECEIPT_TYPE = "application/vnd.control-tower.receipt+json"
_REMEDY = "Tell the hub's administrator; nothing counts as recorded."


class HubOutcome(StrEnum):
    """What a recorded entry brought about; a refused one stays in the log as evidence."""

    ACCEPTED = "accepted"
    ALREADY_DECIDED = "already_decided"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    UNKNOWN_SUBJECT = "unknown_subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReceipt:
    """Entry ``entry_sha256`` is number ``index`` of the log whose signed ``checkpoint`` ``proof`` leads to.

    ``why`` says in words why the entry was not accepted; ``trust_sha256`` names the hub's last statement of
    trust before it: the keys and rights it was judged by.
    """

    index: int
    entry_sha256: str
    outcome: HubOutcome
    why: str
    received_at: datetime
    trust_sha256: str
    checkpoint: str
    proof: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a receipt for nothing."""
        require(self.index >= 0, "a receipt has no index.")
        require_sha256(self.entry_sha256, "entry digest")
        require_sha256(self.trust_sha256, "trust digest")
        require_utc(self.received_at, "received_at")


def proof_texts(proof: tuple[bytes, ...]) -> tuple[str, ...]:
    """A proof as receipts and answers write it."""
    return tuple(base64.b64encode(each).decode() for each in proof)


def proof_bytes(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    """The proof of texts that :func:`proof_texts` wrote.

    Raises:
        ValueError: a text is no base64.
    """
    return tuple(base64.b64decode(each, validate=True) for each in texts)


def sign_receipt(receipt: HubReceipt, hub_key: SigningKey) -> bytes:
    """The receipt as an envelope signed by the hub."""
    return sign_envelope(bytes_of(receipt), hub_key, payload_type=RECEIPT_TYPE)


def open_receipt(envelope: bytes, hub_key: PublicKey, entry: bytes) -> HubReceipt:
    """Verify a receipt for the bytes of an entry under the pinned key of the hub, proof and all.

    Raises:
        BadInputError: it is malformed.
        RefusedError: the hub did not sign it, it is for another entry, or its proof does not hold.
    """

    def pinned(keyid: str) -> PublicKey | None:
        return hub_key if keyid == hub_key.keyid else None

    verified = verify_envelope(envelope, pinned, payload_type=RECEIPT_TYPE)
    receipt = from_profile(HubReceipt, load_strict(verified.payload))
    if receipt.entry_sha256 != sha256_hex(entry):
        raise RefusedError(what="The hub gave a receipt for something else than was sent.", remedy=_REMEDY)
    checkpoint = open_checkpoint(receipt.checkpoint, hub_key)
    if not _included(receipt, checkpoint, entry):
        raise RefusedError(
            what="The hub's receipt does not prove that the entry is recorded.", remedy=_REMEDY
        )
    return receipt


def _included(receipt: HubReceipt, checkpoint: Checkpoint, entry: bytes) -> bool:
    try:
        proof = proof_bytes(receipt.proof)
    except ValueError:
        return False
    return verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, proof, checkpoint.root)
