"""A site in this process whose clock stands still until it is moved, and whose servers can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from app.bootstrap import Surroundings, open_tower
from app.hub.server import HubServer, HubSettings
from app.profile import IdentitySettings, Profile, ProfileKind, SourceSettings
from app.signing_desk import EXECUTOR, fixed_pin
from app.tower import Tower
from connectors.service.server import RunningService, serve_connectors
from connectors.world.world import World
from domain.cases import ExceptionCase
from domain.commands import Action, Command, Receipt
from domain.ids import SourceName
from domain.recommendations import Option, Remedy
from domain.rights import parse_policy
from resources.loader import read_bytes
from tests.support.hub_site import hub_key
from tests.support.living_world import SteppingClock, open_world

TOKEN = "the-token-of-this-site"
PIN = "a-pin-of-the-tests"
PLANNER, SUPERVISOR = "a.moreno", "j.okafor"
POLL_SECONDS = 30
_PEOPLE = (
    IdentitySettings(user=PLANNER, name="Alex Moreno", role="planner"),
    IdentitySettings(user=SUPERVISOR, name="Joy Okafor", role="supervisor"),
)


class ManualSite:
    """A world behind a connector service, and a hub; both keep their addresses when they come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policies = folder / "policies"
        self.policies.mkdir()
        self.clock = SteppingClock()
        self.world: World = open_world(folder / "world", self.clock)
        self._service: RunningService | None = None
        self._hub: HubServer | None = None
        self._service_port = 0
        self._hub_settings = HubSettings(
            database_url=f"sqlite:///{folder / 'hub.db'}",
            policy=parse_policy(read_bytes("policy", "decision_rights.toml").decode()).with_users(
                {**{person.user: (person.role,) for person in _PEOPLE}, EXECUTOR: (EXECUTOR,)}
            ),
            key=hub_key(),
            clock=self.clock,
        )
        self.come_back()

    @property
    def profile(self) -> Profile:
        """A profile of this site; a cheap PIN, because its keys are thrown away."""
        return Profile(
            name="manual",
            title="A site of the tests",
            kind=ProfileKind.CONNECTED,
            folder=self.folder / "profile",
            sources=tuple(
                SourceSettings(
                    name=name,
                    system="service",
                    url=f"http://127.0.0.1:{self._service_port}/{name}",
                    poll_seconds=POLL_SECONDS,
                    secret="token",
                )
                for name in self.world.source_names
            ),
            identities=_PEOPLE,
            hub_url=f"http://127.0.0.1:{self._hub_settings.port}",
            demo_pin=PIN,
            policy_folder=self.policies,
        )

    @contextmanager
    def tower(self) -> Iterator[Tower]:
        """The tower of this site, as a start of the program opens it; its pauses end with the next tick."""
        surroundings = Surroundings(
            profile=self.profile, clock=self.clock, ask_pin=fixed_pin(PIN), tokens={"token": TOKEN}
        )
        tower = Tower(replace(open_tower(surroundings).parts, jitter=lambda: 0.0))
        try:
            yield tower
        finally:
            tower.close()

    def lose_service(self) -> None:
        """The systems cannot be reached any more."""
        if self._service is not None:
            self._service.close()
            self._service = None

    def lose_everything(self) -> None:
        """Neither the systems nor the hub can be reached any more."""
        self.lose_service()
        if self._hub is not None:
            self._hub.__exit__(None, None, None)
            self._hub = None

    def come_back(self) -> None:
        """Everything answers again, where it answered before."""
        self.hub_comes_back()
        if self._service is None:
            faces = {name: self.world.connector(name) for name in self.world.source_names}
            self._service = serve_connectors(faces, token=TOKEN, clock=self.clock, port=self._service_port)
            self._service_port = int(self._service.address.rpartition(":")[2])

    def hub_comes_back(self) -> None:
        """The hub answers again, where it answered before."""
        if self._hub is None:
            self._hub = HubServer(self._hub_settings).__enter__()
            self._hub_settings = replace(self._hub_settings, port=int(self._hub.url.rpartition(":")[2]))

    def elsewhere(self, action: Action, source: str = "erp") -> Receipt:
        """Somebody changes something at the system itself, past the tower."""
        return self.world.submit(Command(key="somebody-else", source=SourceName(source), action=action))

    def close(self) -> None:
        """Take everything down."""
        self.lose_everything()
        self.world.close()


@contextmanager
def manual_site(folder: Path) -> Iterator[ManualSite]:
    """A site for the length of a block."""
    site = ManualSite(folder)
    try:
        yield site
    finally:
        site.close()


def cases_of(tower: Tower, code: str) -> list[ExceptionCase]:
    """The open cases of a type, in queue order."""
    return [case for case in tower.queue() if case.code == code]


def remedy_of(tower: Tower, case: ExceptionCase) -> Option:
    """The recommended option of a case."""
    return next(option for option in tower.recommend(case.case_id).options if option.recommended)


def a_case_to_solve(tower: Tower, code: str) -> tuple[ExceptionCase, Option]:
    """The first case of a type for which something can be done."""
    for case in cases_of(tower, code):
        with suppress(StopIteration):
            option = remedy_of(tower, case)
            if option.remedy is not Remedy.DO_NOTHING:
                return case, option
    raise AssertionError(f"nothing can be done about any {code}")
