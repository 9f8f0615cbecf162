"""Watching a world while it runs: which conditions hold now, and from when to when each has held."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.world.state import PORTAL_STREAM, STREAM_OF_KIND, WorldState
from connectors.world.truth.books import Books, Change
from connectors.world.truth.stages import WATCHES
from connectors.world.truth.stakes import Stake, stake_of
from connectors.world.truth.supply_cover import Cover
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.world.truth.watch import Claim, Kind, Wake

Identity = tuple[str, str]
NO_STAKE = Stake()
ROUNDS_FROM = datetime(2000, 1, 1, tzinfo=UTC)
STREAMS = tuple(sorted({*STREAM_OF_KIND.values(), PORTAL_STREAM}))


@dataclass(frozen=True, slots=True)
class Spell:
    """A condition held from ``onset`` until ``clear``; ``None`` when it still does.

    ``stake`` is what it touched, where the observer was asked for it.
    """

    code: str
    entity: str
    onset: datetime
    clear: datetime | None
    stake: Stake = NO_STAKE

    @property
    def identity(self) -> Identity:
        """The code and what it is about."""
        return self.code, self.entity


class Observer:
    """Looks at a world again and again; each look costs what changed since the last one."""

    def __init__(self, state: WorldState, *, appraises: bool = False) -> None:
        """Watch ``state``; nothing is seen before the first look. ``appraises`` notes what is at stake."""
        self._state = state
        self.books = Books(state)
        self._cover = Cover(self.books)
        self._claims: list[dict[str, tuple[Claim, ...]]] = [
            dict.fromkeys(watch.subjects, ()) for watch in WATCHES
        ]
        self._next_round: list[datetime | None] = [None for _ in WATCHES]
        self._timers: list[tuple[datetime, int, int, str]] = []
        self._timed = 0
        self._looked_at: datetime | None = None
        self._holding: dict[Identity, datetime] = {}
        self.books.held = self._holding
        self._ended: list[Spell] = []
        self._appraises = appraises
        self._stakes: dict[Identity, Stake] = {}
        self.first_pickup: dict[str, datetime] = {}
        self._wakes: dict[Kind, list[tuple[int, Wake]]] = {}
        for number, watch in enumerate(WATCHES):
            for kind, wake in watch.wakes.items():
                self._wakes.setdefault(kind, []).append((number, wake))

    def look(self) -> None:
        """Take in what the world is now."""
        at = self._state.now
        changes = self.books.read(STREAMS)
        for change in changes:
            if change.kind is EntityKind.SHIPMENT and change.before is None:
                self.first_pickup.setdefault(change.after.shipment_id, change.after.planned_pickup_at)
        changes += self._cover.renew(changes)
        due = self._due(changes, at)
        for number, keys in enumerate(due):
            for key in sorted(keys):
                self._judge(number, key, at)
        while self._timers and self._timers[0][0] <= at:
            _, _, number, key = heapq.heappop(self._timers)
            if key not in due[number]:
                self._settle(self._claims[number].get(key, ()), at)
        self._looked_at = at

    def holding(self) -> frozenset[tuple[str, EntityRef]]:
        """The conditions that held at the last look."""
        return frozenset((code, _ref(entity)) for code, entity in self._holding)

    def spells(self) -> list[Spell]:
        """All that has held so far, in the order of code, entity and onset."""
        still = [
            Spell(*identity, onset, None, self._stakes.get(identity, NO_STAKE))
            for identity, onset in self._holding.items()
        ]
        return sorted([*self._ended, *still], key=lambda spell: (spell.code, spell.entity, spell.onset))

    def _due(self, changes: Iterable[Change], at: datetime) -> list[set[str]]:
        """The subjects that must be judged, by watch."""
        due: list[set[str]] = [set() for _ in WATCHES]
        for change in changes:
            for number, wake in self._wakes.get(change.kind, ()):
                due[number].update(wake(self.books, change))
        for number, watch in enumerate(WATCHES):
            if watch.every is None:
                continue
            coming = self._next_round[number]
            if coming is None or coming <= at:
                due[number].update(self._claims[number])
                # Rounds are at full hours and parts of them, whenever the observer came.
                self._next_round[number] = at - (at - ROUNDS_FROM) % watch.every + watch.every
        return due

    def _judge(self, number: int, key: str, at: datetime) -> None:
        claims = tuple(WATCHES[number].judge(self.books, key, at))
        old = self._claims[number].get(key, ())
        keeps_round = WATCHES[number].every is not None
        if not claims and not old and not keeps_round:
            return
        if claims or keeps_round:
            self._claims[number][key] = claims
        else:
            del self._claims[number][key]
        stated = {claim.identity for claim in claims}
        for claim in old:
            if claim.identity not in stated:
                self._end(claim, at)
        self._settle(claims, at)
        for claim in claims:
            for moment in (claim.since, claim.until):
                if moment is not None and moment > at:
                    self._timed += 1
                    heapq.heappush(self._timers, (moment, self._timed, number, key))

    def _settle(self, claims: Iterable[Claim], at: datetime) -> None:
        """Let claims hold whose time has come, and end those whose time is over."""
        for claim in claims:
            begun = claim.since is None or claim.since <= at
            if not begun or (claim.until is not None and claim.until <= at):
                self._end(claim, at)
            elif claim.identity not in self._holding:
                onset = self._onset(claim, at)
                self._holding[claim.identity] = onset
                if self._appraises:
                    self._stakes[claim.identity] = stake_of(self.books, claim, at)

    def _onset(self, claim: Claim, at: datetime) -> datetime:
        """Its own time if that lies between the last look and this one; else it was only just made so."""
        if claim.since is None or self._looked_at is None or claim.since <= self._looked_at:
            return at
        return claim.since

    def _end(self, claim: Claim, at: datetime) -> None:
        onset = self._holding.pop(claim.identity, None)
        if onset is not None:
            clear = at if claim.until is None else min(at, claim.until)
            stake = NO_STAKE
            if self._appraises:
                stake = self._stakes.pop(claim.identity).joined(stake_of(self.books, claim, at))
            self._ended.append(Spell(*claim.identity, onset, max(onset, clear), stake))


def observe(state: WorldState) -> frozenset[tuple[str, EntityRef]]:
    """The conditions that hold in a world now, judged from nothing; its clock is the moment."""
    observer = Observer(state)
    observer.look()
    return observer.holding()


def _ref(entity: str) -> EntityRef:
    kind, _, entity_id = entity.partition("/")
    return EntityRef(kind=EntityKind(kind), entity_id=entity_id)
