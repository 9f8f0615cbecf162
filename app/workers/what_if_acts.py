"""What the sync worker does for the What-if page: it alone signs, and it alone writes the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services.recommend.mirror_facts import MirrorFacts
from app.services.what_if.promote import PromoteRoom, promote_line
from app.services.what_if.share import write_shared
from app.workers.what_if_wishes import Promoted, PromoteMoves, ShareScenario
from domain.errors import TowerError

if TYPE_CHECKING:
    from app.tower import Tower


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
