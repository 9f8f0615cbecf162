"""A network between two programs on loopback that can be cut at any byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

CHUNK = 16_384


class CuttingProxy:
    """Forwards connections to ``port`` until it is told to break one."""

    def __init__(self, port: int) -> None:
        """Listen on a free port; nothing is cut yet."""
        self._target = port
        self._lock = Lock()
        self._left: int | None = None
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._accepting = Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def cut_answer_after(self, count: int) -> None:
        """Break the connection once so many more bytes of answers have passed; requests pass whole."""
        with self._lock:
            self._left = count

    def close(self) -> None:
        """Stop listening, and end every connection."""
        # Closing alone does not wake the thread that waits for a connection.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for end in self._open:
            _end(end)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._target), 5)
                except OSError:
                    near.close()
                    continue
                self._open |= {near, far}
                Thread(target=self._forward, args=(near, far, False), daemon=True).start()
                Thread(target=self._forward, args=(far, near, True), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                allowed = self._allowed(len(data)) if is_answer else len(data)
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    break
        for end in (source, sink):
            _end(end)

    def _allowed(self, count: int) -> int:
        with self._lock:
            if self._left is None:
                return count
            if self._left >= count:
                self._left -= count
                return count
            allowed, self._left = self._left, None
            return allowed


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def cutting_proxy(port: int) -> Iterator[CuttingProxy]:
    """A proxy to a port for the length of a block."""
    proxy = CuttingProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
