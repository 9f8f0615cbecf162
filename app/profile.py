"""A profile: which sources, hub and people one tower works with, read from ``profile.toml``."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs

from app.environment import HOME_VARIABLE
from app.profile_shape import WorldSize, profile_table, source_table
from domain.errors import BadInputError

PROFILE_FILE = "profile.toml"
LOG_FOLDER = "log"
DEMO = "demo"

_DEMO_TOML = """\
# The embedded demo: a living distributor served by connector services on loopback.
# Everything in it is invented. The PIN below protects invented keys only.
name = "demo"
title = "North America - Demo data"
kind = "demo"
demo_pin = "demo-tower-2026"

[world]
seed = 20261122
start = 2026-11-17T13:00:00Z
size = "demo"
speed = 20

[[identity]]
user = "a.moreno"
name = "Alex Moreno"
role = "planner"

[[identity]]
user = "j.okafor"
name = "Joy Okafor"
role = "supervisor"
"""


class ProfileKind(StrEnum):
    """Demo: sources are the embedded world. Connected: sources are the site's own systems."""

    DEMO = "demo"
    CONNECTED = "connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSettings:
    """How the embedded world runs: from ``start``, ``speed`` times as fast as real time."""

    seed: int
    size: WorldSize
    speed: int
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """One source: ``system`` names the connector, ``secret`` the entry of its credentials.

    ``options`` are the connector's own settings (database, user …), text to text.
    """

    name: str
    system: str
    url: str
    poll_seconds: int = 30
    secret: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """The connector's own setting called ``name``."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """A person who may use this tower, with the role that decision rights speak of."""

    user: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile and the folder it lives in.

    ``policy_folder`` holds the site's own policy files, each in place of the packaged one of its name.
    ``encrypt`` tells whether its databases are encrypted; ``storage_key`` is what with, once it is unlocked.
    """

    name: str
    title: str
    kind: ProfileKind
    folder: Path
    sources: tuple[SourceSettings, ...]
    identities: tuple[IdentitySettings, ...]
    hub_url: str = ""
    world: WorldSettings | None = None
    demo_pin: str = ""
    policy_folder: Path | None = None
    encrypt: bool = False
    storage_key: bytes = field(default=b"", repr=False)

    def identity(self, user: str) -> IdentitySettings:
        """The person called ``user``.

        Raises:
            BadInputError: the profile has no such person.
        """
        found = next((i for i in self.identities if i.user == user), None)
        if found is None:
            known = ", ".join(i.user for i in self.identities) or "nobody"
            raise BadInputError(
                what=f"The profile {self.name} has no user {user!r}.",
                remedy=f"Use one of {known}, or add an [[identity]] to {self.folder / PROFILE_FILE}.",
            )
        return found

    def first_with_role(self, role: str) -> IdentitySettings:
        """The first person with that role.

        Raises:
            BadInputError: nobody has it.
        """
        found = next((i for i in self.identities if i.role == role), None)
        if found is None:
            raise BadInputError(
                what=f"The profile {self.name} has no {role}.",
                remedy=f'Add an [[identity]] with role = "{role}" to {self.folder / PROFILE_FILE}.',
            )
        return found


def profiles_root() -> Path:
    """Where profiles live: ``CONTROL_TOWER_HOME`` if set, else the user's data folder."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else Path(platformdirs.user_data_dir("control-tower", appauthor=False))


def load_profile(name_or_path: str) -> Profile:
    """Read a profile by name, or by the path of its folder or file; the demo is made if absent.

    Raises:
        BadInputError: there is no such profile, or its file cannot be used.
    """
    folder = _folder_of(name_or_path)
    file = folder / PROFILE_FILE
    if not file.exists() and name_or_path == DEMO:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(_DEMO_TOML, encoding="utf-8")
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInputError(
            what=f"There is no profile {name_or_path!r} ({file} does not exist).",
            remedy="Use --profile demo, or write that file (docs/profiles.md shows one).",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(
            what=f"The profile file {file} cannot be read: {error}.",
            remedy="Check its permissions and encoding.",
        ) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(
            what=f"The profile file {file} is not valid TOML: {error}.", remedy="Correct that line."
        ) from error
    return _profile_from(raw, folder, file)


def _folder_of(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.name == PROFILE_FILE:
        return path.parent
    if path.is_dir() or os.sep in name_or_path:
        return path
    return profiles_root() / "profiles" / name_or_path


def _profile_from(raw: dict[str, Any], folder: Path, file: Path) -> Profile:
    try:
        table = profile_table(raw)
        sources = tuple(_source_from(entry) for entry in table.source)
    except ValueError as error:
        raise BadInputError(
            what=f"The profile file {file} lacks or misspells a setting: {error}.",
            remedy="Compare it with the example in docs/profiles.md.",
        ) from error
    world = table.world
    profile = Profile(
        name=table.name,
        title=table.title or table.name,
        kind=ProfileKind(table.kind),
        folder=folder,
        sources=sources,
        identities=tuple(IdentitySettings(user=i.user, name=i.name, role=i.role) for i in table.identity),
        hub_url=table.hub.url if table.hub is not None else "",
        world=None
        if world is None
        else WorldSettings(seed=world.seed, size=world.size, speed=world.speed, start=world.start),
        demo_pin=table.demo_pin,
        # As with every path of a profile: from its folder, unless it is absolute.
        policy_folder=folder / table.policies.folder if table.policies is not None else None,
        # A PIN that stands in the profile protects nothing, so it would encrypt nothing either.
        encrypt=not table.demo_pin if table.encrypt is None else table.encrypt,
    )
    _check(profile, file)
    return profile


def _source_from(entry: dict[str, Any]) -> SourceSettings:
    table, options = source_table(entry)
    return SourceSettings(
        name=table.name,
        system=table.system,
        url=table.url,
        poll_seconds=table.poll_seconds,
        secret=table.secret,
        options=options,
    )


def _check(profile: Profile, file: Path) -> None:
    problem = ""
    if profile.kind is ProfileKind.DEMO and profile.world is None:
        problem = "it is a demo without a [world]"
    elif profile.kind is ProfileKind.CONNECTED and not profile.sources:
        problem = "it has no [[source]]"
    elif len({s.name for s in profile.sources}) != len(profile.sources):
        problem = "two sources share a name"
    elif len({i.user for i in profile.identities}) != len(profile.identities):
        problem = "two identities share a user"
    if problem:
        raise BadInputError(
            what=f"The profile file {file} cannot be used: {problem}.",
            remedy="Correct it; docs/profiles.md shows an example.",
        )
