"""The independent check of a booking plan, by plain arithmetic from the tables alone.

Shares no code with the search: it reads the columns, counts, multiplies and compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from optimization.outcome import CostTerms
from optimization.rebooking.instance import RebookingInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is wrong with a plan (nothing: it holds), and what it costs; None when it cannot be read."""

    violations: tuple[str, ...]
    terms: CostTerms | None

    @property
    def passed(self) -> bool:
        """Whether the plan keeps every rule."""
        return not self.violations


def check_plan(instance: RebookingInstance, chosen: Sequence[int]) -> Check:
    """Check and price a plan: the option of each shipment, -1 for the next wave."""
    offsets = instance.first_option.tolist()
    if len(chosen) != len(offsets) - 1:
        return Check(violations=(f"{len(chosen)} bookings for {len(offsets) - 1} shipments",), terms=None)
    strange = [
        f"shipment {shipment}: option {option} is not one of its own"
        for shipment, option in enumerate(chosen)
        if option != -1 and not offsets[shipment] <= option < offsets[shipment + 1]
    ]
    if strange:
        return Check(violations=tuple(strange), terms=None)
    return Check(
        violations=tuple(_overfull(instance, chosen) + _too_early(instance, chosen)),
        terms=_terms(instance, chosen),
    )


def _overfull(instance: RebookingInstance, chosen: Sequence[int]) -> list[str]:
    """Slots with too many pickups, carrier days with too much weight."""
    slots = instance.slots
    slot_of = instance.options.slot
    weights = instance.options.weight
    count: Counter[int] = Counter()
    load: Counter[int] = Counter()
    for option in chosen:
        if option != -1:
            slot = int(slot_of[option])
            count[slot] += 1
            load[int(slots.weight_limit[slot])] += int(weights[option])
    found = [
        f"slot {slot}: {taken} pickups, {int(slots.pickups[slot])} possible"
        for slot, taken in sorted(count.items())
        if taken > int(slots.pickups[slot])
    ]
    limits = instance.weight_limits
    return found + [
        f"carrier {int(limits.carrier[row])} day {int(limits.day[row])}: weight {total}, "
        f"{int(limits.limit[row])} possible"
        for row, total in sorted(load.items())
        if row != -1 and total > int(limits.limit[row])
    ]


def _too_early(instance: RebookingInstance, chosen: Sequence[int]) -> list[str]:
    """Pickups elsewhere than where a shipment is, or before it is ready."""
    slots, shipments = instance.slots, instance.shipments
    found: list[str] = []
    for shipment, option in enumerate(chosen):
        if option == -1:
            continue
        slot = int(instance.options.slot[option])
        if int(slots.node[slot]) != int(shipments.node[shipment]):
            found.append(f"shipment {shipment}: picked up at another node")
        if int(slots.day[slot]) < int(shipments.ready_day[shipment]):
            found.append(f"shipment {shipment}: picked up before it is ready")
    return found


def _terms(instance: RebookingInstance, chosen: Sequence[int]) -> CostTerms:
    """Every cent of a readable plan, term by term."""
    shipments, options, slots = instance.shipments, instance.options, instance.slots
    rates = late = change = unbooked = 0
    given: Counter[int] = Counter()
    for shipment, option in enumerate(chosen):
        if option == -1:
            unbooked += int(shipments.unbooked_cents[shipment])
            continue
        rates += int(options.rate_cents[option])
        late += int(options.late_days[option]) * int(shipments.late_cents_per_day[shipment])
        if option != int(shipments.current_option[shipment]):
            change += int(shipments.rebooking_cents[shipment])
        given[int(instance.services.carrier[int(slots.service[int(options.slot[option])])])] += 1
    shortfall = 0
    contracts = instance.contracts
    for row in range(len(contracts.carrier)):
        missing = max(0, int(contracts.minimum_shipments[row]) - given[int(contracts.carrier[row])])
        shortfall += missing * int(contracts.shortfall_cents[row])
    return CostTerms(
        freight_fixed_cents=rates,
        late_cents=late,
        change_cents=change,
        unfilled_cents=unbooked,
        shortfall_cents=shortfall,
    )
