"""Profiles of OData services as data: which set is which stream, and which property which field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.field_rules import Habits, Text
from connectors.protocol import IdempotencyLevel, Manifest, StreamSpec, parse_manifest
from connectors.row_records import RecordRule, check_rules
from domain.commands import ACTION_BY_VERB
from domain.errors import BadInputError, UnavailableError

ValueType = Literal["text", "number", "flag", "date", "datetime", "datetimeoffset", "guid"]


class PropertyValue(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A property and what it shall be; ``value`` may name fields of the command in braces."""

    property: Text
    value: str
    type: ValueType = "text"


class WriteRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a verb is a change of one entity.

    ``target`` is matched against the id of the record; its named groups and ``key`` are the entity's key.
    ``must`` is what has to be so before; ``set`` what is written. A ``key_property`` takes the key of the
    command, so that it can be found again (level C).
    """

    verb: Text
    target: Text
    set: Annotated[tuple[PropertyValue, ...], msgspec.Meta(min_length=1)]
    service: str = ""
    entity_set: str = ""
    key: dict[str, str] = {}
    must: tuple[PropertyValue, ...] = ()
    key_property: str = ""
    method: Literal["PATCH", "MERGE"] = "PATCH"


class ServiceProfile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One entity set as one stream.

    ``follow`` by ``stamp`` reads what its stamp says is new, by ``delta`` what the service's own delta link
    gives, ``whole`` everything each time. ``overlap_seconds`` are read again, for rows committed late.
    """

    stream: Text
    version: Literal[2, 4]
    service: str
    entity_set: Text
    key: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    record: Annotated[tuple[RecordRule, ...], msgspec.Meta(min_length=1)]
    key_type: ValueType = "text"
    follow: Literal["stamp", "delta", "whole"] = "stamp"
    stamp: str = ""
    stamp_type: ValueType = "datetimeoffset"
    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 120
    expand: tuple[str, ...] = ()
    filter: str = ""
    timezone: str = "UTC"
    poll_seconds: Annotated[int, msgspec.Meta(ge=1)] = 60
    command: tuple[WriteRule, ...] = ()

    @property
    def habits(self) -> Habits:
        """How the service writes times that say no zone."""
        return Habits(zone=ZoneInfo(self.timezone))


@cache
def full_manifest() -> Manifest:
    """What OData services can carry at most."""
    return parse_manifest(Path(__file__).with_name("manifest.toml").read_text(encoding="utf-8"))


def manifest_of(profiles: Mapping[str, ServiceProfile]) -> Manifest:
    """What the services of a site offer; level C only where every write leaves its key behind."""
    rules = [rule for profile in profiles.values() for rule in profile.command]
    leaves_key = bool(rules) and all(rule.key_property for rule in rules)
    return replace(
        full_manifest(),
        streams=tuple(
            StreamSpec(
                name=profile.stream,
                kinds=tuple(dict.fromkeys(rule.kind for rule in profile.record)),
                poll_seconds=profile.poll_seconds,
            )
            for profile in profiles.values()
        ),
        verbs=tuple(dict.fromkeys(rule.verb for rule in rules)),
        idempotency=IdempotencyLevel.C if leaves_key else IdempotencyLevel.D,
    )


def parse_profile(text: str, name: str) -> ServiceProfile:
    """A service profile from the text of its file.

    Raises:
        BadInputError: a setting is missing, unknown or wrong.
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), ServiceProfile)
        ZoneInfo(profile.timezone)
        groups = {rule.verb: set(re.compile(rule.target).groupindex) for rule in profile.command}
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ZoneInfoNotFoundError, ValueError) as error:
        raise _bad(name, f"{error}") from error
    except re.error as error:
        raise _bad(name, f"a target is no pattern: {error}") from error
    known = {stream.name: stream.kinds for stream in full_manifest().streams}
    if profile.stream not in known:
        raise _bad(name, f"there is no stream {profile.stream!r}, only {', '.join(known)}")
    if profile.follow == "stamp" and not profile.stamp:
        raise _bad(name, "it follows a stamp and names none")
    strange = sorted(set(groups) - set(ACTION_BY_VERB))
    if strange:
        raise _bad(name, f"there is no verb {strange[0]!r}, only {', '.join(ACTION_BY_VERB)}")
    keyless = sorted(verb for verb, found in groups.items() if not found)
    if keyless:
        raise _bad(name, f"the target of {keyless[0]} names no key, as (?P<SalesOrder>.+) does")
    check_rules(name, profile.record, known[profile.stream])
    return profile


def load_profiles(folder: Path) -> dict[str, ServiceProfile]:
    """Every ``*.toml`` of a folder, by stream.

    Raises:
        UnavailableError: the folder cannot be read.
        BadInputError: a profile cannot be used, there is none, or two are of one stream or verb.
    """
    try:
        texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(
            what=f"The service profiles in {folder} cannot be read: {error}.", remedy="Check that folder."
        ) from error
    profiles = [parse_profile(text, name) for name, text in texts.items()]
    if not profiles:
        raise BadInputError(
            what=f"There is no service profile in {folder}.", remedy="docs/sources.md shows one."
        )
    found = {profile.stream: profile for profile in profiles}
    verbs = [rule.verb for profile in profiles for rule in profile.command]
    if len(found) != len(profiles) or len(set(verbs)) != len(verbs):
        raise BadInputError(
            what=f"Two service profiles in {folder} are for the same stream or verb.", remedy="Drop one."
        )
    return found


def _bad(name: str, why: str) -> BadInputError:
    return BadInputError(
        what=f"The service profile {name} cannot be used: {why}.",
        remedy="Compare it with the example in docs/sources.md.",
    )
