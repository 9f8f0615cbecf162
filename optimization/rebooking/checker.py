"""The independent check of a booking plan, by plain arithmetic from the tables alone.

Shares no code with the search: it reads the columns, counts, multiplies and compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimization.outcome import CostTerms
from optimization.rebooking.columns import IntColumn
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


def check_plan(instance: RebookingInstance, chosen: Sequence[int] | IntColumn) -> Check:
    """Check and price a plan: the option of each shipment, -1 for the next wave."""
    plan = np.asarray(chosen, dtype=np.int64)
    first = instance.first_option
    if len(plan) != len(first) - 1:
        return Check(violations=(f"{len(plan)} bookings for {len(first) - 1} shipments",), terms=None)
    strange = np.flatnonzero((plan != -1) & ((plan < first[:-1]) | (plan >= first[1:])))
    if strange.size:
        what = [f"shipment {row}: option {plan[row]} is not one of its own" for row in strange]
        return Check(violations=tuple(what), terms=None)
    booked = np.flatnonzero(plan != -1)
    return Check(
        violations=tuple(_overfull(instance, plan[booked]) + _too_early(instance, booked, plan[booked])),
        terms=_terms(instance, plan, booked),
    )


def _overfull(instance: RebookingInstance, options: IntColumn) -> list[str]:
    """Slots with too many pickups, carrier days with too much weight."""
    slots, limits = instance.slots, instance.weight_limits
    slot = instance.options.slot[options]
    taken = np.bincount(slot, minlength=len(slots.pickups))
    found = [
        f"slot {row}: {taken[row]} pickups, {slots.pickups[row]} possible"
        for row in np.flatnonzero(taken > slots.pickups)
    ]
    load = np.zeros(len(limits.limit), dtype=np.int64)
    limited = slots.weight_limit[slot] != -1
    np.add.at(load, slots.weight_limit[slot[limited]], instance.options.weight[options[limited]])
    return found + [
        f"carrier {limits.carrier[row]} day {limits.day[row]}: weight {load[row]}, "
        f"{limits.limit[row]} possible"
        for row in np.flatnonzero(load > limits.limit)
    ]


def _too_early(instance: RebookingInstance, booked: IntColumn, options: IntColumn) -> list[str]:
    """Pickups elsewhere than where a shipment is, or before it is ready."""
    slots, shipments = instance.slots, instance.shipments
    slot = instance.options.slot[options]
    elsewhere = booked[slots.node[slot] != shipments.node[booked]]
    early = booked[slots.day[slot] < shipments.ready_day[booked]]
    found = [f"shipment {shipment}: picked up at another node" for shipment in elsewhere]
    return found + [f"shipment {shipment}: picked up before it is ready" for shipment in early]


def _terms(instance: RebookingInstance, plan: IntColumn, booked: IntColumn) -> CostTerms:
    """Every cent of a readable plan, term by term."""
    shipments, options, contracts = instance.shipments, instance.options, instance.contracts
    mine = plan[booked]
    moved = booked[mine != shipments.current_option[booked]]
    carrier = instance.services.carrier[instance.slots.service[options.slot[mine]]]
    shortfall = 0
    for row in range(len(contracts.carrier)):
        given = int((carrier == contracts.carrier[row]).sum())
        missing = max(0, int(contracts.minimum_shipments[row]) - given)
        shortfall += missing * int(contracts.shortfall_cents[row])
    return CostTerms(
        freight_fixed_cents=int(options.rate_cents[mine].sum()),
        late_cents=int((options.late_days[mine] * shipments.late_cents_per_day[booked]).sum()),
        change_cents=int(shipments.rebooking_cents[moved].sum()),
        unfilled_cents=int(shipments.unbooked_cents[plan == -1].sum()),
        shortfall_cents=shortfall,
    )
