"""Mapping profiles as data: which columns of which file are which fields of which record."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.field_rules import FieldRule, Habits, Text
from connectors.protocol import Manifest, parse_manifest
from domain.errors import BadInputError, UnavailableError
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND


class MappingProfile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How the files of one name pattern become records of one kind."""

    name: Text
    kind: EntityKind
    files: Text
    id: Text
    column: tuple[FieldRule, ...]
    format: Literal["csv", "xlsx"] = "csv"
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "latin-1", "cp1252", "ascii"] = "utf-8"
    sheet: str = ""
    header_row: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    timezone: str = "UTC"
    decimal_sign: Literal[".", ","] = "."
    snapshot: bool = False
    constants: dict[str, Any] = {}

    def matches(self, name: str) -> bool:
        """Whether a file of this name is one of these."""
        return fnmatchcase(name.lower(), self.files.lower())

    @property
    def habits(self) -> Habits:
        """How the file writes times and numbers."""
        return Habits(zone=ZoneInfo(self.timezone), decimal_sign=self.decimal_sign)


@cache
def own_manifest() -> Manifest:
    """What files can carry."""
    return parse_manifest(Path(__file__).with_name("manifest.toml").read_text(encoding="utf-8"))


def parse_mapping(text: str, name: str) -> MappingProfile:
    """A mapping profile from the text of its file.

    Raises:
        BadInputError: a setting is missing, unknown or wrong, or a field is not one of the record's.
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), MappingProfile)
        ZoneInfo(profile.timezone)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ZoneInfoNotFoundError, ValueError) as error:
        raise _bad(name, f"{error}") from error
    carried = {kind for stream in own_manifest().streams for kind in stream.kinds}
    if profile.kind not in carried:
        raise _bad(name, f"files do not carry {profile.kind}, only {', '.join(sorted(carried))}")
    known = set(TYPE_OF_KIND[profile.kind].__dataclass_fields__)
    filled = [rule.to.partition(".")[0] for rule in profile.column] + list(profile.constants)
    strange = sorted(set(filled) - known)
    if strange:
        fields = ", ".join(sorted(known))
        raise _bad(name, f"{profile.kind} has no field {', '.join(strange)}; it has {fields}")
    if len({rule.to for rule in profile.column}) != len(profile.column):
        raise _bad(name, "two columns fill the same field")
    return profile


def _bad(name: str, why: str) -> BadInputError:
    return BadInputError(
        what=f"The mapping profile {name} cannot be used: {why}.",
        remedy="Compare it with the example in docs/connectors.md.",
    )


def load_mappings(folder: Path) -> tuple[MappingProfile, ...]:
    """Every ``*.toml`` of a folder, by name.

    Raises:
        UnavailableError: the folder cannot be read.
        BadInputError: a profile cannot be used, there is none, or two have the same name.
    """
    try:
        texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(
            what=f"The mapping profiles in {folder} cannot be read: {error}.", remedy="Check that folder."
        ) from error
    profiles = tuple(parse_mapping(text, name) for name, text in texts.items())
    if not profiles:
        raise BadInputError(
            what=f"There is no mapping profile in {folder}.", remedy="docs/connectors.md shows one."
        )
    if len({profile.name for profile in profiles}) != len(profiles):
        raise BadInputError(what="Two mapping profiles have the same name.", remedy="Rename one.")
    return profiles
