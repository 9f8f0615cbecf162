"""Whether two runs of one world agree again: the same conditions hold in both, look after look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from connectors.world.truth.observer import Identity, Spell


class Agreement:
    """Compares a run with the spells of another one, at moments that only go forward."""

    def __init__(self, spells: Sequence[Spell]) -> None:
        """Compare with ``spells``."""
        self._begins = sorted(spells, key=lambda spell: spell.onset)
        self._ends = sorted(
            (spell.clear, place) for place, spell in enumerate(self._begins) if spell.clear is not None
        )
        self._begun = self._ended = 0
        self._there: dict[Identity, int] = {}
        self._since: datetime | None = None

    def lasted(self, held: Collection[Identity], at: datetime) -> timedelta:
        """For how long the conditions that hold here have been the ones that hold there."""
        while self._begun < len(self._begins) and self._begins[self._begun].onset <= at:
            self._there[self._begins[self._begun].identity] = self._begun
            self._begun += 1
        while self._ended < len(self._ends) and self._ends[self._ended][0] <= at:
            place = self._ends[self._ended][1]
            identity = self._begins[place].identity
            if self._there.get(identity) == place:
                del self._there[identity]
            self._ended += 1
        if len(held) != len(self._there) or any(identity not in self._there for identity in held):
            self._since = None
            return timedelta()
        self._since = self._since or at
        return at - self._since
