"""One header that says which enrolled device sends a request, and when: ``<keyid> <time> <signature>``.

The signature, in base64, covers the purpose, what of the request counts, and the time (RFC 3339, UTC),
one a line. It holds for two minutes.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from app.signing.envelope import KeyLookup
from app.signing.keys import SigningKey
from domain.errors import BadInputError, RefusedError
from domain.profile_json import format_time, parse_time

HEADER = "Tower-Signature"
VALID_FOR = timedelta(minutes=2)


def sign_request(key: SigningKey, purpose: str, parts: tuple[str, ...], now: datetime) -> str:
    """The value of the header for a request of which ``parts`` count."""
    at = format_time(now)
    signature = key.sign(_message(purpose, parts, at))
    return f"{key.public.keyid} {at} {base64.b64encode(signature).decode()}"


def check_request(
    header: str, purpose: str, parts: tuple[str, ...], keys: KeyLookup, now: datetime, *, remedy: str
) -> str:
    """The id of the enrolled key that signed a request; ``remedy`` says where to enrol.

    Raises:
        RefusedError: the header is missing, malformed, too old, or not of an enrolled device.
    """
    try:
        keyid, at, signature = header.split(" ")
        age = abs(now - parse_time(at))
        raw = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error, BadInputError) as error:
        raise _refused(f"the {HEADER} header is missing or malformed", remedy) from error
    key = keys(keyid)
    if key is None or not key.verifies(raw, _message(purpose, parts, at)):
        raise _refused("it is not signed by an enrolled device", remedy)
    if age > VALID_FOR:
        raise _refused("it was signed at another time; compare the clocks", remedy)
    return keyid


def _message(purpose: str, parts: tuple[str, ...], at: str) -> bytes:
    return "\n".join((purpose, *parts, at)).encode()


def _refused(why: str, remedy: str) -> RefusedError:
    return RefusedError(what=f"The request was turned away: {why}.", remedy=remedy)
