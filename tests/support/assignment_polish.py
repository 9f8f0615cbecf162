"""HiGHS over the few options of each shipment that prices leave in question: for small, lumpy instances.

It is given seconds, so that the same plan is not promised twice; the bound stays that of the prices.
"""

from __future__ import annotations

import numpy as np

from optimization.rebooking.candidates import best_options
from optimization.rebooking.checker import check_plan
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.solve import Answer

UNBOOKED = -1


def polish(instance: RebookingInstance, answer: Answer, keep: int, seconds: float) -> Answer:
    """A cheaper checked plan among the ``keep`` best options of each shipment, or the one given."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix, vstack

    model = instance.model
    listed = best_options(model, answer.prices, answer.chosen, keep)
    option, count = listed.option, len(listed.option)
    slot, owner = model.slot[option], instance.owner[option]
    limit, contract = model.weight_limit[slot], model.contract[slot]
    contracts = len(model.minimum)
    width = count + contracts
    place = np.arange(count)

    def rows(keys: IntColumn, values: IntColumn, height: int) -> object:
        """One row a key over the places that have it."""
        used = keys >= 0
        return csr_matrix((values[used], (keys[used], place[used])), shape=(height, width))

    ones = np.ones(count, dtype=np.int64)
    missing = csr_matrix(
        (np.ones(contracts), (np.arange(contracts), count + np.arange(contracts))), shape=(contracts, width)
    )
    matrix = vstack(
        [
            rows(owner, ones, instance.shipment_count),
            rows(slot, ones, len(model.pickups)),
            rows(limit, model.weight[option], len(model.limit)),
            -(rows(contract, ones, contracts) + missing),
        ]
    ).tocsr()
    room = np.concatenate([np.ones(instance.shipment_count), model.pickups, model.limit, -model.minimum])
    cost = np.concatenate([model.cents[option] - model.unbooked[owner], model.shortfall])
    found = milp(
        cost,
        constraints=LinearConstraint(matrix, -np.inf, room),
        bounds=Bounds(0, np.concatenate([ones, np.full(contracts, np.inf)])),
        integrality=np.concatenate([ones, np.zeros(contracts)]),
        options={"time_limit": seconds},
    )
    if found.x is None:
        return answer
    chosen = np.full(instance.shipment_count, UNBOOKED, dtype=np.int64)
    taken = option[np.rint(found.x[:count]) == 1]
    chosen[instance.owner[taken]] = taken
    check = check_plan(instance, chosen)
    if not check.passed or check.terms is None or check.terms.total_cents >= answer.objective_cents:
        return answer
    cents = check.terms.total_cents
    return answer._replace(chosen=chosen, terms=check.terms, objective_cents=cents)
