"""A real Tryton server for tests: PostgreSQL and trytond on loopback, one fresh database a test.

The Tryton environment is a virtual environment of its own (CONTROL_TOWER_TRYTON_VENV, else
`.venv-tryton` in the checkout). A filled cluster is built once per environment, seed and year in a cache
directory (CONTROL_TOWER_TEST_CACHE, else the user's cache); a test run works on a copy of it, so nothing
a test does, not even being killed, can spoil the cache. `python -m tests.support.tryton_server` builds it
ahead of the tests (`.ci/setup.sh test` does).
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import http.client
import json
import os
import platform
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import platformdirs

from tests.support import tryton_company, tryton_seed
from tests.support.tryton_day import company_zone_name
from tests.support.tryton_rpc import PASSWORD, TrytonRpc

SUPPORT = Path(__file__).parent
REPOSITORY = SUPPORT.parent.parent
READY_SECONDS = 60.0
KEPT_CLUSTERS = 3
MODULES = (
    "account_credit_limit",
    "account_invoice_stock",
    "carrier",
    "purchase_request",
    "sale_amendment",
    "sale_complaint",
    "sale_credit_limit",
    "sale_shipment_cost",
    "sale_supply",
    "stock_assign_manual",
    "stock_shipment_cost",
    "stock_split",
    "stock_supply",
)


class TrytonUnavailable(RuntimeError):
    """The Tryton environment is missing or a server did not start; says what to do."""


def tryton_environment() -> Path:
    """The virtual environment that holds trytond; raises TrytonUnavailable when it is not there."""
    place = Path(os.environ.get("CONTROL_TOWER_TRYTON_VENV") or REPOSITORY / ".venv-tryton")
    if not (place / "bin" / "python").exists():
        raise TrytonUnavailable(f"there is no Tryton environment in {place}: run `make setup`")
    return place


def _cache_directory() -> Path:
    chosen = os.environ.get("CONTROL_TOWER_TEST_CACHE")
    if chosen:
        return Path(chosen)
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root and its own user cannot see into root's home.
        return Path("/var/cache/control-tower-tests")
    return platformdirs.user_cache_path("control-tower-tests")


def _cache_key(environment: Path) -> str:
    """Changes with the machine, the installed packages, the seed and the year (of the fiscal years)."""
    digest = hashlib.sha256()
    digest.update(f"{platform.machine()} {platform.system()} {datetime.now(UTC).year}".encode())
    for found in sorted(path.name for path in environment.glob("lib*/python*/site-packages/*.dist-info")):
        digest.update(found.encode())
    digest.update(" ".join(MODULES).encode())
    for part in ("host", "company", "seed"):
        digest.update((SUPPORT / f"tryton_{part}.py").read_bytes())
    return digest.hexdigest()[:16]


class _Host:
    """The other end of `tryton_host.py`: gives it orders and waits for the answers."""

    def __init__(self, workdir: Path) -> None:
        self.workdir = workdir
        self._log = (workdir / "host.log").open("ab")
        command = [
            str(tryton_environment() / "bin" / "python"),
            str(SUPPORT / "tryton_host.py"),
            str(workdir),
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        self._answer()

    def _answer(self) -> Any:
        if self._process.stdout is None:
            raise TrytonUnavailable("the Tryton host has no standard output")
        line = self._process.stdout.readline()
        if not line:
            log = (self.workdir / "host.log").read_text(encoding="utf-8", errors="replace")
            raise TrytonUnavailable(f"the Tryton host ended: {log[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise TrytonUnavailable(answer["error"])
        return answer["result"]

    def order(self, name: str, *arguments: Any) -> Any:
        """Give one order and wait for its answer."""
        if self._process.stdin is None:
            raise TrytonUnavailable("the Tryton host has no standard input")
        self._process.stdin.write(json.dumps({"order": name, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the host; it stops all it started."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(timeout=60)
        self._log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_serving(port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    body = json.dumps({"id": 0, "method": "common.server.version", "params": []})
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("POST", "/rpc/", body, {"Content-Type": "application/json"})
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            if time.monotonic() > deadline:
                tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise TrytonUnavailable(f"Tryton did not serve in {READY_SECONDS:.0f} s: {tail}") from None
            time.sleep(0.05)
        finally:
            connection.close()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(cache: Path, ready: Path) -> None:
    """Make the filled cluster beside its final place and move it there only when it is whole."""
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=cache))
    host = _Host(draft)
    try:
        host.order("create", "company", "template1")
        host.order("initialise", "company", MODULES, PASSWORD)
        port = _free_port()
        host.order("serve", "company", port)
        _wait_until_serving(port, draft / "company.log")
        tryton_company.set_up_company(TrytonRpc(port, "company", password=PASSWORD))
        host.order("halt", "company")
        host.order("create", "distributor", "company")
        host.order("serve", "distributor", port)
        _wait_until_serving(port, draft / "distributor.log")
        tryton_seed.seed_distributor(TrytonRpc(port, "distributor", password=PASSWORD))
        host.order("halt", "distributor")
        host.close()
    except BaseException:
        host.close()
        shutil.rmtree(draft, ignore_errors=True)
        raise
    draft.rename(ready)


@contextmanager
def _filled_cluster() -> Iterator[Path]:
    """The cached cluster, built (two minutes) when there is none; callers take turns."""
    cache = _cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    ready = cache / f"tryton-{_cache_key(tryton_environment())}"
    with _locked(cache / "tryton.lock"):
        if not ready.exists():
            others = sorted(cache.glob("tryton-*/"), key=lambda path: path.stat().st_mtime)
            for stale in (*others[: 1 - KEPT_CLUSTERS], *cache.glob("draft-*/")):
                shutil.rmtree(stale, ignore_errors=True)
            _build(cache, ready)
        yield ready


def _copy_of_cluster(workdir: Path) -> None:
    """Copy the cached cluster to `workdir`."""
    with _filled_cluster() as ready:
        # cp keeps the owner: as root the cluster belongs to the user that PostgreSQL runs as.
        subprocess.run(["cp", "-a", str(ready / "pg"), str(workdir / "pg")], check=True)


_shared: list[_Host] = []


def _host() -> _Host:
    """The host of this test process, started on a copy of the cached cluster at the first call."""
    if not _shared:
        workdir = Path(tempfile.mkdtemp(prefix="control-tower-tryton-"))
        _copy_of_cluster(workdir)
        host = _Host(workdir)
        _shared.append(host)
        atexit.register(_discard, host)
    return _shared[0]


def _discard(host: _Host) -> None:
    host.close()
    shutil.rmtree(host.workdir, ignore_errors=True)


class TrytonServer:
    """One Tryton server on its own fresh database; use as a context manager.

    `template` is "distributor" (the seeded small distributor) or "company" (set up, but empty).
    The port stays the same over stop() and start(), so a client finds the server again.
    """

    def __init__(self, template: str = "distributor") -> None:
        """Clone the template and choose a port; nothing serves yet."""
        self._host = _host()
        self.database = f"tower_{secrets.token_hex(4)}"
        self.port = _free_port()
        self._host.order("create", self.database, template)
        self.sql("update company_company set timezone = %s", company_zone_name())

    @property
    def url(self) -> str:
        """The address a client of this server starts from, without the database."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file trytond writes its log to."""
        return self._host.workdir / f"{self.database}.log"

    def start(self) -> None:
        """Start serving and wait until it answers."""
        self._host.order("serve", self.database, self.port)
        _wait_until_serving(self.port, self.log)

    def stop(self) -> None:
        """Stop serving as a power cut would; the database stays."""
        self._host.order("halt", self.database)

    def close(self) -> None:
        """Stop serving and remove the database."""
        self.stop()
        self._host.order("drop", self.database)

    def rpc(self, login: str = "admin", password: str = PASSWORD) -> TrytonRpc:
        """A session of the given user, for seeding and for looking."""
        return TrytonRpc(self.port, self.database, login, password)

    def sql(self, statement: str, *values: str | int) -> list[list[Any]]:
        """Run one SQL statement behind Tryton's back, with values for its %s: damage no client could do."""
        rows: list[list[Any]] = self._host.order("sql", self.database, statement, *values)
        return rows

    def __enter__(self) -> Self:
        """Start serving."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and remove."""
        self.close()


if __name__ == "__main__":
    with _filled_cluster():
        pass
