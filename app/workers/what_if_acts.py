"""What the sync worker does for the What-if page: it alone signs, and it alone writes the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.services.recommend.mirror_facts import MirrorFacts
from app.services.what_if.promote import Evidence, LineMove, PromoteRoom, promote_line
from app.services.what_if.share import write_shared
from domain.errors import TowerError

if TYPE_CHECKING:
    from app.tower import Tower


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteMoves:
    """Sign a proposal of each move as ``user``; one that cannot be is named, the others go on."""

    moves: tuple[LineMove, ...]
    evidence: Evidence
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


def promote_moves(tower: Tower, wish: PromoteMoves) -> Promoted:
    """Propose every move by itself.

    Raises:
        CannotSignError: the person's key cannot be unlocked, so that none can be proposed.
    """
    parts = tower.parts
    where = PromoteRoom(
        facts=MirrorFacts(parts.mirror),
        case=parts.mirror.case,
        room=parts.desk.room,
        signer=parts.desk.signer(wish.user),
        new_id=parts.ids.new_id,
    )
    lines = []
    for move in wish.moves:
        try:
            promote_line(where, move, wish.evidence, wish.reason)
        except TowerError as error:
            lines.append((move.line_id, str(error)))
        else:
            lines.append((move.line_id, ""))
    return Promoted(lines=tuple(lines))


def share_scenario(tower: Tower, wish: ShareScenario) -> str:
    """Sign and write a shared scenario; gives a sentence for the person.

    Raises:
        CannotSignError: the person's key cannot be unlocked.
        UnavailableError: the file cannot be written.
    """
    write_shared(wish.document, tower.parts.desk.signer(wish.user).key, wish.path)
    return f"Shared and signed: {wish.path}. Customers and prices are masked."
