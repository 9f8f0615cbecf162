"""Why a shipment goes as it goes: its options at final prices, what binds, fallbacks, dearer freight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.bounds import require_range
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT
from optimization.rebooking.solve import Answer

UNBOOKED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """One option of a shipment: its cost, the prices of the room it takes, and what is in its way.

    Prices are rounded to cents; ``regret_cents`` is the distance to the best row at prices.
    """

    option: int
    service: int
    carrier: int
    pickup_day: int
    rate_cents: int
    late_cents: int
    change_cents: int
    pickup_price_cents: int
    weight_price_cents: int
    contract_credit_cents: int
    regret_cents: int
    booked: bool
    pickups_left: int
    weight_short: int

    @property
    def cost_cents(self) -> int:
        """What the option costs in money."""
        return self.rate_cents + self.late_cents + self.change_cents

    @property
    def has_room(self) -> bool:
        """Whether the shipment could be booked here beside all others."""
        return self.booked or (self.pickups_left > 0 and self.weight_short == 0)

    @property
    def binding(self) -> str:
        """Which room is scarce here, in words."""
        found: list[str] = []
        if self.pickups_left <= 0 or self.pickup_price_cents > 0:
            found.append(f"pickups of service {self.service} on day {self.pickup_day}")
        if self.weight_short > 0 or self.weight_price_cents > 0:
            found.append(f"weight of carrier {self.carrier} on day {self.pickup_day}")
        return " and ".join(found) or "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What a booking pays on top of a cheaper rate, and what that saves.

    Measured against the best way of a lower rate that was open: a service with room, or the next wave
    (``instead`` is -1, and what is paid is all).
    """

    shipment: int
    option: int
    instead: int
    extra_cents: int
    saved_cents: int

    @property
    def justified(self) -> bool:
        """Whether it saves at least what it costs."""
        return self.saved_cents >= self.extra_cents


class Explainer:
    """An answer with the room it leaves, ready for questions about single shipments."""

    def __init__(self, instance: RebookingInstance, answer: Answer) -> None:
        """Count what is left."""
        self._instance = instance
        self._answer = answer
        options = answer.chosen[answer.chosen != UNBOOKED]
        slots = instance.options.slot[options]
        limits = instance.slots.weight_limit[slots]
        weight = np.zeros(len(instance.weight_limits.limit), dtype=np.int64)
        np.add.at(weight, limits[limits >= 0], instance.options.weight[options][limits >= 0])
        taken = np.bincount(slots, minlength=len(instance.slots.day))
        self._pickups_left: IntColumn = instance.slots.pickups - taken
        self._weight_left: IntColumn = instance.weight_limits.limit - weight

    def options(self, shipment: int) -> tuple[OptionRow, ...]:
        """All options of a shipment, best at final prices first."""
        require_range(shipment, 0, self._instance.shipment_count - 1, "shipment")
        first = self._instance.first_option
        ids = range(int(first[shipment]), int(first[shipment + 1]))
        units = {option: self._units(option) for option in ids}
        waiting = int(self._instance.shipments.unbooked_cents[shipment]) * PRICE_UNITS_PER_CENT
        best = min([*units.values(), waiting])
        order = sorted(ids, key=lambda option: (units[option], option))
        return tuple(self._row(shipment, option, units[option] - best) for option in order)

    def tender_order(self, shipment: int, count: int = 3) -> tuple[int, ...]:
        """Whom to ask, in order: the booked option, then the cheapest of other services with room.

        Only options below the cost of the next wave are asked.
        """
        rows = sorted(self.options(shipment), key=lambda row: (not row.booked, row.cost_cents, row.option))
        waiting = int(self._instance.shipments.unbooked_cents[shipment])
        found: dict[int, int] = {}
        for row in rows:
            if row.booked or (row.has_room and row.cost_cents < waiting):
                found.setdefault(row.service, row.option)
        return tuple(found.values())[: count + 1]

    def trade(self, shipment: int) -> Trade | None:
        """Both terms of what the freight of a booked shipment is worth; None for one that waits."""
        rows = self.options(shipment)
        now = next((row for row in rows if row.booked), None)
        if now is None:
            return None
        lower = [row for row in rows if row.rate_cents < now.rate_cents and row.has_room]
        waiting = int(self._instance.shipments.unbooked_cents[shipment])
        best = min(lower, key=lambda row: (row.cost_cents, row.option), default=None)
        if best is None or best.cost_cents >= waiting:
            return Trade(
                shipment=shipment,
                option=now.option,
                instead=UNBOOKED,
                extra_cents=now.cost_cents,
                saved_cents=waiting,
            )
        return Trade(
            shipment=shipment,
            option=now.option,
            instead=best.option,
            extra_cents=now.rate_cents - best.rate_cents,
            saved_cents=best.late_cents + best.change_cents - now.late_cents - now.change_cents,
        )

    def _units(self, option: int) -> int:
        """An option's cost at prices, in price units."""
        model, prices = self._instance.model, self._answer.prices
        slot = int(model.slot[option])
        units = int(model.cents[option]) * PRICE_UNITS_PER_CENT + int(prices.slot[slot])
        if model.weight_limit[slot] >= 0:
            units += int(prices.weight[model.weight_limit[slot]]) * int(model.weight[option])
        if model.contract[slot] >= 0:
            units -= int(prices.contract[model.contract[slot]])
        return units

    def _row(self, shipment: int, option: int, regret_units: int) -> OptionRow:
        """One option with everything that speaks for and against it."""
        instance, prices, model = self._instance, self._answer.prices, self._instance.model
        slot, weight = int(model.slot[option]), int(model.weight[option])
        limit, contract = int(model.weight_limit[slot]), int(model.contract[slot])
        service = int(instance.slots.service[slot])
        late = int(instance.options.late_days[option]) * int(instance.shipments.late_cents_per_day[shipment])
        rate = int(instance.options.rate_cents[option])
        return OptionRow(
            option=option,
            service=service,
            carrier=int(instance.services.carrier[service]),
            pickup_day=int(instance.slots.day[slot]),
            rate_cents=rate,
            late_cents=late,
            change_cents=int(model.cents[option]) - rate - late,
            pickup_price_cents=_cents(int(prices.slot[slot])),
            weight_price_cents=_cents(int(prices.weight[limit]) * weight) if limit >= 0 else 0,
            contract_credit_cents=_cents(int(prices.contract[contract])) if contract >= 0 else 0,
            regret_cents=_cents(regret_units),
            booked=int(self._answer.chosen[shipment]) == option,
            pickups_left=int(self._pickups_left[slot]),
            weight_short=self._short(shipment, limit, weight),
        )

    def _short(self, shipment: int, limit: int, weight: int) -> int:
        """The weight by which an option would not fit; what the shipment gives back counts as free."""
        if limit < 0:
            return 0
        now = int(self._answer.chosen[shipment])
        model = self._instance.model
        back = 0
        if now != UNBOOKED and int(model.weight_limit[model.slot[now]]) == limit:
            back = int(model.weight[now])
        return max(0, weight - int(self._weight_left[limit]) - back)


def _cents(units: int) -> int:
    """Price units rounded to cents."""
    return (units + PRICE_UNITS_PER_CENT // 2) // PRICE_UNITS_PER_CENT
