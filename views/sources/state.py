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
