"""What a scenario changes in its baseline: frozen values that refuse what cannot be meant.

Nodes, carriers, services, zones and customers are the ids of the instance; days are its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from domain.checks import require, require_text
from domain.errors import BadInputError
from optimization.bounds import MAX_DAYS, require_range, require_unique

MAX_ID = 2**31 - 1
MAX_PERCENT = 1_000
FIRST_DAY = 0
LAST_DAY = MAX_DAYS - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeClosed:
    """A node ships nothing from one day to another, both included."""

    node: int
    first_day: int = FIRST_DAY
    last_day: int = LAST_DAY

    def __post_init__(self) -> None:
        """Refuse days in the wrong order."""
        require_range(self.node, 0, MAX_ID, "closed node")
        _require_days(self.first_day, self.last_day, f"closure of node {self.node}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierDown:
    """A carrier picks up nothing from one day to another, both included."""

    carrier: int
    first_day: int = FIRST_DAY
    last_day: int = LAST_DAY

    def __post_init__(self) -> None:
        """Refuse days in the wrong order."""
        require_range(self.carrier, 0, MAX_ID, "carrier down")
        _require_days(self.first_day, self.last_day, f"outage of carrier {self.carrier}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneDown:
    """Nothing goes from a node to a zone (a backlog) or with a service (a rebooking)."""

    node: int
    zone: int | None = None
    service: int | None = None

    def __post_init__(self) -> None:
        """Refuse a lane without its other end."""
        require_range(self.node, 0, MAX_ID, "lane node")
        require((self.zone is None) != (self.service is None), "A lane needs a zone or a service, not both.")
        require_range(self.zone if self.service is None else self.service, 0, MAX_ID, "lane end")  # type: ignore[arg-type]  # exactly one of the two is given


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSurge:
    """So many percent more demand, everywhere or at one node (a rebooking) or zone (a backlog)."""

    percent: int
    node: int | None = None
    zone: int | None = None

    def __post_init__(self) -> None:
        """Refuse a surge of nothing."""
        require_range(self.percent, 1, MAX_PERCENT, "surge percent")
        require(self.node is None or self.zone is None, "A surge is at a node or in a zone, not both.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDelayed:
    """What is to arrive at a node comes later: inbound stock, or shipments ready for pickup."""

    node: int
    days: int

    def __post_init__(self) -> None:
        """Refuse a delay of nothing."""
        require_range(self.node, 0, MAX_ID, "delayed node")
        require_range(self.days, 1, MAX_DAYS, "delay days")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged:
    """Penalties of a customer (a rebooking) or a priority (a backlog) times a percentage."""

    percent: int
    customer: int | None = None
    priority: int | None = None

    def __post_init__(self) -> None:
        """Refuse a change that names nobody."""
        require_range(self.percent, 0, MAX_PERCENT, "priority percent")
        one = (self.customer is None) != (self.priority is None)
        require(one, "A changed priority needs a customer or a priority, not both.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersWeighed:
    """Penalties of some orders of a backlog times a percentage: those of one customer, say."""

    percent: int
    orders: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse a change that names no order, or one twice."""
        require_range(self.percent, 0, MAX_PERCENT, "weighed orders percent")
        require(bool(self.orders), "No order is weighed.")
        for order in self.orders:
            require_range(order, 0, MAX_ID, "weighed order")
        require_unique(self.orders, "weighed order")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """Other rules: no premium freight, changes at another price, other limits of splitting."""

    premium_allowed: bool = True
    change_percent: int = 100
    max_shipments: int | None = None
    ship_complete: bool | None = None

    def __post_init__(self) -> None:
        """Refuse a limit that allows nothing."""
        require_range(self.change_percent, 0, MAX_PERCENT, "policy change_percent")
        if self.max_shipments is not None:
            require_range(self.max_shipments, 1, MAX_DAYS, "policy max_shipments")


Override: TypeAlias = (
    NodeClosed
    | CarrierDown
    | LaneDown
    | DemandSurge
    | SupplyDelayed
    | PriorityChanged
    | OrdersWeighed
    | PolicyChanged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A name and what is different; overrides apply in the order given."""

    name: str
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a nameless scenario and an override given twice."""
        require_text(self.name, "scenario name")
        require_unique(self.overrides, f"scenario {self.name} override")


def not_here(override: Override, kind: str) -> BadInputError:
    """The refusal of an override that the kind of baseline knows nothing of."""
    return BadInputError(
        what=f"{type(override).__name__} does not fit a {kind}.", remedy="Leave it out of this scenario."
    )


def require_member(value: int, count: int, name: str) -> None:
    """Refuse an id that the baseline does not have."""
    require_range(value, 0, count - 1, name)


def _require_days(first: int, last: int, name: str) -> None:
    require_range(first, FIRST_DAY, LAST_DAY, f"{name} first_day")
    require_range(last, first, LAST_DAY, f"{name} last_day")
