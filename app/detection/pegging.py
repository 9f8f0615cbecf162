"""Pegging: which demand of one item at one node its supply covers, by plain arithmetic; pure.

Demand is served in the order given (reserved first, then customer tier, then promise date). Reserved
units take stock on hand first. Everything else takes the latest supply that still comes in time, so
that early supply is left for those who need it early. Units are whole; times are milliseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: On-hand stock is supply that is there before any promise.
_NOW_MS = -(2**62)


@dataclass(frozen=True, slots=True)
class Demand:
    """Units that a line wants from a node by a time."""

    line_id: str
    quantity: int
    reserved: bool
    promised_ms: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Units on their way in: due once, expected at ``eta_ms`` as known today."""

    supply_id: str
    quantity: int
    due_ms: int
    eta_ms: int


@dataclass(slots=True)
class ShortPeg:
    """What is missing for one line: units wanted here, units not covered, and when more may come."""

    demand: int = 0
    short: int = 0
    inbound: int = 0
    next_eta_ms: int | None = None


def shortfalls(demands: Sequence[Demand], on_hand: int, inbound: Sequence[Supply]) -> dict[str, ShortPeg]:
    """The lines that are not covered in full, with what they lack, in the order of ``demands``."""
    supplies = sorted(inbound, key=lambda supply: (supply.eta_ms, supply.supply_id))
    times = [_NOW_MS, *(supply.eta_ms for supply in supplies)]
    left = [max(0, on_hand), *(supply.quantity for supply in supplies)]
    pegs: dict[str, ShortPeg] = {}
    waiting: list[tuple[ShortPeg, int, int]] = []
    for demand in demands:
        missing = _take(demand, times, left)
        peg = pegs.setdefault(demand.line_id, ShortPeg())
        peg.demand += demand.quantity
        if missing:
            peg.short += missing
            waiting.append((peg, missing, demand.promised_ms))
            peg.inbound = sum(s.quantity for s in supplies if s.eta_ms <= demand.promised_ms)
    for peg, missing, promised_ms in waiting:
        peg.next_eta_ms = _next_eta(missing, promised_ms, times, left)
    return {line_id: peg for line_id, peg in pegs.items() if peg.short}


def waiting_for(
    supply: Supply,
    demands: Sequence[Demand],
    on_hand: int,
    inbound: Sequence[Supply],
    short: dict[str, ShortPeg],
) -> dict[str, int]:
    """Units by line that are short now and would not be, had ``supply`` come when it was due."""
    on_time = Supply(supply.supply_id, supply.quantity, supply.due_ms, supply.due_ms)
    as_planned = [on_time if other is supply else other for other in inbound]
    then = shortfalls(demands, on_hand, as_planned)
    gained = {line: peg.short - (then[line].short if line in then else 0) for line, peg in short.items()}
    return {line: units for line, units in gained.items() if units > 0}


def _take(demand: Demand, times: list[int], left: list[int]) -> int:
    missing = demand.quantity
    if demand.reserved:
        taken = min(left[0], missing)
        left[0] -= taken
        missing -= taken
    latest = bisect_right(times, demand.promised_ms) - 1
    while missing and latest >= 0:
        taken = min(left[latest], missing)
        left[latest] -= taken
        missing -= taken
        latest -= 1
    return missing


def _next_eta(missing: int, promised_ms: int, times: list[int], left: list[int]) -> int | None:
    for index in range(bisect_right(times, promised_ms), len(times)):
        taken = min(left[index], missing)
        left[index] -= taken
        missing -= taken
        if not missing:
            return times[index]
    return None
