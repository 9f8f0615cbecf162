"""The tables of an instance: shipments, options, pickup slots, weight limits and contracts.

Every table is a value of read-only int64 columns with one row per 0-based id. ``-1`` stands for
none. Weight is a whole number of one unit throughout an instance (the generator: tenths of a kg).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from domain.checks import require
from optimization.bounds import MAX_CENTS, MAX_DAY_DISTANCE, MAX_DAYS, MAX_GRAMS, MAX_UNITS
from optimization.rebooking.columns import IntColumn, require_each, require_length, whole_numbers

NONE = -1
MAX_ROWS = 2**31 - 1
MAX_LIMIT = 10**13


class _Table:
    """Reads every column as whole numbers of one length."""

    def __reduce__(self) -> tuple[object, ...]:
        """Travel as columns and be checked again: what arrives cannot be written to either."""
        return _rebuild, (type(self), {field.name: getattr(self, field.name) for field in fields(self)})  # type: ignore[arg-type]  # every table is a dataclass

    def _read(self, name: str) -> int:
        """Bring the columns to int64 and give the number of rows."""
        columns: dict[str, IntColumn] = {}
        for field in fields(self):  # type: ignore[arg-type]  # every table is a dataclass
            columns[field.name] = whole_numbers(getattr(self, field.name), f"{name} {field.name}")
            object.__setattr__(self, field.name, columns[field.name])
        rows = len(next(iter(columns.values())))
        for column_name, column in columns.items():
            require_length(column, rows, f"{name} {column_name}")
        return rows


def _rebuild(kind: type[_Table], columns: dict[str, IntColumn]) -> _Table:
    return kind(**columns)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shipments(_Table):
    """What must be picked up: when it is ready, what waiting and lateness cost, how it is booked.

    ``unbooked_cents`` is the cost of leaving it for the next wave; ``rebooking_cents`` is paid with
    every option but ``current_option`` (none: the current booking is gone, and all of them pay).
    """

    node: IntColumn
    customer: IntColumn
    ready_day: IntColumn
    unbooked_cents: IntColumn
    late_cents_per_day: IntColumn
    rebooking_cents: IntColumn
    current_option: IntColumn

    def __post_init__(self) -> None:
        """Refuse negative money and impossible days."""
        self._read("shipment")
        require_each(self.node, 0, MAX_ROWS, "shipment node")
        require_each(self.customer, 0, MAX_ROWS, "shipment customer")
        require_each(self.ready_day, 0, MAX_DAY_DISTANCE, "shipment ready_day")
        require_each(self.unbooked_cents, 0, MAX_CENTS, "shipment unbooked_cents")
        require_each(self.late_cents_per_day, 0, MAX_CENTS, "shipment late_cents_per_day")
        require_each(self.rebooking_cents, 0, MAX_CENTS, "shipment rebooking_cents")


@dataclass(frozen=True, kw_only=True, eq=False)
class Options(_Table):
    """What a shipment may be booked on: a slot, its rate (accessorials in it), days late, weight used."""

    slot: IntColumn
    rate_cents: IntColumn
    late_days: IntColumn
    weight: IntColumn

    def __post_init__(self) -> None:
        """Refuse negative money, time and weight."""
        self._read("option")
        require_each(self.slot, 0, MAX_ROWS, "option slot")
        require_each(self.rate_cents, 0, MAX_CENTS, "option rate_cents")
        require_each(self.late_days, 0, 2 * MAX_DAY_DISTANCE, "option late_days")
        require_each(self.weight, 0, MAX_GRAMS, "option weight")


@dataclass(frozen=True, kw_only=True, eq=False)
class Services(_Table):
    """Carrier services: whose they are, and whether they are premium freight (1) or not (0)."""

    carrier: IntColumn
    premium: IntColumn

    def __post_init__(self) -> None:
        """Refuse an unknown kind."""
        self._read("service")
        require_each(self.carrier, 0, MAX_ROWS, "service carrier")
        require_each(self.premium, 0, 1, "service premium")


@dataclass(frozen=True, kw_only=True, eq=False)
class Slots(_Table):
    """A service that picks up at a node on a day: how many pickups, and the weight limit it counts to."""

    service: IntColumn
    node: IntColumn
    day: IntColumn
    pickups: IntColumn
    weight_limit: IntColumn

    def __post_init__(self) -> None:
        """Refuse a slot without room: what is not open has no row."""
        self._read("slot")
        require_each(self.service, 0, MAX_ROWS, "slot service")
        require_each(self.node, 0, MAX_ROWS, "slot node")
        require_each(self.day, 0, MAX_DAYS - 1, "slot day")
        require_each(self.pickups, 1, MAX_UNITS, "slot pickups")
        require_each(self.weight_limit, NONE, MAX_ROWS, "slot weight_limit")


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightLimits(_Table):
    """The weight that the slots of one carrier and day may carry together."""

    carrier: IntColumn
    day: IntColumn
    limit: IntColumn

    def __post_init__(self) -> None:
        """Refuse a limit of nothing: such a day has no slots."""
        self._read("weight limit")
        require_each(self.carrier, 0, MAX_ROWS, "weight limit carrier")
        require_each(self.day, 0, MAX_DAYS - 1, "weight limit day")
        require_each(self.limit, 1, MAX_LIMIT, "weight limit limit")


@dataclass(frozen=True, kw_only=True, eq=False)
class Contracts(_Table):
    """Shipments promised to a carrier over the horizon, and the price of each one missing."""

    carrier: IntColumn
    minimum_shipments: IntColumn
    shortfall_cents: IntColumn

    def __post_init__(self) -> None:
        """Refuse a minimum of nothing, a negative price and a second contract with a carrier."""
        self._read("contract")
        require_each(self.carrier, 0, MAX_ROWS, "contract carrier")
        require_each(self.minimum_shipments, 1, MAX_UNITS, "contract minimum_shipments")
        require_each(self.shortfall_cents, 0, MAX_CENTS, "contract shortfall_cents")
        unique = len(np.unique(self.carrier)) == len(self.carrier)
        require(unique, "contract carrier is given twice.")
