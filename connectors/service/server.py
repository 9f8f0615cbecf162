"""The listening side: a connector service on an address, in a thread of this process."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

import uvicorn

from connectors.protocol import Connector
from connectors.service.application import make_application
from connectors.service.parts import ServiceParts
from domain.clock import Clock
from domain.errors import RefusedError, UnavailableError

BACKLOG = 128
STOP_SECONDS = 5


class RunningService:
    """A connector service that answers until it is closed."""

    def __init__(self, server: uvicorn.Server, listener: socket.socket, *, scheme: str) -> None:
        """Start answering on ``listener``."""
        host, port = listener.getsockname()[:2]
        self.address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        self._server = server
        self._listener = listener
        self._thread = Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="connector-service", daemon=True
        )
        self._thread.start()

    def url_of(self, name: str) -> str:
        """The address of the connector ``name``."""
        return f"{self.address}/{name}"

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the service has stopped, at most so long; whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop answering; requests under way get a moment to end."""
        self._server.should_exit = True
        if not self.wait(STOP_SECONDS):
            self._server.force_exit = True
            self.wait(STOP_SECONDS)
        self._listener.close()


def serve_connectors(
    connectors: Mapping[str, Connector],
    *,
    token: str,
    clock: Clock,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: tuple[Path, Path] | None = None,
    parts: ServiceParts | None = None,
) -> RunningService:
    """Serve connectors under ``/<name>`` until the service is closed; port 0 takes a free one.

    ``certificate`` is the certificate chain and the key (PEM). Without it only loopback addresses
    are accepted, because the token would travel in the clear. ``parts`` adds devices, a log of commands
    and inlets for events.

    Raises:
        RefusedError: another address than loopback without a certificate.
        UnavailableError: the address is taken or not of this machine.
        BadInputError: the token is too short, or the certificate cannot be used.
    """
    if certificate is None and not _is_loopback(host):
        raise RefusedError(
            what=f"The connector service does not listen on {host} without TLS.",
            remedy="Give a certificate and its key, or listen on 127.0.0.1 behind a proxy that has them.",
        )
    application = make_application(connectors, token=token, clock=clock, parts=parts)
    listener = _listen(host, port)
    configuration = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=certificate[0] if certificate else None,
        ssl_keyfile=certificate[1] if certificate else None,
    )
    return RunningService(uvicorn.Server(configuration), listener, scheme="https" if certificate else "http")


def _listen(host: str, port: int) -> socket.socket:
    """A socket that accepts from now on, so that a client need not wait for the server's thread."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise UnavailableError(
            what=f"The connector service cannot listen on {host}:{port}: {error.strerror}.",
            remedy="Choose another port, or stop the program that holds it.",
        ) from error
    return listener


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
