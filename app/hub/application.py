"""The hub's application: each route with every answer that it may give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response

from app.hub.face import EVENTS, Face
from app.hub.hub_database import open_hub_database
from app.hub.problems import (
    ENTRY_REQUEST,
    answer_with_problems,
    content,
    problem_of,
    problems,
    signed_parameters,
)
from app.hub.settings import HubSettings, open_log
from domain.errors import TowerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

JSON, TEXT = "application/json", "text/plain; charset=utf-8"
_OBJECT: dict[str, Any] = {"type": "object"}
_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}
_SIGNED: dict[str, Any] = {"parameters": signed_parameters()}
_ENTRY = content(JSON, "The entry with its receipt", _OBJECT)

_ENTRIES = "/v1/entries"

_Answers = dict[int | str, Any]


def build_app(settings: HubSettings) -> FastAPI:
    """The hub's application on its database.

    Raises:
        UnavailableError: the database cannot be reached.
        RefusedError: the trust root does not name this hub, or has ended.
    """
    engine = open_hub_database(settings.database_url)
    try:
        log = open_log(engine, settings)
    except TowerError:
        engine.dispose()
        raise
    face = Face(settings=settings, log=log)
    app = FastAPI(title="Control Tower hub", version="1", on_shutdown=[face.clerk.close, engine.dispose])
    app.state.bell = face.bell
    app.add_middleware(_EntriesFirst, face=face)
    answer_with_problems(app)
    _for_devices(app, face)
    _for_everybody(app, face)
    return app


class _EntriesFirst:
    """Lets entries in without the way round through routes and parameters: they are most of what comes.

    The route beside it describes them, and answers what is no POST.
    """

    def __init__(self, app: ASGIApp, face: Face) -> None:
        self._app = app
        self._face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _ENTRIES or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._face.add_entry(Request(scope, receive))
        except TowerError as error:
            answer = problem_of(error)
        await answer(scope, receive, send)


def _for_devices(app: FastAPI, face: Face) -> None:
    body = {"requestBody": {"required": True, "content": {JSON: {"schema": _OBJECT}}}}
    enrolled = {201: content(JSON, "Enrolled", _OBJECT), **problems(400, 403, 409, 413)}
    _route(app, "POST", "/v1/enrolments", face.enrolments, enrolled, body)
    recorded = {200: _ENTRY, 201: _ENTRY, **problems(400, 403, 409, 412, 413)}
    _route(app, "POST", _ENTRIES, face.add_entry, recorded, ENTRY_REQUEST)
    _route(app, "GET", "/v1/entries/{index}", face.get_entry, {200: _ENTRY, **problems(403, 404)}, _SIGNED)
    devices = content(JSON, "The devices", _OBJECT)
    _route(app, "GET", "/v1/devices", face.devices, {200: devices, **problems(403)}, _SIGNED)
    feed = content(JSON, "Entries, or a stream of them", _OBJECT)
    feed["content"][EVENTS] = {"schema": {"type": "string"}}
    _route(app, "GET", "/v1/feed", face.feed, {200: feed, **problems(400, 403)}, _SIGNED)


def _for_everybody(app: FastAPI, face: Face) -> None:
    proofs = content(JSON, "The proofs", _OBJECT)
    _route(app, "GET", "/v1/consistency", face.consistency, {200: proofs, **problems(400, 404)})
    root = content("application/jsonl", "Every version of the trust root")
    _route(app, "GET", "/v1/root", face.root, {200: root, **problems(404)})
    body = {"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}}
    wrong_size = content("text/x.tlog.size", "The size to go on from")
    wrong_size["content"] |= problems(409)[409]["content"]
    lines = content(TEXT, "Every cosignature on that checkpoint")
    kept = {200: lines, **problems(400, 403, 413), 409: wrong_size}
    _route(app, "POST", "/v1/witness", face.witness, kept, body)
    note = content(TEXT, "A signed note")
    _route(app, "GET", "/checkpoint", face.checkpoint, {200: note, **problems()})
    tile = content("application/octet-stream", "Hashes, or entries", _BINARY)
    _route(app, "GET", "/tile/{path:path}", face.tile, {200: tile, **problems(403, 404)})
    health = content(JSON, "It answers", _OBJECT)
    _route(app, "GET", "/healthz", face.health, {200: health, **problems()})


def _route(
    app: FastAPI,
    method: str,
    path: str,
    answer: Callable[..., Any],
    answers: _Answers,
    extra: dict[str, Any] | None = None,
) -> None:
    first = min(status for status in answers if isinstance(status, int))
    app.add_api_route(
        path,
        answer,
        methods=[method],
        responses=answers,
        openapi_extra=extra,
        response_class=Response,
        status_code=first,
    )
