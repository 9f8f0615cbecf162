"""Every error of the hub as a problem document (RFC 9457), and what its interface says of them (OpenAPI)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.hub.http_signature import ReplayedError
from app.hub.hub_batch import KeyReusedError, OutOfOrderError
from app.hub.rate_limit import TooManyError
from app.hub.tile_pages import AbsentError
from app.hub.wire import ENTRY_TYPE, IDEMPOTENCY_HEADER, PROBLEM_TYPE, Problem
from app.hub.witness import BadProofError
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError, UnavailableError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


class TooLargeError(BadInputError):
    """More bytes than an entry may have."""


class InFlightError(ConflictError):
    """The same bytes are being recorded at this moment."""


_PROBLEMS: tuple[tuple[type[TowerError], int, str], ...] = (
    (TooLargeError, 413, "too_large"),
    (TooManyError, 429, "too_many"),
    (KeyReusedError, 422, "key_reused"),
    (BadProofError, 422, "bad_proof"),
    (AbsentError, 404, "absent"),
    (OutOfOrderError, 409, "out_of_order"),
    (InFlightError, 409, "in_flight"),
    (ConflictError, 409, "conflict"),
    (ReplayedError, 403, "replayed"),
    (RefusedError, 403, "forbidden"),
    (BadInputError, 400, "malformed"),
    (UnavailableError, 503, "unavailable"),
)
_CODES = {404: "absent", 405: "method_not_allowed", 422: "malformed"}
_MEANINGS = {
    400: "Malformed",
    403: "Not signed by an enrolled device, or not permitted",
    404: "Not there",
    405: "Not this method",
    409: "Decided already, out of order, or being recorded now",
    412: "Too late, or on something the log does not hold",
    413: "Too large",
    422: "The idempotency key belongs to other bytes, a proof does not hold, or a parameter is out of bounds",
    429: "Too many requests; Retry-After says when to go on",
    503: "The database cannot be reached now",
}
_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "receipt": {"type": "string"},
        "refusal": {"type": "string"},
    },
}


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of an application be a problem document."""
    app.add_exception_handler(TowerError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(_FaultGuard)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route says of the errors it may answer with; any may be limited or without a database."""
    return {
        status: {"description": _MEANINGS[status], "content": {PROBLEM_TYPE: {"schema": _SCHEMA}}}
        for status in sorted({*statuses, 405, 422, 429, 503})
    }


def content(kind: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a route says of an answer that is no error."""
    return {"description": description, "content": {kind: {"schema": schema or {"type": "string"}}}}


def signed_parameters() -> list[dict[str, Any]]:
    """The headers of a signed request, for the description of the interface."""
    return [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("Signature-Input", "Signature")
    ]


ENTRY_REQUEST: dict[str, Any] = {
    "parameters": [
        {
            "name": IDEMPOTENCY_HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 100},
        }
    ],
    "requestBody": {"required": True, "content": {ENTRY_TYPE: {"schema": {"type": "object"}}}},
}


def problem_response(
    status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """A problem as an answer."""
    document = Problem(status=status, code=code, title=title, detail=detail).document()
    return Response(document, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


def status_and_code(error: TowerError) -> tuple[int, str]:
    """How an error is answered: the HTTP status, and the code for programs."""
    found = ((s, c) for kind, s, c in _PROBLEMS if isinstance(error, kind))
    return next(found, (500, "fault"))


def problem_of(error: TowerError) -> Response:
    """An error as an answer."""
    status, code = status_and_code(error)
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, TooManyError) else None
    return problem_response(status, code, error.what, str(error), headers)


async def _known(_request: Request, error: Exception) -> Response:
    if not isinstance(error, TowerError):
        raise error
    return problem_of(error)


async def _http(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = _CODES.get(error.status_code, "refused")
    headers = dict(error.headers) if error.headers else None
    return problem_response(error.status_code, code, str(error.detail), str(error.detail), headers)


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return problem_response(422, "malformed", "A parameter is out of bounds", f"{where}: {first['msg']}")


class _FaultGuard:
    """Answers a fault as a problem and logs it, and keeps the connection: raised on, it would be reset."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            _log.exception("%s %s failed", scope["method"], scope["path"])
            answer = problem_response(500, "fault", "Something went wrong", "The hub's log says more.")
            await answer(scope, receive, send)
