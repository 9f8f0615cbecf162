"""A mock SAP system as a process of its own: OData V2 and V4 over real HTTP, with ETags and CSRF tokens."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Self

import httpx

from connectors.http import HttpClient
from connectors.odata.connector import ODataConnector, authorisation
from domain.ids import SourceName
from tests.support.living_world import SteppingClock

USER, PASSWORD = "TOWER", "a-password-of-the-tests"
START_SECONDS = 30.0
SHIPPED = Path(__file__).parents[2] / "connectors" / "odata" / "sap"
SALES = "/sap/opu/odata/sap/API_SALES_ORDER_SRV"
SALES_V4 = "/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/api_salesorder/0001"


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class ServedProcess:
    """A web server started by ``command``, which names its port; it may be ended and started again."""

    command: list[str]
    port: int
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until somebody accepts connections there."""
        self._process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = monotonic() + START_SECONDS
        while monotonic() < until:
            assert self._process.poll() is None, f"{self.command} ended"
            with socket.socket() as probe:
                probe.settimeout(0.05)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            self._process.poll()
        raise AssertionError(f"{self.command} does not answer")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass
class SapSite:
    """The mock SAP, a folder of profiles, and a connector to it."""

    folder: Path
    options: tuple[str, ...] = ()
    clock: SteppingClock = field(default_factory=SteppingClock)
    _connectors: list[ODataConnector] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for connector in self._connectors:
            connector.close()
        self.direct.close()
        self.server.kill()

    def __post_init__(self) -> None:
        self.profiles = self.folder / "profiles"
        self.profiles.mkdir()
        port = free_port()
        program = str(Path(sys.executable).with_name("mock-sap"))
        self.server = ServedProcess(
            [program, "-q", "--port", str(port), "--db", str(self.folder / "sap.db"),
             "--auth", f"{USER}:{PASSWORD}", *self.options],
            port,
        )  # fmt: skip
        self.direct = httpx.Client(base_url=self.server.url, auth=(USER, PASSWORD), trust_env=False)

    def use(self, *names: str) -> None:
        """Take profiles as they are shipped."""
        for name in names:
            shutil.copy(SHIPPED / f"{name}.toml", self.profiles)

    def reset(self) -> None:
        """Have the first data again."""
        self.direct.post("/_mock/reset").raise_for_status()

    def fault(self, **rule: object) -> None:
        """Let the server fail as its control plane offers."""
        self.direct.post("/_mock/faults", json=rule).raise_for_status()

    def connector(self, *, password: str = PASSWORD) -> ODataConnector:
        """A connector as the program would make it."""
        transport = HttpClient(
            self.server.url, headers=authorisation(USER, password), read_seconds=5.0, pause=lambda _: None
        )
        made = ODataConnector(SourceName("sap"), transport, profiles=self.profiles, clock=self.clock)
        self._connectors.append(made)
        return made

    def row(self, path: str) -> dict[str, object]:
        """An entity as the server has it."""
        found: dict[str, object] = self.direct.get(f"{SALES}/{path}").json()["d"]
        return found

    def write(self, path: str, **values: object) -> None:
        """Change an entity past the connector, as a clerk would."""
        token = self.direct.get(f"{SALES}/", headers={"X-CSRF-Token": "Fetch"}).headers["x-csrf-token"]
        headers = {"X-CSRF-Token": token, "If-Match": "*"}
        self.direct.patch(f"{SALES}/{path}", json=values, headers=headers).raise_for_status()

    def remove(self, path: str) -> None:
        """Delete an entity past the connector."""
        token = self.direct.get(f"{SALES}/", headers={"X-CSRF-Token": "Fetch"}).headers["x-csrf-token"]
        headers = {"X-CSRF-Token": token, "If-Match": "*"}
        self.direct.delete(f"{SALES}/{path}", headers=headers).raise_for_status()
