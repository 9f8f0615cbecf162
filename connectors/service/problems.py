"""Known errors as problem documents (RFC 9457), and back to which status stands for which error."""

from __future__ import annotations

import msgspec
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from connectors.service.command_gate import InProgressError, KeyReusedError
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError, UnavailableError

PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = "1"

#: Status and last part of the problem type of each kind of known error; the first that fits counts.
_STATUS_OF_ERROR: tuple[tuple[type[TowerError], int, str], ...] = (
    (KeyReusedError, 422, "key-reused"),
    (InProgressError, 409, "in-progress"),
    (BadInputError, 400, "bad-input"),
    (RefusedError, 403, "refused"),
    (ConflictError, 409, "conflict"),
    (UnavailableError, 503, "unavailable"),
    (TowerError, 500, "damaged"),
)


class Problem(msgspec.Struct):
    """A problem document; ``remedy`` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str = ""


def problem_response(
    status: int, kind: str, detail: str, *, remedy: str = "", headers: dict[str, str] | None = None
) -> Response:
    """An answer that carries a problem document."""
    document = Problem(
        type=f"urn:control-tower:{kind}",
        title=kind.replace("-", " "),
        status=status,
        detail=detail,
        remedy=remedy,
    )
    return Response(
        content=msgspec.json.encode(document), status_code=status, media_type=PROBLEM_JSON, headers=headers
    )


async def answer_tower_error(_request: Request, error: Exception) -> Response:
    """The answer for a known error of a connector."""
    if not isinstance(error, TowerError):
        raise error
    status, kind = next((status, kind) for base, status, kind in _STATUS_OF_ERROR if isinstance(error, base))
    headers = {"Retry-After": RETRY_SECONDS} if isinstance(error, InProgressError) else None
    return problem_response(status, kind, error.what, remedy=error.remedy, headers=headers)


async def answer_http_error(_request: Request, error: Exception) -> Response:
    """The answer for what the framework itself refuses: unknown path, wrong method, no token."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers) if error.headers else None
    return problem_response(error.status_code, "not-accepted", str(error.detail), headers=headers)


async def answer_invalid_request(_request: Request, error: Exception) -> Response:
    """The answer for parameters that are missing or of the wrong type."""
    if not isinstance(error, RequestValidationError):
        raise error
    words = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
    return problem_response(422, "bad-request", words[:500], remedy="See /openapi.json.")
