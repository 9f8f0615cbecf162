"""A rebooking instance: shipments by options in compressed rows, the room they share, its digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np

from domain.checks import require
from optimization.rebooking.columns import IntColumn, require_each, require_length, whole_numbers
from optimization.rebooking.tables import (
    NONE,
    Contracts,
    Options,
    Services,
    Shipments,
    Slots,
    WeightLimits,
)

MAX_TOTAL_CENTS = 2**49
"""The largest sum of costs: in the unit of prices it still fits 63 bits."""


class Model(NamedTuple):
    """The arrays that kernels read, derived from the tables; ids as in the instance."""

    first: IntColumn
    slot: IntColumn
    cents: IntColumn
    weight: IntColumn
    unbooked: IntColumn
    pickups: IntColumn
    weight_limit: IntColumn
    contract: IntColumn
    limit: IntColumn
    minimum: IntColumn
    shortfall: IntColumn


@dataclass(frozen=True, kw_only=True, eq=False)
class RebookingInstance:
    """Shipments, the options of each (``first_option[j] … first_option[j + 1] - 1``), shared room.

    The options of a shipment are in the order of their slots, each slot once.
    """

    first_option: IntColumn
    shipments: Shipments
    options: Options
    slots: Slots
    services: Services
    weight_limits: WeightLimits
    contracts: Contracts
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Refuse references to what is not there and sums that could overflow."""
        object.__setattr__(self, "first_option", whole_numbers(self.first_option, "first_option"))
        require(bool(self.currency.strip()), "currency is empty.")
        self._check_rows()
        self._check_references()
        self._check_options()
        worst = np.maximum(self.shipments.unbooked_cents, self._dearest_cents())
        shortfall = self.contracts.minimum_shipments * self.contracts.shortfall_cents
        total = int(worst.sum()) + int(shortfall.sum())
        require(total <= MAX_TOTAL_CENTS, "shipments times their prices is too large a sum.")

    def __reduce__(self) -> tuple[object, ...]:
        """Travel as tables alone; what is derived is worked out again where it arrives."""
        return _rebuild, ({field.name: getattr(self, field.name) for field in fields(self)},)

    @property
    def shipment_count(self) -> int:
        """How many shipments there are."""
        return len(self.shipments.node)

    @property
    def option_count(self) -> int:
        """How many options all shipments have together."""
        return len(self.options.slot)

    @cached_property
    def owner(self) -> IntColumn:
        """The shipment of each option."""
        return np.repeat(np.arange(self.shipment_count, dtype=np.int64), np.diff(self.first_option))

    @cached_property
    def option_cents(self) -> IntColumn:
        """What each option costs: rate, lateness, and rebooking unless it is the current one."""
        late = np.repeat(self.shipments.late_cents_per_day, np.diff(self.first_option))
        cents: IntColumn = late * self.options.late_days
        cents += self.options.rate_cents
        cents += np.repeat(self.shipments.rebooking_cents, np.diff(self.first_option))
        booked = np.flatnonzero(self.shipments.current_option != NONE)
        cents[self.shipments.current_option[booked]] -= self.shipments.rebooking_cents[booked]
        cents.flags.writeable = False
        return cents

    @cached_property
    def slot_contract(self) -> IntColumn:
        """The contract that a pickup in each slot counts to."""
        carriers = int(self.services.carrier.max(initial=NONE)) + 1
        by_carrier = np.full(carriers, NONE, dtype=np.int64)
        by_carrier[self.contracts.carrier] = np.arange(len(self.contracts.carrier))
        found: IntColumn = by_carrier[self.services.carrier[self.slots.service]]
        return found

    @cached_property
    def model(self) -> Model:
        """The arrays that kernels read; all read-only, which to a kernel is a type of its own."""
        found = Model(
            first=self.first_option,
            slot=self.options.slot,
            cents=self.option_cents,
            weight=self.options.weight,
            unbooked=self.shipments.unbooked_cents,
            pickups=self.slots.pickups,
            weight_limit=self.slots.weight_limit,
            contract=self.slot_contract,
            limit=self.weight_limits.limit,
            minimum=self.contracts.minimum_shipments,
            shortfall=self.contracts.shortfall_cents,
        )
        for column in found:
            column.flags.writeable = False
        return found

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every column: equal instances have equal digests."""
        total = hashlib.sha256(f"rebooking/1 {self.currency}\n".encode())
        total.update(self.first_option.tobytes())
        for table in (
            self.shipments, self.options, self.slots, self.services, self.weight_limits, self.contracts,
        ):  # fmt: skip
            for field in fields(table):
                column: IntColumn = getattr(table, field.name)
                total.update(f"{field.name} {len(column)}\n".encode())
                total.update(column.tobytes())
        return total.hexdigest()

    def _check_rows(self) -> None:
        """The offsets cover the options, ascending from 0."""
        require_length(self.first_option, self.shipment_count + 1, "first_option")
        require(int(self.first_option[0]) == 0, "first_option of row 0 is not 0.")
        require_each(np.diff(self.first_option), 0, self.option_count, "number of options")
        last = int(self.first_option[-1])
        require(last == self.option_count, f"first_option ends at {last}, expected {self.option_count}.")

    def _check_references(self) -> None:
        """Every id names a row that exists."""
        slots, services = len(self.slots.service), len(self.services.carrier)
        carriers = int(self.services.carrier.max(initial=NONE)) + 1
        require_each(self.options.slot, 0, slots - 1, "option slot")
        require_each(self.slots.service, 0, services - 1, "slot service")
        require_each(self.slots.weight_limit, NONE, len(self.weight_limits.limit) - 1, "slot weight_limit")
        require_each(self.contracts.carrier, 0, carriers - 1, "contract carrier")
        current = self.shipments.current_option
        require_each(current, NONE, self.option_count - 1, "shipment current_option")
        rows = np.flatnonzero(current != NONE)
        inside = (current[rows] >= self.first_option[rows]) & (current[rows] < self.first_option[rows + 1])
        bad = rows[~inside]
        require(bad.size == 0, f"shipment current_option of row {bad[:1]} is an option of another shipment.")

    def _check_options(self) -> None:
        """Slots ascend within a shipment, at its own node, not before it is ready."""
        slot = self.options.slot
        step = np.diff(slot)
        edges = self.first_option[1:-1]
        edges = edges[(edges > 0) & (edges < self.option_count)]
        step[edges - 1] = 1
        bad = np.flatnonzero(step <= 0)
        require(bad.size == 0, f"option slot of row {bad[:1] + 1} is not above the slot before it.")
        lengths = np.diff(self.first_option)
        bad = np.flatnonzero(self.slots.node[slot] != np.repeat(self.shipments.node, lengths))
        require(bad.size == 0, f"option slot of row {bad[:1]} is at another node than its shipment.")
        bad = np.flatnonzero(self.slots.day[slot] < np.repeat(self.shipments.ready_day, lengths))
        require(bad.size == 0, f"option slot of row {bad[:1]} picks up before its shipment is ready.")

    def _dearest_cents(self) -> IntColumn:
        """The most a shipment can cost when it is booked."""
        dearest = np.zeros(self.shipment_count, dtype=np.int64)
        filled = np.flatnonzero(np.diff(self.first_option) > 0)
        if filled.size:
            cents = self.option_cents
            require_each(cents, 0, MAX_TOTAL_CENTS, "cost of option")
            dearest[filled] = np.maximum.reduceat(cents, self.first_option[filled])
        return dearest


def _rebuild(parts: dict[str, object]) -> RebookingInstance:
    return RebookingInstance(**parts)  # type: ignore[arg-type]  # the fields of an instance, by name
