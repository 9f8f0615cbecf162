"""How conditions are watched: what is judged together, what makes it be judged anew, what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from connectors.world.truth.books import Books, Change
from connectors.world.truth.shortages import Derived
from domain.ids import EntityKind


@dataclass(slots=True)
class Claim:
    """A condition that holds of a record from ``since`` until ``until``, if nothing changes meanwhile.

    ``since`` may lie ahead, for what time alone makes wrong; ``None`` is from the moment it is seen.
    """

    code: str
    kind: EntityKind
    entity_id: str
    since: datetime | None = None
    until: datetime | None = None
    identity: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Name the condition by its code and what it is about."""
        self.identity = (self.code, self.kind + "/" + self.entity_id)


Kind = EntityKind | Derived
Wake = Callable[[Books, Change], Iterable[str]]
Judge = Callable[[Books, str, datetime], Iterable[Claim]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Subjects that are judged as a whole, each named by a key.

    ``wakes`` tells by the kind of a changed record which subjects it concerns; ``every`` has all
    subjects seen so far, and those named from the start, judged again at that pace, for what depends
    on the hour in many ways.
    """

    name: str
    judge: Judge
    wakes: Mapping[Kind, Wake]
    every: timedelta | None = None
    subjects: tuple[str, ...] = ()


def each(keys: Callable[[Books, Any], Iterable[str | None]]) -> Wake:
    """A wake that names the keys of what the record was and of what it is."""

    def wake(books: Books, change: Change) -> Iterable[str]:
        return {key for record in change.both() for key in keys(books, record) if key}

    return wake


def by(field: str) -> Wake:
    """A wake that names what one field of the record names, or did before."""
    read = attrgetter(field)

    def wake(_books: Books, change: Change) -> Iterable[str]:
        if change.after is None:
            return (read(change.before),)
        key = read(change.after)
        if change.before is None or read(change.before) == key:
            return (key,)
        return (read(change.before), key)

    return wake


def when_changed(fields: tuple[str, ...], wake: Wake) -> Wake:
    """A wake that sleeps through changes of other fields than these."""

    def narrowed(books: Books, change: Change) -> Iterable[str]:
        if (
            change.before is not None
            and change.after is not None
            and all(getattr(change.before, name) == getattr(change.after, name) for name in fields)
        ):
            return ()
        return wake(books, change)

    return narrowed
