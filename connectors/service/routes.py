"""The operations of one connector over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from connectors.protocol import Connector
from connectors.service import metrics as figures
from connectors.service.command_gate import CommandGate
from connectors.service.metrics import Metrics
from connectors.service.parts import Inlet
from connectors.service.schemas import answer, json_content, problem_answers, ref
from connectors.wire import (
    decode_command,
    encode_health,
    encode_ids,
    encode_manifest,
    encode_probe,
    encode_receipt,
)
from connectors.wire_page import encode_page
from domain.clock import Clock
from domain.commands import Command

MAX_COMMAND_BYTES = 64 * 1024
_EVENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            **json_content({"type": "object"}, "application/cloudevents+json"),
            **json_content({}, "application/json"),
        },
    }
}
_COMMAND_BODY = {"requestBody": {"required": True, "content": json_content(ref("Command"))}}


def connector_router(
    name: str, connector: Connector, gate: CommandGate, clock: Clock, metrics: Metrics
) -> APIRouter:
    """The routes of ``connector``; pages carry the time of ``clock``."""
    router = APIRouter(responses=problem_answers(), tags=[name])
    _add_reading(router, name, connector, clock, metrics)
    _add_commands(router, name, connector, gate, metrics)
    return router


def _add_reading(router: APIRouter, name: str, connector: Connector, clock: Clock, metrics: Metrics) -> None:
    @router.get("/v1/manifest", responses={200: answer("What the connector offers", ref("Manifest"))})
    def manifest() -> Response:
        """What the connector offers: streams, verbs, limits."""
        return _json(encode_manifest(connector.manifest))

    @router.get("/v1/streams/{stream}/changes", responses={200: answer("A page", ref("Page"))})
    def changes(
        stream: Annotated[str, Path(max_length=100)],
        cursor: Annotated[str | None, Query(max_length=2000)] = None,
        limit: Annotated[int, Query(ge=1, le=100_000)] = 500,
    ) -> Response:
        """What changed at or after the cursor; without one, everything from the beginning."""
        page = connector.changes(stream, cursor, min(limit, connector.manifest.page_limit))
        metrics.count(figures.RECORDS, len(page.records), connector=name, stream=stream)
        metrics.count(figures.REJECTED, len(page.rejected), connector=name, stream=stream)
        return _json(encode_page(page, as_of=clock.now()))

    @router.get("/v1/streams/{stream}/ids", responses={200: answer("All ids, or null", ref("Ids"))})
    def ids(stream: Annotated[str, Path(max_length=100)]) -> Response:
        """All ids of a stream, to find what is gone; null where the feed reports that itself."""
        return _json(encode_ids(connector.ids(stream)))

    @router.get("/healthz", responses={200: answer("Whether the system answers", ref("ConnectorHealth"))})
    def health() -> Response:
        """Whether the connector reaches its system now, and why not."""
        found = connector.health()
        metrics.set(figures.REACHABLE, found.reachable, connector=name)
        return _json(encode_health(found))


def _add_commands(
    router: APIRouter, name: str, connector: Connector, gate: CommandGate, metrics: Metrics
) -> None:
    @router.post(
        "/v1/commands",
        responses={200: answer("What became of it", ref("Receipt"))},
        openapi_extra=_COMMAND_BODY,
    )
    async def submit(request: Request, idempotency_key: Annotated[str, Header(max_length=200)]) -> Response:
        """Do a command once; sent again with the same key it answers what happened the first time.

        The same key with another command is refused with 422, while it is being done with 409.
        """
        command = _command_in(request, connector, idempotency_key)
        receipt = await run_in_threadpool(gate.submit, command, caller=request.state.caller)
        metrics.count(figures.COMMANDS, connector=name, verb=command.action.verb, result=receipt.result.value)
        return _json(encode_receipt(receipt))

    # A probe carries the command: a system without keys of its own is searched by what the command
    # would have changed. It answers 200 with null, because a 404 of a proxy must not mean "not done".
    @router.post(
        "/v1/commands/{key}/probe",
        responses={200: answer("Its receipt, or null when it provably did not happen", ref("Probe"))},
        openapi_extra=_COMMAND_BODY,
    )
    async def probe(request: Request, key: Annotated[str, Path(max_length=200)]) -> Response:
        """What became of a command whose answer was lost."""
        command = _command_in(request, connector, key)
        receipt = await run_in_threadpool(gate.probe, command)
        return _json(encode_probe(receipt))


def inlet_router(name: str, inlet: Inlet, metrics: Metrics) -> APIRouter:
    """The route by which events are pushed to a connector: CloudEvents in binary or structured mode."""
    router = APIRouter(responses=problem_answers(), tags=[name])

    @router.post(
        "/v1/events",
        responses={200: answer("Kept; how many events were new", ref("Taken"))},
        openapi_extra=_EVENT_BODY,
    )
    async def push(request: Request) -> Response:
        """Keep an event; an event that comes again, by its source and id, changes nothing.

        Once this answers, the event survives a power cut: it need not be sent again.
        """
        new, known = await run_in_threadpool(inlet.accept, request.headers, request.state.body)
        metrics.count(figures.EVENTS, new, connector=name, outcome="new")
        metrics.count(figures.EVENTS, known, connector=name, outcome="known")
        return _json(msgspec.json.encode({"new": new, "known": known}))

    return router


def _command_in(request: Request, connector: Connector, key: str) -> Command:
    body: bytes = request.state.body
    if len(body) > MAX_COMMAND_BYTES:
        raise HTTPException(413, f"a command has at most {MAX_COMMAND_BYTES} bytes")
    command = decode_command(body, source=connector.source)
    if command.key != key:
        raise HTTPException(422, "the key of the command differs from the key it was sent under")
    return command


def _json(content: bytes) -> Response:
    return Response(content=content, media_type="application/json")
