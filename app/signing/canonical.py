"""Canonical bytes (RFC 8785) of what is signed, and digests of them."""

from __future__ import annotations

import base64
import hashlib

import msgspec

from domain.profile_json import MAX_BYTES, JsonObject, JsonValue, check_profile, load_strict, to_profile

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGEST_CODE_BYTES = 5
_fast = msgspec.json.Decoder()
_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def canonical_bytes(document: JsonObject) -> bytes:
    """The one spelling of a document: RFC 8785.

    Raises:
        BadInputError: it lies outside the JSON profile.
    """
    check_profile(document)
    return _spelled(document)


def load_canonical(data: bytes) -> JsonObject | None:
    """The document that ``data`` is the one spelling of; ``None`` when it spells a document in another way.

    What comes out of a reader and is written back to the very same bytes named nothing twice and lost
    nothing, so a fast reader will do; what does not is read again by the one that says what is wrong.

    Raises:
        BadInputError: it is too large, not JSON, or outside the profile.
    """
    if len(data) <= MAX_BYTES:
        try:
            found = _fast.decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            found = None
        if isinstance(found, dict) and _spelled(found) == data:
            check_profile(found)
            return found
    document = load_strict(data)
    return document if is_canonical(document, data) else None


def is_canonical(document: JsonObject, data: bytes) -> bool:
    """Whether ``data`` is the one spelling of a document of the profile."""
    return _spelled(document) == data


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def bytes_of(value: object) -> bytes:
    """The canonical bytes of a frozen value, of a tuple of them, or of plain values.

    Raises:
        BadInputError: it holds something that the JSON profile cannot carry.
    """
    return _spelled(to_profile(value))


def digest_of(value: object) -> str:
    """SHA-256 of a frozen value, of a tuple of them, or of plain values, in canonical bytes.

    Raises:
        BadInputError: it holds something that the JSON profile cannot carry.
    """
    return sha256_hex(bytes_of(value))


def digest_of_part(value: JsonValue) -> str:
    """SHA-256 of a part of a document that lies within the JSON profile already."""
    return sha256_hex(_spelled(value))


def _spelled(value: JsonValue) -> bytes:
    """The sorted compact form of a fast writer, many times as fast as one of RFC 8785.

    Within the profile (plain names, no floats) it is RFC 8785 to the byte; a test compares them.
    """
    return msgspec.json.encode(value, order="sorted")


def digest_code(payload: bytes) -> str:
    """Eight characters that two people can compare by voice: 40 bits of the payload's SHA-256.

    Crockford's alphabet has no I, L, O or U, so that nothing is misheard or misread.
    """
    head = hashlib.sha256(payload).digest()[:_DIGEST_CODE_BYTES]
    return base64.b32encode(head).translate(bytes.maketrans(_RFC4648, _CROCKFORD.encode())).decode()
