"""Profiles of SQL sources as data: one SELECT a stream, and which column is which field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.field_rules import Habits, Text
from connectors.protocol import Manifest, StreamSpec, parse_manifest
from connectors.row_records import RecordRule, check_rules
from domain.errors import BadInputError, UnavailableError

_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.DOTALL)


class ViewProfile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One SELECT as one stream.

    ``key`` are the columns that tell its rows apart, ``stamp`` the column with the time of the last change;
    without one everything is read each time. ``overlap_seconds`` are read again, for rows committed late.
    """

    stream: Text
    select: Text
    key: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    record: Annotated[tuple[RecordRule, ...], msgspec.Meta(min_length=1, max_length=1)]
    stamp: str = ""
    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 120
    timezone: str = "UTC"
    poll_seconds: Annotated[int, msgspec.Meta(ge=1)] = 60

    @property
    def habits(self) -> Habits:
        """How the database writes times that say no zone."""
        return Habits(zone=ZoneInfo(self.timezone))


@cache
def full_manifest() -> Manifest:
    """What a database can carry at most."""
    return parse_manifest(Path(__file__).with_name("manifest.toml").read_text(encoding="utf-8"))


def manifest_of(profiles: Mapping[str, ViewProfile]) -> Manifest:
    """What the SELECTs of a site offer."""
    streams = tuple(
        StreamSpec(
            name=profile.stream,
            kinds=tuple(dict.fromkeys(rule.kind for rule in profile.record)),
            poll_seconds=profile.poll_seconds,
        )
        for profile in profiles.values()
    )
    return replace(full_manifest(), streams=streams)


def parse_profile(text: str, name: str) -> ViewProfile:
    """A view profile from the text of its file.

    Raises:
        BadInputError: a setting is missing, unknown or wrong, or the statement is not one SELECT.
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), ViewProfile)
        ZoneInfo(profile.timezone)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ZoneInfoNotFoundError, ValueError) as error:
        raise _bad(name, f"{error}") from error
    known = {stream.name: stream.kinds for stream in full_manifest().streams}
    if profile.stream not in known:
        raise _bad(name, f"there is no stream {profile.stream!r}, only {', '.join(known)}")
    odd = [each for each in (*profile.key, profile.stamp) if each and not _COLUMN.fullmatch(each)]
    if odd:
        raise _bad(name, f"{odd[0]!r} is no plain column name; give it one with AS")
    why = _no_select(profile.select)
    if why:
        raise _bad(name, why)
    if any(rule.each or rule.nested for rule in profile.record):
        raise _bad(name, "rows of a database have no lists inside them")
    check_rules(name, profile.record, known[profile.stream])
    return profile


def _no_select(statement: str) -> str:
    """Why a statement is not a single SELECT; the database itself refuses to write all the same."""
    plain = _TEXTS.sub("''", _COMMENT.sub(" ", statement)).strip()
    if ";" in plain.rstrip(";"):
        return "the select holds more than one statement"
    if not re.match(r"(?i)(select|with)\b", plain):
        return "the select does not begin with SELECT or WITH"
    found = re.search(
        r"(?i)\b(insert|update|delete|merge|drop|alter|create|truncate|grant|into|call)\b", plain
    )
    return f"the select holds the word {found.group(1).upper()}" if found else ""


def load_profiles(folder: Path) -> dict[str, ViewProfile]:
    """Every ``*.toml`` of a folder, by stream.

    Raises:
        UnavailableError: the folder cannot be read.
        BadInputError: a profile cannot be used, there is none, or two are of one stream.
    """
    try:
        texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(
            what=f"The view profiles in {folder} cannot be read: {error}.", remedy="Check that folder."
        ) from error
    profiles = [parse_profile(text, name) for name, text in texts.items()]
    if not profiles:
        raise BadInputError(
            what=f"There is no view profile in {folder}.", remedy="docs/sources.md shows one."
        )
    found = {profile.stream: profile for profile in profiles}
    if len(found) != len(profiles):
        raise BadInputError(what=f"Two view profiles in {folder} are for one stream.", remedy="Drop one.")
    return found


def _bad(name: str, why: str) -> BadInputError:
    return BadInputError(
        what=f"The view profile {name} cannot be used: {why}.",
        remedy="Compare it with the example in docs/sources.md.",
    )
