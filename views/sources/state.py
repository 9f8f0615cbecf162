"""What the sources page shows besides the domain's ``SourceHealth``; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """One record that could not be understood, kept so that it can be retried; ``raw`` is how it came."""

    quarantine_id: str
    source: str
    stream: str
    external_id: str
    code: str
    message: str
    observed_at: datetime
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettingsRow:
    """How a source is reached; ``secret`` names its credential, ``options`` are the connector's own."""

    source: str
    system: str
    address: str
    poll_seconds: int
    secret: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesShown:
    """The settings of all sources, and by name where this desk keeps secrets.

    ``why_fixed`` says why they cannot be changed here; empty where they can.
    """

    settings: tuple[SourceSettingsRow, ...]
    secrets: str
    why_fixed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTested:
    """Whether a system answered when it was asked, and why not."""

    source: str
    reachable: bool
    why: str
