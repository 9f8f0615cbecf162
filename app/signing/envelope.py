"""DSSE envelopes: signing bytes, and getting them back only when every signature on them holds.

Verification, in this order, and never another:
1. size; 2. the envelope's own form (exactly three names, canonical JSON, canonical base64, one to
three signatures); 3. the key by its id; 4. the signature over the received bytes. Only then are the
payload bytes given out, and the caller parses those very bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from app.signing.canonical import canonical_bytes, load_canonical
from app.signing.keys import PublicKey, SigningKey
from domain.errors import BadInputError, RefusedError
from domain.profile_json import MAX_BYTES, JsonValue
from domain.statements import PAYLOAD_TYPE

MAX_SIGNATURES = 3
_KEYID = re.compile(r"[0-9a-f]{64}\Z")
_REMEDY = "Do not act on it; ask its sender for it again and compare the digest code."

KeyLookup = Callable[[str], PublicKey | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Payload bytes whose signatures hold, and the keys that made them."""

    payload: bytes
    keyids: tuple[str, ...]


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that DSSE signs: type and payload, each with its length, so that neither can be moved."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, *keys: SigningKey, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """An envelope around ``payload``, signed by each key, in canonical JSON.

    Raises:
        BadInputError: the envelope would be larger than the limit; split what is proposed.
    """
    message = pre_authentication_encoding(payload_type, payload)
    signatures: list[JsonValue] = [
        {"keyid": key.public.keyid, "sig": base64.b64encode(key.sign(message)).decode()} for key in keys
    ]
    envelope = canonical_bytes(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": signatures,
        }
    )
    if len(envelope) > MAX_BYTES:
        raise BadInputError(
            what=f"What is to be signed has {len(envelope)} bytes, more than {MAX_BYTES}.",
            remedy="Treat fewer orders in one approval.",
        )
    return envelope


def verify_envelope(
    data: bytes, keys: KeyLookup, *, payload_type: str = PAYLOAD_TYPE, most: int = MAX_SIGNATURES
) -> Verified:
    """The payload of an envelope, when every signature on it holds.

    Raises:
        BadInputError: it is too large or not an envelope as this program writes them.
        RefusedError: a key is unknown or a signature does not hold.
    """
    payload, signatures = _open(data, payload_type, most)
    message = pre_authentication_encoding(payload_type, payload)
    for keyid, signature in signatures:
        key = keys(keyid)
        if key is None:
            raise RefusedError(
                what=f"It is signed with the key {keyid[:12]}…, which nobody here has registered.",
                remedy="Enrol that device at the hub, or refuse the document.",
            )
        if key.keyid != keyid or not key.verifies(signature, message):
            raise RefusedError(what="The signature does not hold.", remedy=_REMEDY)
    return Verified(payload=payload, keyids=tuple(keyid for keyid, _ in signatures))


def payload_of_unverified(
    data: bytes, *, payload_type: str = PAYLOAD_TYPE, most: int = MAX_SIGNATURES
) -> bytes:
    """The payload of an envelope without looking at its signatures: for showing what is claimed only.

    Raises:
        BadInputError: it is not an envelope.
    """
    return _open(data, payload_type, most)[0]


def _open(data: bytes, payload_type: str, most: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    document = load_canonical(data)
    if document is None or document.keys() != {"payload", "payloadType", "signatures"}:
        raise _malformed("it has other names than a DSSE envelope, or another layout")
    if document["payloadType"] != payload_type:
        raise _malformed("it holds another type of payload")
    signatures = document["signatures"]
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= most:
        raise _malformed(f"it does not have one to {most} signatures")
    found = [_signature(each) for each in signatures]
    if len({keyid for keyid, _ in found}) != len(found):
        raise _malformed("one key signed twice")
    return _base64(document["payload"]), found


def _signature(entry: JsonValue) -> tuple[str, bytes]:
    if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"}:
        raise _malformed("a signature has other names than keyid and sig")
    keyid = entry["keyid"]
    if not isinstance(keyid, str) or not _KEYID.match(keyid):
        raise _malformed("a key id is no SHA-256 digest")
    return keyid, _base64(entry["sig"])


def _base64(text: JsonValue) -> bytes:
    if not isinstance(text, str):
        raise _malformed("a base64 text is no text")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(f"its base64 is broken ({error})") from error
    if base64.b64encode(data).decode() != text:
        raise _malformed("its base64 is not written in the one canonical way")
    return data


def _malformed(why: str) -> BadInputError:
    return BadInputError(what=f"This is no signed envelope: {why}.", remedy=_REMEDY)
