"""What goods that came or were made of others do to stock and purchase orders that were pushed before.

A position says what stands there at an instant. What happens after that instant is added to it, whichever of
the two comes first; what happened before is in it already. A position without an instant counts all that came
before it. What is moved where no position is known is left to the position, when that comes.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.epcis.mapping import Movement
from domain.ids import EntityKind, EntityRef, ItemId, NodeId
from domain.inventory import InboundSupply, InventoryPosition
from domain.records import Entity, ref_of

Counted = InventoryPosition | InboundSupply
#: Finds a record as it is now, and since when it is told so, where that was said.
Present = Callable[[EntityRef], tuple[Entity | None, datetime | None]]
#: What a line of the feed remembers of the book: a word and what belongs to it.
Fact = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Move:
    at: datetime
    quantity: int


@dataclass(slots=True)
class StockBook:
    """The movements that no record counts by itself yet, by record and event, and where items stand.

    ``facts`` is what was noted since the book (or its draft) was opened, to be remembered and replayed.
    """

    facts: list[Fact] = field(default_factory=list)
    _moves: MutableMapping[EntityRef, dict[str, _Move]] = field(default_factory=dict)
    _withdrawn: MutableMapping[str, None] = field(default_factory=dict)
    _meant: MutableMapping[tuple[str, ...], EntityRef | None] = field(default_factory=dict)

    def draft(self) -> StockBook:
        """A book to try things on; this one stays as it is."""
        return StockBook(
            [], ChainMap({}, self._moves), ChainMap({}, self._withdrawn), ChainMap({}, self._meant)
        )

    def knows(self, entity: Entity) -> None:
        """Note which item a record is of, and where or in which order; of two alike neither is meant."""
        if isinstance(entity, Counted):
            key, ref = _key_of(entity), ref_of(entity)
            self._meant[key] = ref if self._meant.get(key, ref) == ref else None

    def told(self, entity: Entity, at: datetime | None) -> Entity:
        """A record as it was told, with what is known to have happened since the instant it was so."""
        if not isinstance(entity, Counted):
            return entity
        self.knows(entity)
        ref = ref_of(entity)
        if self._moves.get(ref):
            self._note(["told", ref.kind.value, ref.entity_id, at.isoformat() if at else ""])
        for move in self._moves.get(ref, {}).values():
            entity = _moved(entity, move.quantity, move.at)
        return entity

    def move(self, movement: Movement, present: Present) -> Iterator[Entity]:
        """The records that a movement changes, as they are after it; an event counts once."""
        if movement.event_id in self._withdrawn:
            return
        key = f"{movement.event_id}\n{movement.item_id}"
        for ref in self._meant_by(movement):
            before, since = present(ref)
            counted = key in self._moves.get(ref, {}) or (since is not None and movement.happened_at <= since)
            if not counted and isinstance(before, Counted) and before.item_id == movement.item_id:
                at = movement.happened_at
                self._note(["moved", ref.kind.value, ref.entity_id, key, at.isoformat(), movement.quantity])
                yield _moved(before, movement.quantity, at)

    def withdraw(self, event_id: str, present: Present) -> Iterator[Entity]:
        """The records that an event changed, as they are without it; if it comes later it counts no more."""
        changed = [
            (ref, move)
            for ref, moves in self._moves.items()
            for key, move in moves.items()
            if key.partition("\n")[0] == event_id
        ]
        self._note(["withdrawn", event_id])
        for ref, move in changed:
            before, _ = present(ref)
            if isinstance(before, Counted):
                yield _moved(before, -move.quantity, None)

    def replay(self, facts: Iterable[Fact]) -> None:
        """Take what was noted before, in its order."""
        for fact in facts:
            self._take(fact)

    def standing(self) -> list[Fact]:
        """What is still needed of all that was noted."""
        return [
            *(["withdrawn", event_id] for event_id in self._withdrawn),
            *(
                ["moved", ref.kind.value, ref.entity_id, key, move.at.isoformat(), move.quantity]
                for ref, moves in self._moves.items()
                for key, move in moves.items()
            ),
        ]

    def _meant_by(self, movement: Movement) -> list[EntityRef]:
        item_id = movement.item_id
        keys = [_at_place(item_id, movement.node_id)]
        if movement.order_number:
            keys.append(_in_order(item_id, movement.order_number))
        return [ref for ref in map(self._meant.get, keys) if ref is not None]

    def _note(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._take(fact)

    def _take(self, fact: Fact) -> None:
        word, *more = fact
        if word == "withdrawn":
            self._withdrawn[more[0]] = None
            for ref in list(self._moves):
                self._keep(ref, lambda key, _: key.partition("\n")[0] != more[0])
            return
        kind, entity_id, *what = more
        ref = EntityRef(kind=EntityKind(kind), entity_id=entity_id)
        if word == "moved":
            key, at, quantity = what
            self._moves[ref] = self._moves.get(ref, {}) | {key: _Move(datetime.fromisoformat(at), quantity)}
        else:
            since = datetime.fromisoformat(what[0]) if what[0] else None
            self._keep(ref, lambda _, move: since is not None and move.at > since)

    def _keep(self, ref: EntityRef, wanted: Callable[[str, _Move], bool]) -> None:
        moves = self._moves.get(ref, {})
        kept = {key: move for key, move in moves.items() if wanted(key, move)}
        if len(kept) < len(moves):
            self._moves[ref] = kept


def _key_of(record: Counted) -> tuple[str, ...]:
    if isinstance(record, InventoryPosition):
        return _at_place(record.item_id, record.node_id)
    return _in_order(record.item_id, record.number)


def _at_place(item_id: ItemId, node_id: NodeId) -> tuple[str, ...]:
    return "at", item_id, node_id


def _in_order(item_id: ItemId, number: str) -> tuple[str, ...]:
    return "in", item_id, number


def _moved(record: Counted, quantity: int, received_at: datetime | None) -> Counted:
    if isinstance(record, InventoryPosition):
        return replace(record, on_hand_quantity=record.on_hand_quantity + quantity)
    total = record.received_quantity + quantity
    return replace(record, received_quantity=total, received_at=received_at or record.received_at)
