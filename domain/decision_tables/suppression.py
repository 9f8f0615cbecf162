"""Which types of case keep quiet while a case of another type is open on the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.checks import require, require_text


class SuppressOn(StrEnum):
    """What the two cases must share."""

    ANY = "any"
    ORDER = "order"
    LINE = "line"
    CUSTOMER = "customer"
    ITEM = "item"
    NODE = "node"
    BIN = "bin"
    SUPPLY = "supply"
    SUPPLIER = "supplier"
    SHIPMENT = "shipment"
    CARRIER = "carrier"
    LANE = "lane"
    EVENT = "event"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Cases of ``code`` keep quiet while one of ``while_code`` is open on the same ``on``; both count."""

    code: str
    while_code: str
    on: SuppressOn

    def __post_init__(self) -> None:
        """Refuse a type that silences itself."""
        require_text(self.code, "suppressed code")
        require_text(self.while_code, "suppressing code")
        require(self.code != self.while_code, f"{self.code} suppresses itself.")


def suppression_cycle(edges: Iterable[Suppression]) -> tuple[str, ...]:
    """The codes along a cycle (the first again at the end), or nothing: a cycle would silence everybody."""
    silencers: dict[str, list[str]] = {}
    for edge in edges:
        silencers.setdefault(edge.code, []).append(edge.while_code)
    done: set[str] = set()
    for start in sorted(silencers):
        cycle = _walk(start, silencers, (), done)
        if cycle:
            return cycle
    return ()


def _walk(
    code: str, silencers: Mapping[str, list[str]], path: tuple[str, ...], done: set[str]
) -> tuple[str, ...]:
    if code in path:
        return (*path[path.index(code) :], code)
    if code in done:
        return ()
    for silencer in silencers.get(code, ()):
        cycle = _walk(silencer, silencers, (*path, code), done)
        if cycle:
            return cycle
    done.add(code)
    return ()
