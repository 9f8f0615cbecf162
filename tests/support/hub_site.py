"""A hub on loopback and desks enrolled at it, for tests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.hub.client import HubClient, enrol_at
from app.hub.server import HubServer, HubSettings
from app.signing.keys import KeyOwner, SigningKey, new_key
from connectors.http import HttpClient
from domain.ids import UserId
from tests.support.approval_desk import PEOPLE, Desk, TurnedClock, default_policy, signer_of

TOKEN = "the administrator's token"


def hub_key(seed: int = 0) -> SigningKey:
    """The key of a hub, the same in every run."""
    owner = KeyOwner(user_id=UserId("hub"), device_id="hub-1")
    return new_key(owner, random.Random(f"hub/{seed}").randbytes)[0]


def hub_settings(
    folder: Path, clock: TurnedClock, *, token: str = TOKEN, url: str = "", port: int = 0
) -> HubSettings:
    """A hub on a SQLite file, unless ``url`` names another database."""
    return HubSettings(
        database_url=url or f"sqlite:///{folder / 'hub.db'}",
        policy=default_policy(),
        key=hub_key(),
        clock=clock,
        enrolment_token=token,
        port=port,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running hub, where to reach it, and its clock."""

    server: HubServer
    settings: HubSettings
    http: HttpClient
    folder: Path
    clock: TurnedClock

    def client(self, desk: Desk) -> HubClient:
        """A client with the key of the desk's planner."""
        return HubClient(
            transport=self.http,
            hub_key=hub_key().public,
            reader=desk.people["a.moreno"].key,
            clock=self.clock,
        )

    def desk(self, name: str = "desk-1") -> Desk:
        """A desk whose people are all enrolled."""
        for user in PEOPLE:
            enrol_at(self.http, signer_of(user, name).key, TOKEN)
        return Desk(self.folder, hub_key=hub_key().public, name=name, clock=self.clock)


@contextmanager
def running_site(folder: Path, *, url: str = "", token: str = TOKEN) -> Iterator[Site]:
    """A hub that serves while the block runs."""
    clock = TurnedClock()
    settings = hub_settings(folder, clock, url=url, token=token)
    with HubServer(settings) as server:
        http = HttpClient(server.url, pause=lambda _seconds: None)
        try:
            yield Site(server=server, settings=settings, http=http, folder=folder, clock=clock)
        finally:
            http.close()
