"""Reading from the hub is signed too, with one header, so that only enrolled devices see the log.

``Tower-Signature: <keyid> <time> <signature>``: the signature, in base64, covers the line
``control-tower read v1``, the method, the path with its query, and the time (RFC 3339, UTC), one a
line. It holds for two minutes. What is written carries its own signature and needs no header.
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
_PURPOSE = "control-tower read v1"


def sign_read(key: SigningKey, method: str, target: str, now: datetime) -> str:
    """The value of the header for a request of ``target`` (path and query)."""
    at = format_time(now)
    signature = key.sign(_message(method, target, at))
    return f"{key.public.keyid} {at} {base64.b64encode(signature).decode()}"


def check_read(header: str, method: str, target: str, keys: KeyLookup, now: datetime) -> str:
    """The id of the enrolled key that signed a request.

    Raises:
        RefusedError: the header is missing, malformed, too old, or not of an enrolled device.
    """
    try:
        keyid, at, signature = header.split(" ")
        age = abs(now - parse_time(at))
        raw = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error, BadInputError) as error:
        raise _refused(f"the {HEADER} header is missing or malformed") from error
    key = keys(keyid)
    if key is None or not key.verifies(raw, _message(method, target, at)):
        raise _refused("it is not signed by an enrolled device")
    if age > VALID_FOR:
        raise _refused("it was signed at another time; compare the clocks")
    return keyid


def _message(method: str, target: str, at: str) -> bytes:
    return f"{_PURPOSE}\n{method.upper()}\n{target}\n{at}".encode()


def _refused(why: str) -> RefusedError:
    return RefusedError(what=f"The request was turned away: {why}.", remedy="Enrol this device at the hub.")
