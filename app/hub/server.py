"""The hub's process and its socket: the only one it listens on."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.hub.application import build_app
from app.hub.hub_database import open_hub_database
from app.hub.settings import HubSettings, open_log
from domain.errors import TowerError, UnavailableError

__all__ = ["HubServer", "HubSettings", "build_app", "revoke_key", "serve"]

START_SECONDS = 20.0
#: Requests are verified while a batch is written: neither may wait long for the other (Python says 0.005).
TURN_SECONDS = 0.0005
#: How much is made before Python looks for cycles in it (Python says 700, 10, 10): requests make few of them,
#: and each look holds up every request.
COLLECT_AFTER = (20_000, 20, 50)


class _Gathering:
    """A transport that sends at once what is written in a turn of the loop: head and body are one packet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        if data:
            if not self._held:
                self._loop.call_soon(self._send)
            self._held.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        data, self._held = b"".join(self._held), []
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        return getattr(self._transport, name)


class _Protocol(H11Protocol):
    """HTTP whose answers are sent in one piece."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as asyncio gives it
        super().connection_made(_Gathering(transport))  # type: ignore[arg-type] # has all that is used of one


class _Server(uvicorn.Server):
    """Lets go of held-open questions before it waits for its connections to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.bell.close()
        await super().shutdown(sockets)


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
        self._server = _Server(
            uvicorn.Config(
                app,
                http=_Protocol,
                log_level="warning",
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=2,
            )
        )
        self._thread: threading.Thread | None = None
        self.url = f"http://{settings.host}:{self._socket.getsockname()[1]}"

    def held_open(self) -> int:
        """How many questions for the next entry are held open now."""
        app = self._server.config.app
        return len(app.state.bell) if isinstance(app, FastAPI) else 0

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
        log = open_log(engine, settings)
        return log.revoke(keyid, reason)
    finally:
        engine.dispose()


def serve(settings: HubSettings, started: Callable[[str], None]) -> None:
    """Run a hub until the process is told to end; ``started`` is told its address.

    Raises:
        UnavailableError: the database cannot be reached or the port is taken.
    """
    sys.setswitchinterval(TURN_SECONDS)
    server = HubServer(settings)
    # What is there by now stays: it is never looked through again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    started(server.url)
    server.serve()
