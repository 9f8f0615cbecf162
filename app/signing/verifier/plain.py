"""Bytes, canonical JSON, keys and signed envelopes, read as strictly as can be."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", re.ASCII)
MAX_DIGITS, MAX_INTEGER = 17, 2**53 - 1
Json = dict[str, Any]


class InvalidError(Exception):
    """The bundle does not prove what it claims."""


class UnreadableError(Exception):
    """This is no bundle."""


def fail(why: str) -> NoReturn:
    """Refuse the bundle."""
    raise InvalidError(why)


def require(holds: bool, why: str) -> None:
    """Refuse the bundle unless this holds."""
    if not holds:
        fail(why)


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value within the profile (RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical spelling."""
    return sha256(canonical(value)).hexdigest()


def strict(data: bytes) -> Json:
    """Read canonical JSON without floats, nulls, names that come twice and numbers that JSON cannot carry."""

    def once(pairs: list[tuple[str, Any]]) -> Json:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise UnreadableError("a name comes twice")
        return found

    def whole(text: str) -> int:
        if len(text) > MAX_DIGITS or abs(int(text)) > MAX_INTEGER:
            raise UnreadableError("a number lies outside the profile")
        return int(text)

    def no_float(text: str) -> NoReturn:
        raise UnreadableError(f"the inexact number {text[:20]}")

    try:
        text = data.decode()
        value = json.loads(
            text, object_pairs_hook=once, parse_int=whole, parse_float=no_float, parse_constant=no_float
        )
        if not isinstance(value, dict) or canonical(value) != data:
            raise UnreadableError("it is not written in its one canonical way")
        if not unicodedata.is_normalized("NFC", text):
            raise UnreadableError("a text is not in NFC")
        if "null" in text and holds_null(value):
            raise UnreadableError("a value is nothing")
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is no JSON ({error})") from error
    return value


def holds_null(value: object) -> bool:
    """Whether a null is anywhere inside."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(holds_null(each) for each in inner)


def instant(text: str) -> datetime:
    """A time as signed documents write it."""
    require(TIME.match(text) is not None, "a time is written in another way")
    return datetime.fromisoformat(text)


def unbase64(text: object) -> bytes:
    """The bytes of base64 in its one canonical spelling."""
    data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    require(base64.b64encode(data).decode() == text, "base64 is not canonical")
    return data


@lru_cache
def public_key(spki: bytes) -> Ed25519PublicKey:
    """The Ed25519 key of a SubjectPublicKeyInfo."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        fail("a key is no key")
    if not isinstance(key, Ed25519PublicKey):
        fail("a key is no Ed25519 key")
    require(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == spki, "a key is padded")
    return key


def fingerprint(spki: bytes) -> str:
    """What people compare: 125 bits of the key's SHA-256, five groups of five characters."""
    return fingerprint_of(sha256(spki).digest())


def fingerprint_of(digested: bytes) -> str:
    """The first 125 bits of a digest, five groups of five characters."""
    text = base64.b32encode(digested).decode()[:25]
    return "-".join(text[at : at + 5] for at in range(0, 25, 5))


def holds(spki: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key made that signature."""
    try:
        public_key(spki).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def opened(envelope: bytes, kind: str, spki_of: dict[str, bytes]) -> tuple[Json, str]:
    """The payload of a DSSE envelope and its one signer, when the signature over the received bytes holds."""
    document = strict(envelope)
    require(set(document) == {"payload", "payloadType", "signatures"}, "an envelope has other names")
    (signature,) = document["signatures"]
    require(
        document["payloadType"] == kind and set(signature) == {"keyid", "sig"}, "an envelope has another form"
    )
    keyid, payload = signature["keyid"], unbase64(document["payload"])
    if keyid not in spki_of:
        fail(f"it is signed with the key {str(keyid)[:12]}, which did not count at its place in the log")
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    require(holds(spki_of[keyid], unbase64(signature["sig"]), message), "a signature does not hold")
    return strict(payload), keyid
