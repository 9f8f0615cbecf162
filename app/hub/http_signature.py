"""Requests signed by devices, as RFC 9421 says, in one fixed profile.

``Signature-Input: tower=("@method" "@path" "@query");created=…;nonce="…";keyid="…";alg="ed25519";tag="…"``.
The tag names the hub, so that a request to one hub is worth nothing at another. A request holds for two
minutes and is taken once: its nonce is remembered for longer than that. Reads are signed so; what is written
(entries, cosignatures, enrolments) carries its own signature and may be sent again.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from domain.errors import RefusedError

if TYPE_CHECKING:
    from app.signing.envelope import KeyLookup
    from app.signing.keys import PublicKey, SigningKey

INPUT, SIGNATURE = "Signature-Input", "Signature"
VALID_FOR = timedelta(minutes=2)
#: Longer than a request can hold, with clocks that differ either way.
REMEMBERED_FOR = timedelta(minutes=5)
MOST_REMEMBERED = 100_000
_PARAMETERS = (
    '("@method" "@path" "@query");created={created};nonce="{nonce}";keyid="{keyid}";alg="ed25519";tag="{tag}"'
)
_INPUT = re.compile(
    r'tower=(?P<params>\("@method" "@path" "@query"\);created=(?P<created>\d{1,12});'
    r'nonce="(?P<nonce>[\w.-]{1,80})";keyid="(?P<keyid>[0-9a-f]{64})";alg="ed25519";tag="(?P<tag>[\w/.-]{1,80})")\Z',
    re.ASCII,
)
_SIGNATURE = re.compile(r"tower=:(?P<data>[A-Za-z0-9+/]{1,120}=*):\Z", re.ASCII)
_numbers = count(1)


class ReplayedError(RefusedError):
    """The same signed request came before."""


def hub_tag(hub_key: PublicKey) -> str:
    """What requests to that hub are tagged with."""
    return f"tower-v1/{hub_key.keyid[:32]}"


def signed_headers(
    key: SigningKey, tag: str, method: str, target: str, now: datetime, nonce: str = ""
) -> dict[str, str]:
    """The headers of a request of ``target`` (path and query) at ``now``.

    The nonce need not be secret, only another one each time: process, time and a number make it so.
    """
    parameters = _PARAMETERS.format(
        created=int(now.timestamp()),
        nonce=nonce or f"{os.getpid()}.{int(now.timestamp() * 1000)}.{next(_numbers)}",
        keyid=key.public.keyid,
        tag=tag,
    )
    signature = base64.b64encode(key.sign(_base(method, target, parameters))).decode()
    return {INPUT: f"tower={parameters}", SIGNATURE: f"tower=:{signature}:"}


class RequestGate:
    """Lets each signed request in once."""

    def __init__(self, tag: str) -> None:
        """For the hub of that tag; nothing is remembered yet."""
        self._tag = tag
        self._seen: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._lock = threading.Lock()

    def admit(
        self, headers: Mapping[str, str], method: str, target: str, keys: KeyLookup, now: datetime
    ) -> str:
        """The id of the enrolled key that signed a request.

        Raises:
            RefusedError: a header is missing or malformed, it is too old, or of no enrolled device.
            ReplayedError: it came before.
        """
        stated = _INPUT.match(headers.get(INPUT, ""))
        given = _SIGNATURE.match(headers.get(SIGNATURE, ""))
        if stated is None or given is None:
            raise _refused("it is not signed as RFC 9421 and this hub's profile ask")
        keyid = stated["keyid"]
        key = keys(keyid)
        message = _base(method, target, stated["params"])
        if key is None or not key.verifies(_bytes(given["data"]), message):
            raise _refused("it is not signed by an enrolled device")
        if stated["tag"] != self._tag:
            raise _refused("it is signed for another hub")
        if abs(now.timestamp() - int(stated["created"])) > VALID_FOR.total_seconds():
            raise _refused("it was signed at another time; compare the clocks")
        self._once((keyid, stated["nonce"]), now)
        return keyid

    def _once(self, name: tuple[str, str], now: datetime) -> None:
        with self._lock:
            while self._seen:
                oldest = next(iter(self._seen.values()))
                if now - oldest < REMEMBERED_FOR and len(self._seen) < MOST_REMEMBERED:
                    break
                self._seen.popitem(last=False)
            if name in self._seen:
                raise ReplayedError(what="This signed request came before.", remedy="Sign it anew.")
            self._seen[name] = now


def _base(method: str, target: str, parameters: str) -> bytes:
    path, _, query = target.partition("?")
    lines = [f'"@method": {method.upper()}', f'"@path": {path}', f'"@query": ?{query}']
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _refused(why: str) -> RefusedError:
    return RefusedError(what=f"The request was turned away: {why}.", remedy="Enrol this device at the hub.")
