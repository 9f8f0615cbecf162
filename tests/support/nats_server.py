"""A real NATS server with JetStream on loopback, which tests can kill and start again where it was."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import nats
from nats.js.api import StorageType, StreamConfig

STREAM = "TOWER"
SUBJECT = "tower.events"
PATIENCE_TRIES = 1000


class NatsServer:
    """One server; its store outlives it."""

    def __init__(self, folder: Path, *, token: str = "") -> None:
        """Start it on a free port."""
        self._folder = folder
        self._token = token
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it accepts."""
        program = Path(sys.executable).parent / "nats-server"
        options = ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self._folder)]
        options += ["--auth", self._token] if self._token else []
        self._process = subprocess.Popen(
            [str(program), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._accepts)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def make_stream(self) -> None:
        """Make the stream that the events go to."""
        asyncio.run(self._make_stream())

    def publish(self, messages: Sequence[tuple[Mapping[str, str], bytes]]) -> None:
        """Put messages into the stream, each acknowledged by the server."""
        asyncio.run(self._publish(messages))

    async def _make_stream(self) -> None:
        connection = await nats.connect(self.url, token=self._token or None)
        config = StreamConfig(name=STREAM, subjects=[SUBJECT], storage=StorageType.FILE)
        await connection.jetstream().add_stream(config)
        await connection.close()

    async def _publish(self, messages: Sequence[tuple[Mapping[str, str], bytes]]) -> None:
        connection = await nats.connect(self.url, token=self._token or None)
        for headers, body in messages:
            await connection.jetstream().publish(SUBJECT, body, headers=dict(headers))
        await connection.close()

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something that another process or thread brings about."""
    never = Event()
    for _ in range(PATIENCE_TRIES):
        if true():
            return
        never.wait(0.02)
    raise AssertionError("it did not come about")


@contextmanager
def nats_server(folder: Path, *, token: str = "") -> Iterator[NatsServer]:
    """A server with the stream, for the length of a block."""
    server = NatsServer(folder, token=token)
    try:
        server.make_stream()
        yield server
    finally:
        server.kill()
