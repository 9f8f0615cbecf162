"""The hub's HTTP face and its process: the only listening socket of the hub."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from app.hub.enrolment import EnrolmentRequest
from app.hub.hub_batch import KeyReusedError, OutOfOrderError, Recorded
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import MAX_FEED, HubLog
from app.hub.read_signature import HEADER, check_read
from app.hub.tile_pages import AbsentError
from app.hub.wire import IDEMPOTENCY_HEADER, PROBLEM_TYPE, STATUS_OF_OUTCOME, Problem, to_text
from app.hub.witness import BadProofError, WrongOldSizeError
from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.signing.receipts import HubOutcome, proof_texts
from app.signing.trust_root import RootChain
from domain.clock import Clock
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError, UnavailableError
from domain.ids import UserId
from domain.profile_json import MAX_BYTES, load_strict
from domain.rights import RightsPolicy

MAX_WAIT_SECONDS = 25.0
#: Another process may have appended: look into the table at least this often while waiting.
LOOK_SECONDS = 5.0
START_SECONDS = 20.0
MAX_SIZE_DIGITS = 15
IMMUTABLE = "public, max-age=31536000, immutable"

_PROBLEMS: tuple[tuple[type[TowerError], int, str], ...] = (
    (KeyReusedError, 422, "key_reused"),
    (BadProofError, 422, "bad_proof"),
    (AbsentError, 404, "absent"),
    (OutOfOrderError, 409, "out_of_order"),
    (ConflictError, 409, "conflict"),
    (RefusedError, 403, "forbidden"),
    (BadInputError, 400, "malformed"),
    (UnavailableError, 503, "unavailable"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """How a hub runs. An empty ``enrolment_token`` lets in the first key of each person and device.

    ``root`` is the pinned trust root, which names this hub and the executors that count.
    """

    database_url: str
    policy: RightsPolicy
    key: SigningKey
    clock: Clock
    enrolment_token: str = ""
    root: RootChain | None = None
    host: str = "127.0.0.1"
    port: int = 0


class _Bell:
    """Wakes the long polls of this process when the log grows."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        for event in self._waiting:
            event.set()

    async def wait(self, seconds: float) -> None:
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(event)


def build_app(settings: HubSettings) -> FastAPI:
    """The hub's application on its database.

    Raises:
        UnavailableError: the database cannot be reached.
    """
    engine = open_hub_database(settings.database_url)
    log = _open_log(engine, settings)
    face = _Face(settings=settings, log=log, bell=_Bell())
    app = FastAPI(title="Control Tower hub", version="1", on_shutdown=[engine.dispose])
    app.add_api_route("/v1/enrolments", face.enrolments, methods=["POST"], status_code=201)
    app.add_api_route("/v1/entries", face.add_entry, methods=["POST"], status_code=201)
    app.add_api_route("/v1/entries/{index}", face.get_entry, methods=["GET"])
    app.add_api_route("/v1/devices", face.devices, methods=["GET"])
    app.add_api_route("/v1/feed", face.feed, methods=["GET"])
    app.add_api_route("/v1/consistency", face.consistency, methods=["GET"])
    app.add_api_route("/v1/root", face.root, methods=["GET"])
    app.add_api_route("/v1/witness", face.witness, methods=["POST"])
    app.add_api_route("/checkpoint", face.checkpoint, methods=["GET"])
    app.add_api_route("/tile/{path:path}", face.tile, methods=["GET"])
    app.add_api_route("/healthz", face.health, methods=["GET"])
    app.add_exception_handler(TowerError, _answer_error)
    return app


def _open_log(engine: Engine, settings: HubSettings) -> HubLog:
    """The log on a database.

    Raises:
        RefusedError: the trust root does not name this hub, or has ended.
    """
    executors: tuple[str, ...] = ()
    if settings.root is not None:
        root = settings.root.require_current(settings.clock.now())
        executors = root.executor_keyids
        if settings.key.public.keyid not in root.hub_keyids:
            raise RefusedError(
                what=f"The trust root does not name this hub ({settings.key.public.fingerprint}).",
                remedy="Have its administrators sign a version that does: control-tower root rotate.",
            )
    return HubLog(
        engine=engine,
        policy=settings.policy,
        key=settings.key,
        clock=settings.clock,
        executors=frozenset(executors),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """The operations, one method each."""

    settings: HubSettings
    log: HubLog
    bell: _Bell

    async def health(self) -> dict[str, str]:
        """Whether the hub and its database answer, and the key it signs with."""
        await run_in_threadpool(self.log.feed, -1, 1)
        return {"status": "ok", "keyid": self.log.public_key.keyid}

    async def enrolments(self, request: Request) -> Response:
        """Let a device in; the answer names the hub's key, which the device pins."""
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
        answer = {"method": method, "hub_key": self.log.public_key.to_text()}
        return Response(json.dumps(answer), status_code=201, media_type="application/json")

    async def add_entry(self, request: Request) -> Response:
        """Record a signed entry; the receipt comes back whether it took effect or not."""
        body = await _body(request)
        idempotency_key = request.headers.get(IDEMPOTENCY_HEADER, "")
        if not idempotency_key or len(idempotency_key) > 100:  # noqa: PLR2004 - longer than any id
            raise BadInputError(what=f"{IDEMPOTENCY_HEADER} is missing.", remedy="Send <action id>/<seq>.")
        recorded = await run_in_threadpool(self.log.append, body, idempotency_key)
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

    async def get_entry(self, request: Request, index: int) -> Response:
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
        self, request: Request, after: int = -1, wait: float = 0.0, limit: int = MAX_FEED
    ) -> Response:
        """Entries after number ``after``; waits up to ``wait`` seconds (at most 25) for the next one."""
        await self._require_reader(request)
        clock = asyncio.get_running_loop()
        until = clock.time() + min(max(wait, 0.0), MAX_WAIT_SECONDS)
        while True:
            found = await run_in_threadpool(self.log.feed, after, limit)
            left = until - clock.time()
            if found or left <= 0:
                return _json({"entries": [_entry(each) for each in found]})
            await self.bell.wait(min(left, LOOK_SECONDS))

    async def root(self) -> Response:
        """The trust root as a file: every version with its signatures, one envelope a line."""
        if self.settings.root is None:
            raise AbsentError(what="This hub has no trust root.", remedy="Pin the hub's key instead.")
        return Response(self.settings.root.data, media_type="application/jsonl")

    async def checkpoint(self) -> Response:
        """The latest checkpoint as a signed note; it says nothing but the log's size and root."""
        note = await run_in_threadpool(self.log.checkpoint)
        return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})

    async def tile(self, request: Request, path: str) -> Response:
        """A tile of the log: hashes for everybody, entries for enrolled devices. It never changes."""
        if path.startswith("entries/"):
            await self._require_reader(request)
        data = await run_in_threadpool(self.log.tile, path)
        return Response(data, media_type="application/octet-stream", headers={"Cache-Control": IMMUTABLE})

    async def consistency(self, sizes: str = "") -> Response:
        """Proofs that each size named is the beginning of the next one: ``sizes=3,7,20``."""
        parts = sizes.split(",")
        if not all(part.isascii() and part.isdigit() and len(part) <= MAX_SIZE_DIGITS for part in parts):
            raise BadInputError(what="The sizes are no numbers.", remedy="Name them as sizes=3,7,20.")
        proofs = await run_in_threadpool(self.log.consistency, tuple(int(part) for part in parts))
        return _json({"proofs": [proof_texts(proof) for proof in proofs]})

    async def witness(self, request: Request) -> Response:
        """Take the cosignature of a witness; the answer is every cosignature on that checkpoint."""
        try:
            lines = await run_in_threadpool(self.log.witness, await _body(request))
        except WrongOldSizeError as error:
            return Response(f"{error.size}\n", status_code=409, media_type="text/x.tlog.size")
        return Response("".join(lines), media_type="text/plain; charset=utf-8")

    async def _require_reader(self, request: Request) -> None:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        header, now = request.headers.get(HEADER, ""), self.settings.clock.now()
        await run_in_threadpool(check_read, header, request.method, target, self.log.device_key, now)


class _TooLargeError(BadInputError):
    """More bytes than an entry may have."""


async def _body(request: Request) -> bytes:
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > MAX_BYTES:
            raise _TooLargeError(what=f"More than {MAX_BYTES} bytes were sent.", remedy="Send less at once.")
    return data


async def _answer_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, TowerError):
        raise error
    status, code = 500, "fault"
    if isinstance(error, _TooLargeError):
        status, code = 413, "too_large"
    else:
        found = next(((s, c) for kind, s, c in _PROBLEMS if isinstance(error, kind)), None)
        status, code = found or (status, code)
    problem = Problem(status=status, code=code, title=error.what, detail=str(error))
    return Response(problem.document(), status_code=status, media_type=PROBLEM_TYPE)


def _json(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document), status_code=status, media_type="application/json")


def _entry(recorded: Recorded) -> dict[str, str | int]:
    return {
        "index": recorded.index,
        "outcome": str(recorded.outcome),
        "envelope": to_text(recorded.envelope),
        "receipt": to_text(recorded.receipt),
    }


class HubServer:
    """A hub on a socket. The socket is bound at once, so that its port is known before it serves."""

    def __init__(self, settings: HubSettings) -> None:
        """Open the database and bind the socket; port 0 takes a free one.

        Raises:
            UnavailableError: the database cannot be reached or the port is taken.
        """
        self._socket = _bind(settings.host, settings.port)
        try:
            app = build_app(settings)
        except TowerError:
            self._socket.close()
            raise
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2
            )
        )
        self._thread: threading.Thread | None = None
        self.url = f"http://{settings.host}:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Serve until the process is told to end."""
        self._server.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        """Serve in a thread: for the demo and for tests."""
        self._thread = threading.Thread(target=self.serve, name="hub", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and wait for the thread."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(START_SECONDS)
        self._socket.close()


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UnavailableError(
            what=f"The hub cannot listen on {host}:{port} ({error.strerror}).",
            remedy="Choose another port, or end the program that uses it.",
        ) from error
    listener.listen(128)
    return listener


def revoke_key(settings: HubSettings, keyid: str, reason: str) -> int:
    """Let a key count no more, also while the hub runs; gives the number of the record that says so.

    Raises:
        BadInputError: no such key is enrolled, or it is revoked already.
        UnavailableError: the database cannot be reached.
    """
    engine = open_hub_database(settings.database_url)
    try:
        log = _open_log(engine, settings)
        return log.revoke(keyid, reason)
    finally:
        engine.dispose()


def serve(settings: HubSettings, started: Callable[[str], None]) -> None:
    """Run a hub until the process is told to end; ``started`` is told its address.

    Raises:
        UnavailableError: the database cannot be reached or the port is taken.
    """
    server = HubServer(settings)
    started(server.url)
    server.serve()
