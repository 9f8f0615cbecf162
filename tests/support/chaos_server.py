"""A loopback HTTP server that answers as badly as a test asks: late, cut, as a web page, not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass(frozen=True, slots=True)
class ChaosRequest:
    """What arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ChaosAnswer:
    """What goes out; ``cut_after`` bytes of the body the connection breaks, ``hangs`` never answers."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    hangs: bool = False


HTML = ChaosAnswer(body=b"<!DOCTYPE html><h1>Sign in</h1>", content_type="text/html; charset=utf-8")
HANGS = ChaosAnswer(hangs=True)


class ChaosServer:
    """Answers every request by ``answer``; keeps what it was asked in ``requests``."""

    def __init__(self, answer: Callable[[ChaosRequest], ChaosAnswer] | ChaosAnswer) -> None:
        """Listen on a free port of the loopback address."""
        self.answer = answer
        self.requests: list[ChaosRequest] = []
        self.released = Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        self._http.daemon_threads = True
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def reply_to(self, request: ChaosRequest) -> ChaosAnswer:
        """Note a request and say what to answer."""
        self.requests.append(request)
        return self.answer if isinstance(self.answer, ChaosAnswer) else self.answer(request)

    def close(self) -> None:
        """Stop listening; later connections are refused."""
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, *_: object) -> None:
                """Say nothing on standard error."""

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = server.reply_to(ChaosRequest(self.command, self.path, headers, body))
                if answer.hangs:
                    server.released.wait()
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body if answer.cut_after is None else answer.body[: answer.cut_after])
                self.close_connection = answer.cut_after is not None

        return Handler


@contextmanager
def chaos(answer: Callable[[ChaosRequest], ChaosAnswer] | ChaosAnswer) -> Iterator[ChaosServer]:
    """A chaos server for the length of a ``with`` block."""
    server = ChaosServer(answer)
    try:
        yield server
    finally:
        server.close()


def refused_address() -> str:
    """An address of this machine where nobody listens any more."""
    with chaos(ChaosAnswer()) as server:
        return server.address
