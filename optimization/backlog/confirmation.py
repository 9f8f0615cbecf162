"""Confirmation strategies, as SAP's backorder processing names them: who may win, gain or lose by a re-plan.

WIN is served in full before all others; IMPROVE keeps what it has and may get more; GAIN should keep
what it has; REDISTRIBUTE takes its chance; FILL gets no more than it has; LOSE gives everything up.
Folded, they are weights on what failing a line costs and caps on its quantity: one plan weighs all
orders together. Strict, they are solved class by class, each in what the higher ones left, so that
nothing a lower class asks for can change what a higher one gets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from optimization.backlog.audit import BacklogAudit, audit_plan
from optimization.backlog.checks_of_columns import bad_input
from optimization.backlog.instance import build_instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.plan import BacklogPlan, sorted_plan
from optimization.backlog.run import Clock
from optimization.backlog.solve import solve_backlog
from optimization.backlog.tables import Integers, Table, Tables


class ConfirmationClass(IntEnum):
    """The strategies, the one served first having the lowest number."""

    WIN = 0
    IMPROVE = 1
    GAIN = 2
    REDISTRIBUTE = 3
    FILL = 4
    LOSE = 5


#: Weights in hundredths: of what a line costs unfilled, with a confirmed quantity and without.
WEIGHTS: dict[ConfirmationClass, tuple[int, int]] = {
    ConfirmationClass.WIN: (400, 400),
    ConfirmationClass.IMPROVE: (250, 120),
    ConfirmationClass.GAIN: (250, 120),
    ConfirmationClass.REDISTRIBUTE: (100, 100),
    ConfirmationClass.FILL: (70, 70),
    ConfirmationClass.LOSE: (0, 0),
}
_KEEPING = (ConfirmationClass.IMPROVE, ConfirmationClass.GAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictOutcome:
    """A plan made class by class, audited as a whole.

    ``below_confirmed`` are the lines of IMPROVE and GAIN that get less than they were confirmed: goods that
    are gone, or went to WIN.
    """

    plan: BacklogPlan
    audit: BacklogAudit
    below_confirmed: tuple[int, ...]


def fold_classes(tables: Tables, order_class: Integers, confirmed_qty: Integers) -> Tables:
    """The tables with every order's class (``order_class``, by order) as weights and caps of its lines.

    ``confirmed_qty`` is, by line, what is confirmed today.

    Raises:
        BadInputError: a class that does not exist, or a quantity confirmed beyond what is ordered.
    """
    if order_class.size != tables.sizes.orders or confirmed_qty.size != tables.sizes.lines:
        raise bad_input("Give a class for every order and a confirmed quantity for every line.")
    known = set(ConfirmationClass)
    for order in np.flatnonzero(~np.isin(order_class, list(known)))[:1]:
        raise bad_input(f"orders: row {order} has confirmation class {order_class[order]}, which is none.")
    ordered = tables.lines["ordered_qty"]
    for line in np.flatnonzero((confirmed_qty < 0) | (confirmed_qty > ordered))[:1]:
        raise bad_input(f"lines: row {line} has {confirmed_qty[line]} confirmed of {ordered[line]} ordered.")
    of_line = order_class[tables.lines["order"]]
    held = confirmed_qty > 0
    unfilled = tables.lines["unfilled_cents"].copy()
    wanted = ordered.copy()
    for strategy, (with_stock, without) in WEIGHTS.items():
        here = of_line == strategy
        unfilled[here & held] = unfilled[here & held] * with_stock // 100
        unfilled[here & ~held] = unfilled[here & ~held] * without // 100
    capped = of_line == ConfirmationClass.FILL
    wanted[capped] = np.minimum(wanted, confirmed_qty)[capped]
    wanted[of_line == ConfirmationClass.LOSE] = 0
    return replace(tables, lines={**tables.lines, "unfilled_cents": unfilled, "confirmable_qty": wanted})


def solve_strictly(
    tables: Tables,
    order_class: Integers,
    confirmed_qty: Integers,
    limits: BacklogLimits,
    seed: int,
    *,
    monotonic: Clock,
) -> StrictOutcome:
    """Plan class by class; ``limits`` hold for each of them.

    Raises:
        BadInputError: as for :func:`fold_classes`.
    """
    folded = fold_classes(tables, order_class, confirmed_qty)
    of_line = order_class[tables.lines["order"]]
    left = folded
    parts: list[BacklogPlan] = []
    for strategy in ConfirmationClass:
        mine = np.where(of_line == strategy, folded.lines["confirmable_qty"], 0)
        if not mine.any():
            continue
        only = replace(left, lines={**left.lines, "confirmable_qty": mine})
        plan = solve_backlog(build_instance(only), limits, seed, monotonic=monotonic).plan
        parts.append(plan)
        left = _without(left, plan)
    plan = _joined(parts)
    audit = audit_plan(folded, plan)
    served = np.zeros(tables.sizes.lines, np.int64)
    np.add.at(served, plan.line, plan.qty)
    below = np.flatnonzero(np.isin(of_line, _KEEPING) & (served < confirmed_qty))
    return StrictOutcome(plan=plan, audit=audit, below_confirmed=tuple(int(line) for line in below))


def _joined(parts: list[BacklogPlan]) -> BacklogPlan:
    none = np.zeros(0, np.int64)
    columns = [
        np.concatenate([none, *(getattr(part, name) for part in parts)])
        for name in ("line", "node", "sku", "ship_day", "qty")
    ]
    return sorted_plan(*columns)


def _without(tables: Tables, plan: BacklogPlan) -> Tables:
    """The tables without what a plan ships: goods may leave on a day only if nothing later lacks them."""
    sizes = tables.sizes
    left = np.zeros((sizes.skus * sizes.nodes, sizes.days), np.int64)
    supply = tables.supply
    np.add.at(left, (supply["sku"] * sizes.nodes + supply["node"], supply["day"]), supply["arriving_qty"])
    np.subtract.at(left, (plan.sku * sizes.nodes + plan.node, plan.ship_day), plan.qty)
    free = np.minimum.accumulate(np.cumsum(left, axis=1)[:, ::-1], axis=1)[:, ::-1]
    arriving = np.diff(free, axis=1, prepend=0)
    row, day = np.nonzero(arriving)
    hands = tables.pick_capacity
    place = np.full(sizes.nodes * sizes.days, -1, np.int64)
    place[hands["node"] * sizes.days + hands["day"]] = np.arange(hands["node"].size)
    picks = hands["pick_units"].copy()
    np.subtract.at(picks, place[plan.node * sizes.days + plan.ship_day], plan.qty)
    rest: Table = {
        "sku": row // sizes.nodes,
        "node": row % sizes.nodes,
        "day": day,
        "arriving_qty": arriving[row, day],
    }
    return replace(tables, supply=rest, pick_capacity={**hands, "pick_units": picks})
