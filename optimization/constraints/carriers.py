"""What carriers can take on a day, and what was promised to them."""

from __future__ import annotations

from collections import defaultdict

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import BookingVariables, Choice, total


def _by_slot(variables: BookingVariables) -> dict[tuple[str, int], list[Choice]]:
    slots: dict[tuple[str, int], list[Choice]] = defaultdict(list)
    for choice in variables.taken:
        slots[choice.offer.service_id, choice.pickup_day].append(choice)
    return slots


def pickup_limit(variables: BookingVariables) -> CostLines:
    """A service picks up no more shipments on a day than it has room for."""
    room = {(row.service_id, row.day): row.pickups for row in variables.problem.service_days}
    for slot, choices in _by_slot(variables).items():
        if len(choices) > room[slot]:
            variables.model.add(total(variables.taken[choice] for choice in choices) <= room[slot])
    return []


def weight_limit(variables: BookingVariables) -> CostLines:
    """A service takes no more weight on a day than it can carry."""
    room = {(row.service_id, row.day): row.weight_grams for row in variables.problem.service_days}
    for slot, choices in _by_slot(variables).items():
        limit = room[slot]
        if limit is not None and sum(choice.shipment.weight_grams for choice in choices) > limit:
            loads = [choice.shipment.weight_grams * variables.taken[choice] for choice in choices]
            variables.model.add(total(loads) <= limit)
    return []


def contract_minimum(variables: BookingVariables) -> CostLines:
    """Each shipment missing to a carrier's promised volume costs the contract's shortfall price."""
    costs: CostLines = []
    for contract, missing in variables.missing.items():
        given = total(
            taken for choice, taken in variables.taken.items() if choice.carrier_id == contract.carrier_id
        )
        variables.model.add(missing + given >= contract.minimum_shipments)
        costs.append((contract.shortfall_cents_per_shipment, missing))
    return costs


PICKUP_LIMIT = Rule(
    name="pickup limit",
    level=Level.HARD,
    justification="A carrier sends so many trucks or takes so many tenders on a day.",
    state=pickup_limit,
)
WEIGHT_LIMIT = Rule(
    name="weight limit",
    level=Level.HARD,
    justification="A truck carries so many kilograms.",
    state=weight_limit,
)
CONTRACT_MINIMUM = Rule(
    name="contract minimum",
    level=Level.SOFT,
    justification="A contract rate was given for a volume; missing it is charged.",
    state=contract_minimum,
    term="shortfall_cents",
)
