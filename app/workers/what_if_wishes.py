"""What the window asks of the sync worker for the What-if page, and what it hears: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from domain.planned_moves import LineMove, ScenarioEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteMoves:
    """Sign a proposal of each move as ``user``; one that cannot be is named, the others go on."""

    moves: tuple[LineMove, ...]
    evidence: ScenarioEvidence
    user: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareScenario:
    """Sign a document as ``user`` and write it to a file."""

    document: bytes
    path: Path
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """What became of the moves: line and why not (empty: it was proposed)."""

    lines: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> tuple[str, Literal["ok", "warning"]]:
        """How many were proposed and how many not, and whether that is well."""
        refused = [why for _, why in self.lines if why]
        done = len(self.lines) - len(refused)
        if refused:
            return f"{done} proposed and signed, {len(refused)} refused. The first: {refused[0]}", "warning"
        return f"{done} proposed and signed.", "ok"
