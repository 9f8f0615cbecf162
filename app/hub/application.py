"""The hub's application: each route with every answer that it may give."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response

from app.hub.face import EVENTS, Face
from app.hub.hub_database import open_hub_database
from app.hub.problems import (
    ENTRY_REQUEST,
    answer_with_problems,
    content,
    problems,
    signed_parameters,
)
from app.hub.settings import HubSettings, open_log
from domain.errors import TowerError


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
    app = FastAPI(title="Control Tower hub", version="1", on_shutdown=[engine.dispose])
    answer_with_problems(app)
    document, signed = "application/json", {"parameters": signed_parameters()}
    entry = content(document, "The entry with its receipt", {"type": "object"})
    text = "text/plain; charset=utf-8"

    def route(path: str, answers: Any, method: str, of: dict[int | str, Any], extra: Any = None) -> None:  # noqa: ANN401 - FastAPI's own
        app.add_api_route(
            path,
            answers,
            methods=[method],
            responses=of,
            openapi_extra=extra,
            response_class=Response,
            status_code=min(status for status in of if isinstance(status, int)),
        )

    json_body = {"required": True, "content": {document: {"schema": {"type": "object"}}}}
    text_body = {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}
    witness_old = content("text/x.tlog.size", "The size to go on from")
    witness_old["content"] |= problems(409)[409]["content"]
    route(
        "/v1/enrolments",
        face.enrolments,
        "POST",
        {201: content(document, "Enrolled", {"type": "object"}), **problems(400, 403, 409, 413)},
        {"requestBody": json_body},
    )
    route(
        "/v1/entries",
        face.add_entry,
        "POST",
        {200: entry, 201: entry, **problems(400, 403, 409, 412, 413)},
        ENTRY_REQUEST,
    )
    route("/v1/entries/{index}", face.get_entry, "GET", {200: entry, **problems(403, 404)}, signed)
    devices = content(document, "The devices", {"type": "object"})
    route("/v1/devices", face.devices, "GET", {200: devices, **problems(403)}, signed)
    feed = content(document, "Entries, or a stream of them", {"type": "object"})
    feed["content"][EVENTS] = {"schema": {"type": "string"}}
    route("/v1/feed", face.feed, "GET", {200: feed, **problems(400, 403)}, signed)
    proofs = content(document, "The proofs", {"type": "object"})
    route("/v1/consistency", face.consistency, "GET", {200: proofs, **problems(400, 404)})
    root = content("application/jsonl", "Every version of the trust root")
    route("/v1/root", face.root, "GET", {200: root, **problems(404)})
    lines = content(text, "Every cosignature on that checkpoint")
    route(
        "/v1/witness",
        face.witness,
        "POST",
        {200: lines, **problems(400, 403, 413), 409: witness_old},
        {"requestBody": text_body},
    )
    route("/checkpoint", face.checkpoint, "GET", {200: content(text, "A signed note"), **problems()})
    tile = content("application/octet-stream", "Hashes, or entries", {"type": "string", "format": "binary"})
    route("/tile/{path:path}", face.tile, "GET", {200: tile, **problems(403, 404)})
    health = content(document, "It answers", {"type": "object"})
    route("/healthz", face.health, "GET", {200: health, **problems()})
    return app
