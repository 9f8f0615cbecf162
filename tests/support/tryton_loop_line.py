"""A line between the tower and Tryton on which the power of the server can be cut at a chosen write."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import READS

_FORWARDED = ("Content-Type", "Authorization", "Accept-Encoding")
_RETURNED = ("Content-Type", "Content-Encoding")


class Cut(Enum):
    """When the power goes: before the write arrives, while Tryton works on it, or before its answer."""

    BEFORE = auto()
    DURING = auto()
    ANSWERED = auto()


class TrytonLine:
    """Passes requests on; the server is killed at the n-th write after :meth:`cut_at`, counted from 0."""

    def __init__(self, server: TrytonServer) -> None:
        """Open a port on loopback; every request goes on to ``server``."""
        self._server = server
        self._left: int | None = None
        self._how = Cut.BEFORE
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body leave together; apart, each answer would wait for an acknowledgement.
            wbufsize = 1 << 16

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name: self.headers[name] for name in _FORWARDED if name in self.headers}
                answer = line.pass_on(self.path, headers, body)
                if answer is None:
                    self.close_connection = True
                    return
                status, returned, content = answer
                self.send_response(status)
                for name, value in (*returned.items(), ("Content-Length", str(len(content)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._listener.daemon_threads = True
        self._thread = Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the tower finds Tryton."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    @property
    def is_cut(self) -> bool:
        """Whether the awaited write has come."""
        return self._left is None

    def cut_at(self, write: int, how: Cut) -> None:
        """Kill the server at that write, counted from now."""
        self._left, self._how = write, how

    def pass_on(
        self, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes] | None:
        """The server's answer; nothing when there is none, or the power goes at this request."""
        method = body.partition(b'"method":"')[2].partition(b'"')[0].decode()
        goes = False
        if self._left is not None and not method.endswith(READS):
            goes = self._left == 0
            self._left = None if goes else self._left - 1
        if goes and self._how is Cut.BEFORE:
            self._server.stop()
            return None
        upstream = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=120)
        try:
            upstream.request("POST", path, body, headers)
            if goes and self._how is Cut.DURING:
                self._server.stop()
                return None
            response = upstream.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            upstream.close()
        if goes:
            self._server.stop()
            return None
        returned = {name: response.headers[name] for name in _RETURNED if name in response.headers}
        return response.status, returned, content

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


@contextmanager
def tryton_line(server: TrytonServer) -> Iterator[TrytonLine]:
    """A line for the length of a block."""
    line = TrytonLine(server)
    try:
        yield line
    finally:
        line.close()
