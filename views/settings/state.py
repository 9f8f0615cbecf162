"""What the settings page shows of the program and its surroundings; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part the program is made of: its version and under which licence it is used."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsShown:
    """The desk in names and values, the parts of the program, and a text for whoever has to help.

    ``diagnostics`` holds counts, versions and states; no order, customer, price or secret.
    """

    version: str
    desk: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    notice: str
    diagnostics: str
