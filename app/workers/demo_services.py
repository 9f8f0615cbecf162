"""The demo's other end: the world, its connector services and a hub, in a process of their own."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from app.bootstrap import DemoServices, pin_cost_of, policy_of, random_bytes, random_token, utc_now
from app.clocks import ReachedInstant, ScaledClock
from app.fault_log import leave_interrupts_to_the_window
from app.profile import Profile, SourceSettings, WorldSettings
from domain.errors import BadInputError, TowerError

if TYPE_CHECKING:
    from domain.clock import Clock

_log = logging.getLogger(__name__)

REAL_POLL_SECONDS = 10
SAVE_EVERY_SECONDS = 2.0
TOKEN_NAME = "demo-services"  # noqa: S105 - the name of a secret, not the secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """The services could not start; ``text`` says why."""

    text: str


def run_demo_services(profile: Profile, pipe: Connection) -> None:
    """Serve until the other end of ``pipe`` is closed; first tell it where.

    Sends one :class:`DemoServices`, or one :class:`Unavailable` and ends.
    """
    leave_interrupts_to_the_window()
    try:
        with ExitStack() as stack:
            settings = _world_settings(profile)
            folder = profile.folder / "world"
            folder.mkdir(parents=True, exist_ok=True)
            reached = ReachedInstant(folder / "reached")
            anchor_real = utc_now()
            clock = ScaledClock(
                anchor_world=reached.load(settings.start),
                anchor_real=anchor_real,
                speed=settings.speed,
                read=utc_now,
            )
            pipe.send(_start(profile, settings, clock, stack))
            while not _other_end_closed(pipe):
                reached.save(clock.now())
            reached.save(clock.now())
    except TowerError as error:
        pipe.send(Unavailable(text=str(error)))
    except BrokenPipeError:
        _log.info("The window was closed before the demo's services had started.")


def _world_settings(profile: Profile) -> WorldSettings:
    if profile.world is None:
        raise BadInputError(what=f"The profile {profile.name} has no [world].", remedy="Use --profile demo.")
    return profile.world


def _start(profile: Profile, settings: WorldSettings, clock: ScaledClock, stack: ExitStack) -> DemoServices:
    from connectors.service.server import serve_connectors  # noqa: PLC0415 - only this process listens
    from connectors.world.world import World  # noqa: PLC0415 - only this process has a world

    world = World(settings.seed, clock, profile.folder / "world", size=settings.size)
    stack.callback(world.close)
    token = random_token()
    faces = {name: world.connector(name) for name in world.source_names}
    service = serve_connectors(faces, token=token, clock=clock)
    stack.callback(service.close)
    hub_url = _start_hub(profile, clock, stack)
    poll_seconds = REAL_POLL_SECONDS * clock.speed
    return DemoServices(
        sources=tuple(
            SourceSettings(
                name=name,
                system="service",
                url=service.url_of(name),
                poll_seconds=poll_seconds,
                secret=TOKEN_NAME,
            )
            for name in faces
        ),
        token=token,
        hub_url=hub_url,
        anchor_world=clock.anchor_world,
        anchor_real=clock.anchor_real,
        speed=clock.speed,
    )


def _start_hub(profile: Profile, clock: Clock, stack: ExitStack) -> str:
    from app.hub.server import HubServer, HubSettings  # noqa: PLC0415 - only this process has a hub
    from app.hub_key import hub_key  # noqa: PLC0415 - as above
    from app.signing_desk import fixed_pin  # noqa: PLC0415 - as above

    folder = profile.folder / "hub"
    folder.mkdir(parents=True, exist_ok=True)
    settings = HubSettings(
        database_url=f"sqlite:///{folder / 'hub.db'}",
        policy=policy_of(profile),
        key=hub_key(folder, fixed_pin(profile.demo_pin), random_bytes, pin_cost_of(profile)),
        clock=clock,
    )
    server = HubServer(settings)
    stack.enter_context(server)
    return server.url


def _other_end_closed(pipe: Connection) -> bool:
    try:
        return pipe.poll(SAVE_EVERY_SECONDS) and pipe.recv() is None
    except (EOFError, OSError):
        return True
