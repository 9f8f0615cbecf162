"""How large a document may be: what is beyond is refused before it costs time or memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one file."""

    file_bytes: int = 4 * 1024 * 1024
    segments: int = 50_000
    elements_of_segment: int = 128
    element_characters: int = 2_000
    interchanges: int = 100
    hierarchy_depth: int = 8


LIMITS = Limits()
