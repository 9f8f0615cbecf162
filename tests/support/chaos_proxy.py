"""A proxy on loopback that stands between a client and a server and does to the traffic what networks do."""

from __future__ import annotations

import http.client
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

#: Before or after it reached the server: what becomes of a request.
FAULTS = (
    "closed at once",
    "reset before",
    "reset after",
    "cut",
    "garbage",
    "twice",
    "black hole",
    "answered, then silent",
    "web page",
    "bad gateway",
)
#: How long a silent answer is held: longer than any client here waits.
HELD_SECONDS = 2.0
#: These never reach the server.
BEFORE = frozenset({"closed at once", "reset before", "web page", "bad gateway"})


class ChaosProxy:
    """Passes requests on to ``target``; ``fault`` says what goes wrong with each, empty for nothing."""

    def __init__(self, target: str, fault: Callable[[str], str]) -> None:
        """Listen on a free port of the loopback address."""
        self.fault = fault
        self.done: Counter[str] = Counter()
        self.released = Event()
        self.target = urlsplit(target).netloc
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self._http.daemon_threads = True
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """What the server answers: status, content type and body."""
        connection = http.client.HTTPConnection(self.target, timeout=20)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection; ``proxy`` is set by a class of each proxy's own."""

    protocol_version = "HTTP/1.1"
    proxy: ChaosProxy

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""

    def _serve(self) -> None:
        fault = self.proxy.fault(self.path)
        self.proxy.done[fault] += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if fault in BEFORE:
            self._not_passed_on(fault)
            return
        headers = {n: v for n, v in self.headers.items() if n.lower() not in {"host", "connection"}}
        answer = self.proxy.pass_on(self.command, self.path, headers, body)
        if fault == "twice":
            answer = self.proxy.pass_on(self.command, self.path, headers, body)
        self._pass_back(fault, *answer)

    def _pass_back(self, fault: str, status: int, kind: str, data: bytes) -> None:
        if fault == "reset after":
            self._reset()
        elif fault == "black hole":
            self.proxy.released.wait(HELD_SECONDS)
            self.close_connection = True
        elif fault == "garbage":
            self.wfile.write(b"\x00\xff" * 40)
            self.close_connection = True
        else:
            self._answer(status, kind, data, whole=fault not in {"cut", "answered, then silent"})
            if fault == "answered, then silent":
                self.proxy.released.wait(HELD_SECONDS)

    def _not_passed_on(self, fault: str) -> None:
        if fault == "web page":
            self._answer(200, "text/html", b"<!DOCTYPE html><h1>Sign in</h1>", whole=True)
        elif fault == "bad gateway":
            self._answer(502, "text/plain", b"bad gateway", whole=True)
        elif fault == "reset before":
            self._reset()
        else:
            self.close_connection = True

    def _answer(self, status: int, kind: str, data: bytes, *, whole: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if whole else data[: len(data) // 2])
        self.wfile.flush()
        self.close_connection = not whole

    def _reset(self) -> None:
        # Closing with a linger of no time makes the system send a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)
        self.close_connection = True


@contextmanager
def chaos_proxy(target: str, fault: Callable[[str], str]) -> Iterator[ChaosProxy]:
    """A proxy for the length of a ``with`` block."""
    proxy = ChaosProxy(target, fault)
    try:
        yield proxy
    finally:
        proxy.close()
