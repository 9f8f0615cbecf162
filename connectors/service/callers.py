"""Who may ask: holders of the service's token, and devices that sign each request with their own key.

Keys and signatures are app's matter; what checks them is passed in as a function.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.exceptions import HTTPException

from connectors.service.rate_limit import RateLimit
from domain.errors import BadInputError, RefusedError

LEAST_TOKEN_LENGTH = 16
SIGNATURE_HEADER = "Tower-Signature"
TOKEN_CALLER = "token"  # noqa: S105 - the name of a kind of caller, not a token
MAX_BODY_BYTES = 1024 * 1024

_CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What a device signs: method, ``authority`` (host and port as asked for), target, digest of the body.

    ``target`` is the path with its query as it stood in the request; ``signature`` is the header's value.
    """

    method: str
    authority: str
    target: str
    body_sha256: str
    signature: str


#: Gives the name of the device that signed a request; raises RefusedError when none that is let in did.
DeviceCheck = Callable[[SignedRequest], str]


def require_token(token: str) -> None:
    """Refuse a token that is too short to be one.

    Raises:
        BadInputError: it has fewer than sixteen characters.
    """
    if len(token) < LEAST_TOKEN_LENGTH:
        raise BadInputError(
            what=f"The token of the connector service has fewer than {LEAST_TOKEN_LENGTH} characters.",
            remedy="Make a random one of at least that length.",
        )


def caller_check(
    token: str, devices: DeviceCheck | None, limit: RateLimit
) -> Callable[[Request], Awaitable[None]]:
    """Let in requests with the token (compared in constant time) or a signature that ``devices`` accepts.

    Whoever asks faster than ``limit`` is told to wait. The body is read here, within its limit, because a
    signature covers it; ``request.state`` then holds ``body`` and ``caller``.
    """
    wanted = f"Bearer {token}".encode()

    async def check(request: Request) -> None:
        signature = request.headers.get(SIGNATURE_HEADER, "")
        given = request.headers.get("authorization", "").encode()
        if hmac.compare_digest(given, wanted):
            request.state.body = await _bounded_body(request)
            request.state.caller = TOKEN_CALLER
            _require_pause(limit.seconds_to_wait(TOKEN_CALLER))
            return
        if devices is None or not signature:
            raise HTTPException(401, _how(with_devices=devices is not None), headers=_CHALLENGE)
        request.state.body = await _bounded_body(request)
        try:
            request.state.caller = devices(_signed(request, request.state.body, signature))
        except RefusedError as error:
            raise HTTPException(401, f"{error.what} {error.remedy}", headers=_CHALLENGE) from error
        _require_pause(limit.seconds_to_wait(request.state.caller))

    return check


def _require_pause(seconds: float) -> None:
    if seconds > 0:
        raise HTTPException(
            429, "this caller asks faster than agreed", headers={"Retry-After": str(math.ceil(seconds))}
        )


def _how(*, with_devices: bool) -> str:
    token = "send 'Authorization: Bearer <token>' with the token of this service"  # noqa: S105 - words
    return f"{token}, or sign the request with the key of a device it knows" if with_devices else token


def _signed(request: Request, body: bytes, signature: str) -> SignedRequest:
    scope = request.scope
    path = bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = bytes(scope["query_string"]).decode("latin-1")
    return SignedRequest(
        method=request.method,
        authority=request.headers.get("host", ""),
        target=path + (f"?{query}" if query else ""),
        body_sha256=hashlib.sha256(body).hexdigest(),
        signature=signature,
    )


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"a request has at most {MAX_BODY_BYTES} bytes")
    return bytes(body)
