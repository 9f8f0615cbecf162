"""Units travel in shipments: each costs its fixed price, and an order may have only so many."""

from __future__ import annotations

from collections import defaultdict

from optimization.constraints.rule import CostLines, Level, Rule
from optimization.constraints.variables import ReallocationVariables, total


def units_need_a_shipment(variables: ReallocationVariables) -> CostLines:
    """No unit leaves a node on a day unless that order's shipment leaves there and then."""
    for source, units in variables.units.items():
        variables.model.add(units <= source.max_units * variables.leaves[source.shipment])
    return []


def shipment_cost(variables: ReallocationVariables) -> CostLines:
    """Each shipment that leaves costs the lane's fixed price."""
    fixed = {source.shipment: source.fixed_cents for source in variables.units}
    return [(fixed[shipment], leaves) for shipment, leaves in variables.leaves.items()]


def shipment_limit(variables: ReallocationVariables) -> CostLines:
    """An order goes out in no more shipments than its customer accepts."""
    of_order = defaultdict(list)
    for (order_id, _, _), leaves in variables.leaves.items():
        of_order[order_id].append(leaves)
    for order_id, leaves_of_order in of_order.items():
        limit = variables.lookup.orders[order_id].max_shipments
        if limit < len(leaves_of_order):
            variables.model.add(total(leaves_of_order) <= limit)
    return []


UNITS_NEED_A_SHIPMENT = Rule(
    name="units need a shipment",
    level=Level.HARD,
    justification="Goods leave in a parcel, pallet or truck that has to be paid for.",
    state=units_need_a_shipment,
)
SHIPMENT_COST = Rule(
    name="shipment cost",
    level=Level.SOFT,
    justification="Every further shipment of an order costs handling and a minimum freight charge.",
    state=shipment_cost,
    term="freight_fixed_cents",
)
SHIPMENT_LIMIT = Rule(
    name="shipment limit",
    level=Level.HARD,
    justification="Customers accept a limited number of deliveries for one order.",
    state=shipment_limit,
)
