"""The network goods move through: places, nodes, lanes and carrier services."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text
from domain.ids import LaneId, NodeId, ServiceId, ZoneId

MINUTES_PER_DAY = 24 * 60
LAST_WEEKDAY = 6
MAX_LATITUDE_MICRO = 90_000_000
MAX_LONGITUDE_MICRO = 180_000_000
GRAMS_PER_KG = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on the map with its postal name; ``micro`` degrees keep the value an integer."""

    name: str
    latitude_micro: int
    longitude_micro: int
    country: str = "US"

    def __post_init__(self) -> None:
        """Refuse a point that is not on the globe."""
        require(abs(self.latitude_micro) <= MAX_LATITUDE_MICRO, f"latitude of {self.name} is out of range.")
        require(
            abs(self.longitude_micro) <= MAX_LONGITUDE_MICRO, f"longitude of {self.name} is out of range."
        )


class NodeKind(StrEnum):
    """What a node does in the network."""

    DISTRIBUTION_CENTRE = "distribution_centre"
    SUPPLIER = "supplier"
    CROSS_DOCK = "cross_dock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A ship-from site with its calendar, cut-off and daily pick capacity."""

    node_id: NodeId
    name: str
    place: Place
    kind: NodeKind = NodeKind.DISTRIBUTION_CENTRE
    timezone: str = "UTC"
    working_weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    cutoff_minute_of_day: int = 16 * 60
    pick_capacity_units_per_day: int = 10_000

    def __post_init__(self) -> None:
        """Refuse a node without a name or with an impossible calendar."""
        require_text(self.node_id, "node_id")
        require_text(self.name, "node name")
        require(
            all(0 <= day <= LAST_WEEKDAY for day in self.working_weekdays),
            "working_weekdays are 0 (Monday) to 6.",
        )
        require(0 <= self.cutoff_minute_of_day < MINUTES_PER_DAY, "cutoff_minute_of_day is outside the day.")
        require_quantity(self.pick_capacity_units_per_day, "pick_capacity_units_per_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Origin node to destination zone: transit time and what a shipment costs."""

    lane_id: LaneId
    origin_node_id: NodeId
    zone_id: ZoneId
    transit_days: int
    fixed_cost_cents: int
    rate_cents_per_kg: int

    def __post_init__(self) -> None:
        """Refuse negative times and costs."""
        require_quantity(self.transit_days, "transit_days")
        require_quantity(self.fixed_cost_cents, "fixed_cost_cents")
        require_quantity(self.rate_cents_per_kg, "rate_cents_per_kg")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierService:
    """One service of a carrier (SCAC) with its price, speed and daily pickup capacity."""

    service_id: ServiceId
    scac: str
    name: str
    transit_days: int
    fixed_cost_cents: int
    rate_cents_per_kg: int
    pickups_per_day: int = 1_000
    pickup_weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)

    def __post_init__(self) -> None:
        """Refuse a service nobody could book."""
        require_text(self.service_id, "service_id")
        require_text(self.scac, "scac")
        require_quantity(self.transit_days, "transit_days")
        require_cents(self.fixed_cost_cents, "fixed_cost_cents")
        require_quantity(self.rate_cents_per_kg, "rate_cents_per_kg")
        require_quantity(self.pickups_per_day, "pickups_per_day")

    def freight_cost_cents(self, weight_grams: int) -> int:
        """The price of a shipment by this tariff: the fixed part and every begun kilogram."""
        return self.fixed_cost_cents + self.rate_cents_per_kg * -(-weight_grams // GRAMS_PER_KG)
