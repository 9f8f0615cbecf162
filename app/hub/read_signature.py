"""Reading from the hub is signed too, with one header, so that only enrolled devices see the log.

``Tower-Signature: <keyid> <time> <signature>``: the signature, in base64, covers the line
``control-tower read v1``, the method, the path with its query, and the time (RFC 3339, UTC), one a
line. It holds for two minutes. What is written carries its own signature and needs no header.
"""

from __future__ import annotations

from datetime import datetime

from app.signing.envelope import KeyLookup
from app.signing.keys import SigningKey
from app.signing.request_signature import HEADER, check_request, sign_request

__all__ = ["HEADER", "check_read", "sign_read"]

_PURPOSE = "control-tower read v1"
_REMEDY = "Enrol this device at the hub."


def sign_read(key: SigningKey, method: str, target: str, now: datetime) -> str:
    """The value of the header for a request of ``target`` (path and query)."""
    return sign_request(key, _PURPOSE, (method.upper(), target), now)


def check_read(header: str, method: str, target: str, keys: KeyLookup, now: datetime) -> str:
    """The id of the enrolled key that signed a request.

    Raises:
        RefusedError: the header is missing, malformed, too old, or not of an enrolled device.
    """
    return check_request(header, _PURPOSE, (method.upper(), target), keys, now, remedy=_REMEDY)
