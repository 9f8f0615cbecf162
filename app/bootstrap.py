"""Putting the program together: the only place that reads the real clock, randomness and environment."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.clocks import FunctionClock, ScaledClock
from app.environment import HUB_TOKEN_VARIABLE
from app.identifiers import UlidSource
from app.profile import Profile, SourceSettings
from domain.errors import BadInputError
from domain.ids import SourceName

if TYPE_CHECKING:
    from app.services.recommend.question import Problem
    from app.signing.sealing import PinCost
    from app.signing.vault import AskPin
    from app.signing_desk import SigningDesk
    from app.store.ledger import Ledger
    from app.tower import Tower
    from connectors.protocol import Connector
    from domain.clock import Clock
    from domain.rights import RightsPolicy
    from optimization.limits import Limits
    from optimization.outcome import Outcome

MIRROR_FILE = "mirror.db"
LEDGER_FILE = "ledger.db"
POLICY_FILE = "decision_rights.toml"
DESK_USER = "desk"
ENROLMENT_TOKEN_FILE = "enrolment-token"  # noqa: S105 - the name of a file, not a token
SOLVE_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServices:
    """Where the demo's services answer, and the anchors of its clock; told by their process."""

    sources: tuple[SourceSettings, ...]
    token: str
    hub_url: str
    anchor_world: datetime
    anchor_real: datetime
    speed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a tower stands in: its profile as it runs, the clock, credentials given for this run only."""

    profile: Profile
    clock: Clock
    ask_pin: AskPin
    tokens: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    demo: DemoServices | None = None

    @property
    def speed(self) -> int:
        """How many seconds of the tower's clock pass in a real one."""
        return self.demo.speed if self.demo is not None else 1


def utc_now() -> datetime:
    """The operating system's time, UTC-aware."""
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    """Seconds that only ever grow; for measuring."""
    return time.monotonic()


def system_clock() -> FunctionClock:
    """The operating system's clock."""
    return FunctionClock(read=utc_now)


def ulid_source(clock: Clock) -> UlidSource:
    """New identifiers from that clock and the operating system's randomness."""
    return UlidSource(clock=clock, random_bits=secrets.randbits)


def random_bytes(count: int) -> bytes:
    """Bytes nobody can guess."""
    return os.urandom(count)


def random_token() -> str:
    """A fresh bearer token."""
    return secrets.token_urlsafe(32)


def ask_pin_like_a_command() -> AskPin:
    """Ask for a PIN as commands do: the environment, a file, else the terminal."""
    import getpass
    import sys

    from app.secrets import pin_from

    return pin_from(os.environ, getpass.getpass if sys.stdin.isatty() else None)


def surroundings_of(
    profile: Profile, *, demo: DemoServices | None = None, ask_pin: AskPin | None = None
) -> Surroundings:
    """What a profile runs in: for the demo its services and clock, else the real ones."""
    from app.signing_desk import fixed_pin

    if demo is None:
        ask = ask_pin or ask_pin_like_a_command()
        return Surroundings(profile=unlock(profile, ask), clock=system_clock(), ask_pin=ask)
    clock = ScaledClock(
        anchor_world=demo.anchor_world, anchor_real=demo.anchor_real, speed=demo.speed, read=utc_now
    )
    return Surroundings(
        profile=replace(
            unlock(profile, fixed_pin(profile.demo_pin)), sources=demo.sources, hub_url=demo.hub_url
        ),
        clock=clock,
        ask_pin=fixed_pin(profile.demo_pin),
        tokens={source.secret: demo.token for source in demo.sources},
        demo=demo,
    )


def unlock(profile: Profile, ask_pin: AskPin | None = None) -> Profile:
    """The profile with the key of its databases, where they are encrypted.

    Raises:
        CannotSignError: the PIN is wrong, or nobody gave one where no keyring keeps the key.
        CorruptError: the databases are encrypted and their key is lost.
    """
    if not profile.encrypt or profile.storage_key:
        return profile
    from app.databases import unlocked

    return unlocked(profile, ask_pin or ask_pin_like_a_command(), random_bytes)


def policy_of(profile: Profile) -> RightsPolicy:
    """The decision rights of a profile: its own file, else the ones that ship, for the profile's people.

    Raises:
        BadInputError: the profile's file cannot be read.
    """
    from app.signing_desk import EXECUTOR
    from domain.rights import parse_policy
    from resources.loader import read_bytes

    file = profile.folder / POLICY_FILE
    text = file.read_text(encoding="utf-8") if file.exists() else read_bytes("policy", POLICY_FILE).decode()
    people = {identity.user: (identity.role,) for identity in profile.identities}
    return parse_policy(text).with_users({**people, EXECUTOR: (EXECUTOR,)})


def open_ledger(profile: Profile) -> Ledger:
    """The ledger of a profile, made if absent."""
    from app.databases import open_ledger_database
    from app.store.ledger import Ledger

    return Ledger(open_ledger_database(profile, utc_now))


def pin_cost_of(profile: Profile) -> PinCost | None:
    """What a guess at a PIN costs in a profile; ``None`` is the usual."""
    from app.signing.sealing import PinCost

    # The demo's PIN is public, so guessing it need not be expensive.
    return PinCost(memory_kib=8 * 1024, passes=1) if profile.demo_pin else None


def open_desk(surroundings: Surroundings, ledger: Ledger) -> SigningDesk:
    """The signing desk of a profile."""
    from app.signing_desk import DeskTools, SigningDesk, device_id_of
    from connectors.http import HttpClient

    profile = surroundings.profile
    tools = DeskTools(
        ask_pin=surroundings.ask_pin,
        entropy=random_bytes,
        device_id=device_id_of(profile.folder, ulid_source(system_clock()).new_id),
        transport=HttpClient(profile.hub_url, monotonic=monotonic_seconds) if profile.hub_url else None,
        enrolment_token=os.environ.get(HUB_TOKEN_VARIABLE, ""),
        pin_cost=pin_cost_of(profile),
    )
    return SigningDesk(
        profile=profile, ledger=ledger, policy=policy_of(profile), clock=surroundings.clock, tools=tools
    )


def connecting(surroundings: Surroundings, desk: SigningDesk) -> Callable[[SourceSettings], Connector]:
    """Makes the connector of a source with its stored credential.

    What it gives raises ``BadInputError`` where the settings or the credential are missing.
    """
    from app.connect import connector_of
    from app.known_devices import signing_with
    from app.signing_desk import EXECUTOR

    profile = surroundings.profile
    # One store for all sources: it is unlocked once, and unlocking is made slow on purpose.
    stored = desk.secrets_of(DESK_USER)

    def credential(name: str) -> str:
        if name in surroundings.tokens:
            return surroundings.tokens[name]
        value = stored.get(name) if name else None
        if value is None:
            raise BadInputError(
                what=f"The credential {name!r} of profile {profile.name} is not stored.",
                remedy=f"Store it: control-tower secret {name or 'NAME'} --profile {profile.name}.",
            )
        return value.decode()

    return lambda source: connector_of(
        source,
        credential=credential,
        folder=profile.folder,
        clock=surroundings.clock,
        monotonic=monotonic_seconds,
        sign=signing_with(lambda: desk.signer(EXECUTOR).key, surroundings.clock),
    )


def open_connectors(surroundings: Surroundings, desk: SigningDesk) -> dict[SourceName, Connector]:
    """A connector for each source of a profile, with its stored credential.

    Raises:
        BadInputError: a source's settings or credential are missing.
    """
    connect = connecting(surroundings, desk)
    return {SourceName(source.name): connect(source) for source in surroundings.profile.sources}


def open_tower(surroundings: Surroundings) -> Tower:
    """A tower that may write: the sync worker's, or a command's."""
    from app.databases import open_mirror_database
    from app.store.mirror import Mirror
    from app.tower import Tower, TowerParts
    from app.upkeep import Upkeep

    profile = surroundings.profile
    profile.folder.mkdir(parents=True, exist_ok=True)
    mirror = Mirror(open_mirror_database(profile, utc_now))
    ledger = open_ledger(profile)
    desk = open_desk(surroundings, ledger)
    return Tower(
        TowerParts(
            profile=profile,
            clock=surroundings.clock,
            ids=ulid_source(surroundings.clock),
            mirror=mirror,
            ledger=ledger,
            connectors=open_connectors(surroundings, desk),
            desk=desk,
            solve=solve_here(),
            jitter=random.SystemRandom().random,
            upkeep=Upkeep(profile=profile, now=utc_now),
        )
    )


def solve_limits() -> Limits:
    """How long a solve for one case may take: two work units, at most twenty seconds."""
    from optimization.limits import Limits

    return Limits(deterministic_time=2.0, wall_seconds=20.0)


def solve_here() -> Callable[[Problem], Outcome]:
    """A solver in this process, for commands without a window."""

    def run(problem: Problem) -> Outcome:
        # Imported when a case needs it: it costs half a second, and most commands solve nothing.
        from optimization.solve import solve

        return solve(problem, solve_limits(), SOLVE_SEED, monotonic=monotonic_seconds)

    return run
