"""What one decision chooses from: ways to get units of a line, and services that carry them off.

A *way* is goods of a line at a node from a day on: stock there, inbound supply, a transfer, an expedited
supply or a substitute. A *service* leaves a node for the customer with a price and a transit time. Money is
integer cents, weight integer grams, days count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from domain.checks import require, require_text
from optimization.bounds import (
    MAX_CENTS,
    MAX_DAY_DISTANCE,
    MAX_DAYS,
    MAX_GRAMS,
    MAX_OBJECTIVE_CENTS,
    MAX_TRANSIT_DAYS,
    MAX_UNITS,
    require_known,
    require_range,
    require_unique,
)
from optimization.canonical import digest_of

GRAMS_PER_KG = 1_000
MOST_LINES, MOST_WAYS, MOST_SERVICES = 60, 400, 60


class WayKind(StrEnum):
    """How the goods of a way come to be there."""

    SHIP = "ship"
    WAIT = "wait"
    REALLOCATE = "reallocate"
    TRANSFER = "transfer"
    EXPEDITE = "expedite"
    SUBSTITUTE = "substitute"


#: Ways that change nothing of today's plan.
PLANNED = frozenset({WayKind.SHIP, WayKind.WAIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """A line in question: units, weight, and what a unit costs late (a day) or not at all."""

    line_id: str
    quantity: int
    unit_grams: int
    unfilled_cents_per_unit: int
    late_cents_per_unit_day: int = 0

    def __post_init__(self) -> None:
        """Refuse a line for nothing and impossible prices."""
        name = f"line {self.line_id}"
        require_text(self.line_id, "line_id")
        require_range(self.quantity, 1, MAX_UNITS, f"{name} quantity")
        require_range(self.unit_grams, 0, MAX_GRAMS, f"{name} unit_grams")
        require_range(self.unfilled_cents_per_unit, 0, MAX_CENTS, f"{name} unfilled_cents_per_unit")
        require_range(self.late_cents_per_unit_day, 0, MAX_CENTS, f"{name} late_cents_per_unit_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Units of a line that can leave ``node_id`` from ``ready_day`` on.

    ``unit_cents`` is the extra of a unit (substitution, transfer freight), ``fixed_cents`` is paid once if
    any unit takes the way (an expedite fee, a transfer order). Ways with the same ``pool_id`` draw on the
    same goods, of which there are ``units`` (the largest given counts).
    """

    way_id: str
    line_id: str
    kind: WayKind
    node_id: str
    ready_day: int
    units: int
    unit_cents: int = 0
    fixed_cents: int = 0
    pool_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a way without units and negative prices."""
        name = f"way {self.way_id}"
        require_text(self.way_id, "way_id")
        require_text(self.node_id, f"{name} node_id")
        require_range(self.ready_day, 0, MAX_DAYS, f"{name} ready_day")
        require_range(self.units, 1, MAX_UNITS, f"{name} units")
        require_range(self.unit_cents, 0, MAX_CENTS, f"{name} unit_cents")
        require_range(self.fixed_cents, 0, MAX_CENTS, f"{name} fixed_cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A carrier's service from a node to the customer; ``current`` is the one booked today.

    ``pickup_days`` are the days on which it leaves (empty: any day).
    """

    service_id: str
    node_id: str
    fixed_cents: int
    cents_per_kg: int
    transit_days: int
    pickup_days: tuple[int, ...] = ()
    current: bool = False

    def __post_init__(self) -> None:
        """Refuse negative prices and times."""
        name = f"service {self.service_id} from {self.node_id}"
        require_text(self.service_id, "service_id")
        require_text(self.node_id, f"{name} node_id")
        require_range(self.fixed_cents, 0, MAX_CENTS, f"{name} fixed_cents")
        require_range(self.cents_per_kg, 0, MAX_CENTS, f"{name} cents_per_kg")
        require_range(self.transit_days, 0, MAX_TRANSIT_DAYS, f"{name} transit_days")
        for day in self.pickup_days:
            require_range(day, 0, MAX_DAYS, f"{name} pickup_days")


@dataclass(frozen=True, kw_only=True)
class DecisionProblem:
    """One order (or the part of it that a case is about) and everything that may be done for it.

    ``promised_day`` is an arrival day; ``last_ship_day`` the last on which anything may leave.
    """

    order_id: str
    promised_day: int
    max_shipments: int
    ship_complete: bool
    last_ship_day: int
    lines: tuple[DecisionLine, ...]
    ways: tuple[Way, ...]
    services: tuple[Service, ...]
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Bring the rows into canonical order and refuse what cannot be true."""
        require_text(self.order_id, "order_id")
        name = f"order {self.order_id}"
        require_range(self.promised_day, -MAX_DAY_DISTANCE, MAX_DAY_DISTANCE, f"{name} promised_day")
        require_range(self.max_shipments, 1, MAX_UNITS, f"{name} max_shipments")
        require_range(self.last_ship_day, 0, MAX_DAYS, f"{name} last_ship_day")
        object.__setattr__(self, "lines", tuple(sorted(self.lines, key=lambda line: line.line_id)))
        object.__setattr__(self, "ways", tuple(sorted(self.ways, key=lambda way: way.way_id)))
        services = sorted(self.services, key=lambda service: (service.node_id, service.service_id))
        object.__setattr__(self, "services", tuple(services))
        require(len(self.lines) > 0, f"{name} has no lines.")
        require(len(self.lines) <= MOST_LINES, f"{name} has more than {MOST_LINES} lines.")
        require(len(self.ways) <= MOST_WAYS, f"{name} has more than {MOST_WAYS} ways.")
        require(len(self.services) <= MOST_SERVICES, f"{name} has more than {MOST_SERVICES} services.")
        require_unique((line.line_id for line in self.lines), "line")
        require_unique((way.way_id for way in self.ways), "way")
        require_unique(((s.node_id, s.service_id) for s in self.services), "service")
        known = {line.line_id for line in self.lines}
        for way in self.ways:
            require_known(way.line_id, known, f"way {way.way_id} line")
        self._check_size()

    def _check_size(self) -> None:
        """Refuse numbers whose worst sum could not be held exactly."""
        late_days = self.last_ship_day + MAX_TRANSIT_DAYS + max(0, -self.promised_day)
        rate = max((service.cents_per_kg for service in self.services), default=0)
        worst = sum(way.fixed_cents for way in self.ways)
        worst += sum(service.fixed_cents for service in self.services) * (self.last_ship_day + 1)
        for line in self.lines:
            unit = line.unfilled_cents_per_unit + late_days * line.late_cents_per_unit_day
            unit += line.unit_grams * rate // GRAMS_PER_KG + 1
            unit += max((way.unit_cents for way in self.ways if way.line_id == line.line_id), default=0)
            worst += unit * line.quantity
            require(worst <= MAX_OBJECTIVE_CENTS, f"line {line.line_id} quantity times prices is too large.")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: equal problems have equal digests."""
        return digest_of(self)


def freight_cents_per_unit(line: DecisionLine, service: Service) -> int:
    """The kilograms of a unit at a service's rate, rounded half to even."""
    whole, rest = divmod(line.unit_grams * service.cents_per_kg, GRAMS_PER_KG)
    up = 2 * rest > GRAMS_PER_KG or (2 * rest == GRAMS_PER_KG and whole % 2 == 1)
    return whole + int(up)
