"""The tower's use cases about cases and incidents, by the people who work on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.case_life import CaseLife
from app.services.incidents import Incidents

if TYPE_CHECKING:
    from app.tower import TowerParts


@dataclass(frozen=True, slots=True, kw_only=True)
class TowerCases:
    """``life`` are the moves in a case's life, ``incidents`` how cases are grouped."""

    parts: TowerParts
    life: CaseLife
    incidents: Incidents

    @classmethod
    def of(cls, parts: TowerParts) -> TowerCases:
        """The use cases of a tower."""
        return cls(
            parts=parts,
            life=CaseLife(mirror=parts.mirror, clock=parts.clock, ids=parts.ids),
            incidents=Incidents(mirror=parts.mirror, clock=parts.clock),
        )

    def note(self, case_id: str, text: str, user: str) -> None:
        """Write something down about a case.

        Raises:
            BadInputError: there is no such case.
        """
        case = self.life.case(case_id)
        with self.parts.ledger.transaction() as transaction:
            transaction.add_note(
                note_id=self.parts.ids.new_id(),
                case_id=case.case_id,
                author=user,
                body=text,
                at=self.parts.clock.now(),
            )
