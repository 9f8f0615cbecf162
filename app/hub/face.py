"""The hub's HTTP face: its routes, who may ask them, how often, and what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from app.hub.clerk import Clerk
from app.hub.enrolment import EnrolmentRequest
from app.hub.http_signature import RequestGate, hub_tag
from app.hub.hub_batch import Recorded
from app.hub.hub_log import MAX_FEED, HubLog
from app.hub.problems import InFlightError, TooLargeError, status_and_code
from app.hub.rate_limit import ADDRESS, DEVICE, ENROLMENT, Limiter, TooManyError
from app.hub.settings import HubSettings
from app.hub.tile_pages import AbsentError
from app.hub.wire import (
    IDEMPOTENCY_HEADER,
    LATER_CODES,
    PROBLEM_TYPE,
    STATUS_OF_OUTCOME,
    Problem,
    to_text,
)
from app.hub.witness import WrongOldSizeError
from app.signing.keys import KeyOwner, PublicKey
from app.signing.receipts import HubOutcome, proof_texts
from app.signing.refusals import HubRefusal, sign_refusal
from domain.errors import BadInputError, TowerError
from domain.ids import UserId
from domain.profile_json import MAX_BYTES, load_strict

MAX_WAIT_SECONDS = 25.0
#: Another process may have appended: look into the table at least this often while waiting.
LOOK_SECONDS = 5.0
HEARTBEAT_SECONDS = 15.0
MAX_LISTENERS = 1_000
MAX_SIZE_DIGITS = 15
MAX_KEY_CHARACTERS = 100
#: More than any log holds, and what JSON and both databases can carry.
MAX_INDEX = 2**53 - 1
IMMUTABLE = "public, max-age=31536000, immutable"
EVENTS = "text/event-stream"
LAST_EVENT = "Last-Event-ID"
Place = Annotated[int, Query(ge=-1, le=MAX_INDEX)]


class Bell:
    """Wakes those of this process who wait for the log to grow."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: set[asyncio.Event] = set()
        self.is_closing = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def close(self) -> None:
        """Let everybody go for good: the hub ends, and no question may be held open."""
        self.is_closing = True
        self.ring()

    def ring(self) -> None:
        """Wake everybody."""
        for event in self._waiting:
            event.set()

    async def wait(self, seconds: float) -> None:
        """Wait for the bell, at most so long."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(event)


class Limits:
    """The limits of a hub, or none."""

    def __init__(self, settings: HubSettings) -> None:
        """Limits where the settings give seconds to measure by."""
        monotonic = settings.monotonic
        self._limiters = (
            {}
            if monotonic is None
            else {rate: Limiter(rate, monotonic) for rate in (DEVICE, ADDRESS, ENROLMENT)}
        )

    def of_device(self, keyid: str) -> None:
        """Count a request of a device whose signature holds.

        Raises:
            TooManyError: it asks for too much.
        """
        if self._limiters:
            self._limiters[DEVICE].take(keyid)

    def of_address(self, request: Request, *, enrols: bool = False) -> None:
        """Count a request before it is known whose it is.

        Raises:
            TooManyError: its address asks for too much.
        """
        address = request.client.host if request.client is not None else ""
        if self._limiters:
            self._limiters[ENROLMENT if enrols else ADDRESS].take(address)


@dataclass(slots=True, kw_only=True)
class Face:
    """The operations, one method each."""

    settings: HubSettings
    log: HubLog
    bell: Bell = field(default_factory=Bell)
    limits: Limits = field(init=False)
    gate: RequestGate = field(init=False)
    clerk: Clerk = field(init=False)
    in_flight: set[bytes] = field(default_factory=set)
    listeners: int = 0

    def __post_init__(self) -> None:
        """Limits and gate of this hub."""
        self.limits = Limits(self.settings)
        self.clerk = Clerk(self.log)
        self.gate = RequestGate(hub_tag(self.log.public_key))

    async def health(self, request: Request) -> Response:
        """Whether the hub and its database answer, and the key it signs with."""
        self.limits.of_address(request)
        await run_in_threadpool(self.log.feed, -1, 1)
        return _json({"status": "ok", "keyid": self.log.public_key.keyid})

    async def enrolments(self, request: Request) -> Response:
        """Let a device in; the answer names the hub's key, which the device pins."""
        self.limits.of_address(request, enrols=True)
        document = load_strict(await _body(request))
        named = ("user_id", "device_id", "public_key", "proof")
        if not all(isinstance(document.get(name), str) for name in named):
            raise BadInputError(what="The enrolment lacks a name, a key or a proof.", remedy="Send all four.")
        owner = KeyOwner(user_id=UserId(str(document["user_id"])), device_id=str(document["device_id"]))
        wanted = EnrolmentRequest(
            owner=owner,
            public_key=PublicKey.from_text(str(document["public_key"])),
            proof=str(document["proof"]),
            token=str(document.get("token", "")),
        )
        token = self.settings.enrolment_token
        method = await run_in_threadpool(self.log.enrol, wanted, token=token)
        self.bell.ring()
        return _json({"method": method, "hub_key": self.log.public_key.to_text()}, 201)

    async def add_entry(self, request: Request) -> Response:
        """Record a signed entry; the receipt comes back whether it took effect or not.

        A no that is for good is signed, so that desks can tell it from that of a proxy.
        """
        self.limits.of_address(request)
        body = await _body(request)
        try:
            return await self._add(request, body)
        except TowerError as error:
            status, code = status_and_code(error)
            passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in LATER_CODES
            if passing or status == HTTPStatus.TOO_MANY_REQUESTS:
                raise
            refusal = HubRefusal(
                entry_sha256=sha256(body).hexdigest(),
                code=code,
                why=str(error),
                refused_at=self.settings.clock.now(),
            )
            signed = to_text(sign_refusal(refusal, self.settings.key))
            problem = Problem(status=status, code=code, title=error.what, detail=str(error))
            document = problem.document(refusal=signed)
            return Response(document, status_code=status, media_type=PROBLEM_TYPE)

    async def _add(self, request: Request, body: bytes) -> Response:
        key = request.headers.get(IDEMPOTENCY_HEADER, "")
        if not key or len(key) > MAX_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
            raise BadInputError(what=f"{IDEMPOTENCY_HEADER} is missing.", remedy="Send <action id>/<seq>.")
        name = sha256(body).digest()
        if name in self.in_flight:
            raise InFlightError(what="The same entry is being recorded now.", remedy="Ask again in a moment.")
        self.in_flight.add(name)
        try:
            entry = self.log.verified_from_memory(body)
            if entry is None:
                entry = await run_in_threadpool(self.log.verified, body)
            self.limits.of_device(entry.value.actor.keyid)
            recorded = await self.clerk.record(entry, key)
        finally:
            self.in_flight.discard(name)
        if not recorded.repeated:
            self.bell.ring()
        status = STATUS_OF_OUTCOME[recorded.outcome]
        if recorded.outcome is HubOutcome.ACCEPTED:
            return _json(_entry(recorded), 200 if recorded.repeated else status)
        problem = Problem(
            status=status, code=str(recorded.outcome), title="Recorded without effect", detail=recorded.why
        )
        document = problem.document(receipt=to_text(recorded.receipt))
        return Response(document, status_code=status, media_type=PROBLEM_TYPE)

    async def get_entry(self, request: Request, index: Annotated[int, Path(ge=0, le=MAX_INDEX)]) -> Response:
        """One entry with its receipt."""
        await self._require_reader(request)
        return _json(_entry(await run_in_threadpool(self.log.entry, index)))

    async def devices(self, request: Request) -> Response:
        """Every enrolled device with its key, so that desks can verify each other's entries."""
        await self._require_reader(request)
        found = await run_in_threadpool(self.log.devices)
        rows = [
            {
                "user_id": owner.user_id,
                "device_id": owner.device_id,
                "public_key": key.to_text(),
                "method": method,
            }
            for owner, key, method in found
        ]
        return _json({"devices": rows})

    async def feed(
        self,
        request: Request,
        after: Place = -1,
        wait: Annotated[float, Query(ge=0, allow_inf_nan=False)] = 0.0,
        limit: Annotated[int, Query(ge=1, le=MAX_INDEX)] = MAX_FEED,
    ) -> Response:
        """Entries after number ``after``; waits up to ``wait`` seconds (at most 25) for the next one.

        Asked for ``text/event-stream``, it tells each entry as it comes; ``Last-Event-ID`` goes before
        ``after``.
        """
        await self._require_reader(request)
        if EVENTS in request.headers.get("Accept", ""):
            return self._stream(_last_event(request, after))
        clock = asyncio.get_running_loop()
        until = clock.time() + min(wait, MAX_WAIT_SECONDS)
        while True:
            found = await run_in_threadpool(self.log.feed, after, limit)
            left = until - clock.time()
            if found or left <= 0 or self.bell.is_closing:
                return _json({"entries": [_entry(each) for each in found]})
            await self.bell.wait(min(left, LOOK_SECONDS))

    def _stream(self, after: int) -> Response:
        if self.listeners >= MAX_LISTENERS:
            raise TooManyError(int(HEARTBEAT_SECONDS))
        return StreamingResponse(
            self._events(after), media_type=EVENTS, headers={"Cache-Control": "no-store"}
        )

    async def _events(self, after: int) -> AsyncIterator[str]:
        self.listeners += 1
        clock = asyncio.get_running_loop()
        beat = clock.time()
        try:
            yield ": listening\n\n"
            while not self.bell.is_closing:
                for each in await run_in_threadpool(self.log.feed, after, MAX_FEED):
                    after = each.index
                    yield f"id: {after}\nevent: entry\ndata: {msgspec.json.encode(_entry(each)).decode()}\n\n"
                    beat = clock.time()
                await self.bell.wait(LOOK_SECONDS)
                if clock.time() - beat >= HEARTBEAT_SECONDS:
                    beat = clock.time()
                    yield ": still here\n\n"
        finally:
            self.listeners -= 1

    async def root(self, request: Request) -> Response:
        """The trust root as a file: every version with its signatures, one envelope a line."""
        self.limits.of_address(request)
        if self.settings.root is None:
            raise AbsentError(what="This hub has no trust root.", remedy="Pin the hub's key instead.")
        return Response(self.settings.root.data, media_type="application/jsonl")

    async def checkpoint(self, request: Request) -> Response:
        """The latest checkpoint as a signed note; it says nothing but the log's size and root."""
        self.limits.of_address(request)
        note = await run_in_threadpool(self.log.checkpoint)
        return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})

    async def tile(self, request: Request, path: str) -> Response:
        """A tile of the log: hashes for everybody, entries for enrolled devices. It never changes."""
        self.limits.of_address(request)
        if path.startswith("entries/"):
            await self._require_reader(request)
        data = await run_in_threadpool(self.log.tile, path)
        return Response(data, media_type="application/octet-stream", headers={"Cache-Control": IMMUTABLE})

    async def consistency(self, request: Request, sizes: str = "") -> Response:
        """Proofs that each size named is the beginning of the next one: ``sizes=3,7,20``."""
        self.limits.of_address(request)
        parts = sizes.split(",")
        if not all(part.isascii() and part.isdigit() and len(part) <= MAX_SIZE_DIGITS for part in parts):
            raise BadInputError(what="The sizes are no numbers.", remedy="Name them as sizes=3,7,20.")
        proofs = await run_in_threadpool(self.log.consistency, tuple(int(part) for part in parts))
        return _json({"proofs": [proof_texts(proof) for proof in proofs]})

    async def witness(self, request: Request) -> Response:
        """Take the cosignature of a witness; the answer is every cosignature on that checkpoint."""
        self.limits.of_address(request)
        try:
            lines = await run_in_threadpool(self.log.witness, await _body(request))
        except WrongOldSizeError as error:
            return Response(f"{error.size}\n", status_code=409, media_type="text/x.tlog.size")
        return Response("".join(lines), media_type="text/plain; charset=utf-8")

    async def _require_reader(self, request: Request) -> None:
        self.limits.of_address(request)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        headers, now = request.headers, self.settings.clock.now()
        keyid = await run_in_threadpool(
            self.gate.admit, headers, request.method, target, self.log.device_key, now
        )
        self.limits.of_device(keyid)


async def _body(request: Request) -> bytes:
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > MAX_BYTES:
            raise TooLargeError(what=f"More than {MAX_BYTES} bytes were sent.", remedy="Send less at once.")
    return data


def _last_event(request: Request, after: int) -> int:
    text = request.headers.get(LAST_EVENT, "")
    if not text:
        return after
    if not text.isascii() or not text.isdigit() or len(text) > MAX_SIZE_DIGITS:
        raise BadInputError(what=f"{LAST_EVENT} is no record number.", remedy="Send the last id you got.")
    return int(text)


def _json(document: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status_code=status, media_type="application/json")


def _entry(recorded: Recorded) -> dict[str, str | int]:
    return {
        "index": recorded.index,
        "outcome": str(recorded.outcome),
        "envelope": to_text(recorded.envelope),
        "receipt": to_text(recorded.receipt),
    }
