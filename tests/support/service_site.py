"""A small world behind a connector service on loopback, which tests can stop and start again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.http import HttpClient
from connectors.service.parts import ServiceParts
from connectors.service.server import RunningService, serve_connectors
from connectors.world.faces import FACES
from connectors.world.world import World
from tests.support.living_world import SteppingClock, open_world

TOKEN = "a-token-of-good-length"


@dataclass
class ServiceSite:
    """A world behind a service that can be stopped and started on its port."""

    world: World
    clock: SteppingClock
    state_dir: Path
    service: RunningService
    clients: list[HttpClient] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The port of the service."""
        return int(self.service.address.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Take the service down."""
        self.service.close()

    def start(self, token: str = TOKEN, requests_per_second: float = 0.0) -> None:
        """Bring the service back on its port, perhaps with another token or a limit."""
        port = self.port
        self.service.close()
        self.service = serve(self.world, self.clock, port, token, requests_per_second)

    def http(self, face: str = "erp", token: str = TOKEN) -> HttpClient:
        """A client of a face that does not wait between tries; closed with the site."""
        headers = {"Authorization": f"Bearer {token}"}
        self.clients.append(HttpClient(self.service.url_of(face), headers=headers, pause=lambda _: None))
        return self.clients[-1]


def serve(
    world: World, clock: SteppingClock, port: int = 0, token: str = TOKEN, requests_per_second: float = 0.0
) -> RunningService:
    """Serve every face of a world."""
    faces = {name: world.connector(name) for name in FACES}
    parts = ServiceParts(requests_per_second=requests_per_second)
    return serve_connectors(faces, token=token, clock=clock, port=port, parts=parts)


@contextmanager
def service_site(state_dir: Path) -> Iterator[ServiceSite]:
    """A site for the length of a ``with`` block."""
    clock = SteppingClock()
    world = open_world(state_dir, clock)
    site = ServiceSite(world, clock, state_dir, serve(world, clock))
    try:
        yield site
    finally:
        for client in site.clients:
            client.close()
        site.stop()
        world.close()
