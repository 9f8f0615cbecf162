"""What may stand in a ``profile.toml``: names, types and bounds, checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

WorldSize = Literal["tiny", "ci", "demo"]
Kind = Literal["demo", "connected"]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class WorldTable(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``[world]``."""

    seed: int
    size: WorldSize
    speed: Positive
    start: Annotated[datetime, msgspec.Meta(tz=True)]


class HubTable(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``[hub]``."""

    url: str


class PoliciesTable(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``[policies]``."""

    folder: Text


class IdentityTable(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``[[identity]]``."""

    user: Text
    name: Text
    role: Text


class SourceTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[source]]``; what else stands there are the connector's own settings."""

    name: Text
    system: Text
    url: str
    poll_seconds: Positive = 30
    secret: str = ""


class ProfileTable(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The whole file."""

    name: Text
    kind: Kind
    title: str = ""
    demo_pin: str = ""
    encrypt: bool | None = None
    hub: HubTable | None = None
    world: WorldTable | None = None
    policies: PoliciesTable | None = None
    source: tuple[dict[str, Any], ...] = ()
    identity: tuple[IdentityTable, ...] = ()


def profile_table(raw: Mapping[str, Any]) -> ProfileTable:
    """The file as checked values.

    Raises:
        ValueError: a setting is missing, unknown or of the wrong type; the message says which and where.
    """
    return msgspec.convert(raw, ProfileTable)


def source_table(raw: Mapping[str, Any]) -> tuple[SourceTable, tuple[tuple[str, str], ...]]:
    """One source, and its connector's own settings as text to text.

    Raises:
        ValueError: as for :func:`profile_table`.
    """
    try:
        table = msgspec.convert(raw, SourceTable)
    except msgspec.ValidationError as error:
        raise ValueError(str(error).replace("`$", "`$.source", 1)) from error
    known = SourceTable.__struct_fields__
    return table, tuple(sorted((key, str(value)) for key, value in raw.items() if key not in known))
