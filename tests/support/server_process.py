"""The program's servers as processes of their own: started, ended as by a power cut, started again."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

CHECKOUT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0
COMMAND_SECONDS = 120.0
PIN = "a-pin-of-the-tests"


def environment(home: Path) -> dict[str, str]:
    """The environment of a program under test: its own home and PIN, and never the person's own keyring."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONTROL_TOWER_")}
    return kept | {
        "CONTROL_TOWER_HOME": str(home),
        "CONTROL_TOWER_PIN": PIN,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def run_program(
    home: Path, *arguments: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the program's command line to its end; ``variables`` are added to its environment."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=CHECKOUT,
        env=environment(home) | variables,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


class LineReader:
    """Reads what a process prints, line by line, with a time limit."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._out = process.stdout
        os.set_blocking(self._out.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._rest = b""
        self.ended = False

    def lines(self, seconds: float) -> list[str]:
        """The whole lines that come within ``seconds``; returns as soon as there is one, or at the end."""
        until = monotonic() + seconds
        while not self.ended:
            if not self._selector.select(max(0.0, until - monotonic())):
                return []
            chunk = self._out.read()
            if not chunk:
                self.ended = chunk == b""
                continue
            *whole, self._rest = (self._rest + chunk).split(b"\n")
            if whole:
                return [line.decode() for line in whole]
        return []

    def close(self) -> None:
        """Let go of the pipe."""
        self._selector.close()
        self._out.close()


class ServerProcess:
    """One server of the program; after the first start it keeps its port."""

    def __init__(self, arguments: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self._arguments = tuple(arguments)
        self._env = dict(env)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """Start it and wait until it says where it answers."""
        command = [sys.executable, "-m", "app", *self._arguments, "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self._env, stdout=subprocess.PIPE, stderr=log
            )
        self._reader = LineReader(self._process)
        said = self._reader.lines(START_SECONDS)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said[0]) if said else None
        assert found is not None, f"{command} did not start: {said} {self._log.read_text()[-2000:]}"
        self.port = int(found.group(1))

    @property
    def running(self) -> bool:
        """Whether it was started and has not been ended."""
        return self._process is not None

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, kind: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(kind)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
        self._reader.close()
        self._process = None
