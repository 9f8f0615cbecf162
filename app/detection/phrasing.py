"""Small pieces of the sentences and facts that rules write."""

from __future__ import annotations

from typing import Any

from app.store.instants import from_ms
from domain.cases import Fact
from domain.ids import EntityKind, EntityRef, SourceName

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(ms: int) -> str:
    """A day as people say it: ``Tue 24 Nov``."""
    when = from_ms(ms)
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]}"


def week_of(ms: int) -> str:
    """The ISO week of an instant, for keys: ``2026-W48``."""
    year, week, _ = from_ms(ms).isocalendar()
    return f"{year}-W{week:02}"


def money_words(cents: int) -> str:
    """An amount as people say it: ``$1,240.50``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def iso(ms: int) -> str:
    """An instant for evidence: ISO 8601, seconds, UTC."""
    return from_ms(ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def fact(
    name: str,
    value: object,
    *,
    unit: str = "",
    source: str | None = None,
    as_of_ms: int | None = None,
    entity: tuple[EntityKind, Any] | None = None,
) -> Fact:
    """One piece of evidence from plain values."""
    return Fact(
        name=name,
        value=str(value),
        unit=unit,
        source=SourceName(source) if source else None,
        as_of=None if as_of_ms is None else from_ms(as_of_ms),
        entity=EntityRef(kind=entity[0], entity_id=str(entity[1])) if entity and entity[1] else None,
    )


def distinct(values: list[Any]) -> tuple[Any, ...]:
    """Each value once, in order of first appearance, without ``None``."""
    return tuple(dict.fromkeys(value for value in values if value is not None))
