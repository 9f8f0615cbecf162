"""A planner's changes as overrides of the solver's instance; what names something gone is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from app.services.what_if.baseline import Baseline
from domain.errors import BadInputError, TowerError
from domain.what_if import Change, ChangeKind, WhatIf
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.overrides import (
    LAST_DAY,
    DemandSurge,
    LaneDown,
    NodeClosed,
    OrdersWeighed,
    Override,
    PolicyChanged,
    Scenario,
    SupplyDelayed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A planner's scenario, as it is for the instance, and the changes that do not fit, each with why."""

    what_if: WhatIf
    scenario: Scenario
    dropped: tuple[tuple[Change, str], ...]

    @property
    def kept_changes(self) -> tuple[Change, ...]:
        """The changes that fit."""
        gone = {change for change, _ in self.dropped}
        return tuple(change for change in self.what_if.changes if change not in gone)


def translate(what_if: WhatIf, baseline: Baseline) -> Translated:
    """Keep the changes that fit the baseline, in their order.

    A lost carrier changes nothing in the plan of the backlog: it is for ``rebooking.rebook``.
    """
    kept: list[Override] = []
    dropped: list[tuple[Change, str]] = []
    for change in what_if.changes:
        if change.kind is ChangeKind.CARRIER_LOST:
            if change.subject not in baseline.bookings.carriers:
                dropped.append((change, f"No service of carrier {change.subject} is on file."))
            continue
        try:
            override = _MAKERS[change.kind](change, baseline)
            if override in kept:
                continue
            tried = Scenario(name=what_if.name, overrides=(*kept, override))
            apply_to_backlog(baseline.tables, tried)
        except TowerError as error:
            dropped.append((change, error.what))
        else:
            kept.append(override)
    scenario = Scenario(name=what_if.name, overrides=tuple(kept))
    return Translated(what_if=what_if, scenario=scenario, dropped=tuple(dropped))


def _closed(change: Change, baseline: Baseline) -> Override:
    last = change.amount - 1 if change.amount else LAST_DAY
    return NodeClosed(node=_node(change.subject, baseline), last_day=last)


def _lane(change: Change, baseline: Baseline) -> Override:
    if change.to not in baseline.zones:
        raise _gone(f"zone {change.to}")
    return LaneDown(node=_node(change.subject, baseline), zone=baseline.zones.index(change.to))


def _surge(change: Change, baseline: Baseline) -> Override:
    if not change.subject:
        return DemandSurge(percent=change.amount)
    if change.subject not in baseline.zones:
        raise _gone(f"zone {change.subject}")
    return DemandSurge(percent=change.amount, zone=baseline.zones.index(change.subject))


def _delay(change: Change, baseline: Baseline) -> Override:
    return SupplyDelayed(node=_node(change.subject, baseline), days=change.amount)


def _customer(change: Change, baseline: Baseline) -> Override:
    orders = tuple(
        number
        for number, customer in enumerate(baseline.order_customers)
        if customer.customer_id == change.subject
    )
    if not orders:
        raise BadInputError(
            what=f"Customer {change.subject} has no open order that is planned.", remedy="Leave it out."
        )
    return OrdersWeighed(percent=change.amount, orders=orders)


def _most_shipments(change: Change, baseline: Baseline) -> Override:
    del baseline
    return PolicyChanged(max_shipments=change.amount)


def _ship_complete(change: Change, baseline: Baseline) -> Override:
    del baseline
    return PolicyChanged(ship_complete=bool(change.amount))


def _change_priced(change: Change, baseline: Baseline) -> Override:
    del baseline
    return PolicyChanged(change_percent=change.amount)


_MAKERS: Mapping[ChangeKind, Callable[[Change, Baseline], Override]] = MappingProxyType(
    {
        ChangeKind.NODE_CLOSED: _closed,
        ChangeKind.LANE_LOST: _lane,
        ChangeKind.DEMAND_SURGE: _surge,
        ChangeKind.SUPPLY_DELAYED: _delay,
        ChangeKind.CUSTOMER_WEIGHED: _customer,
        ChangeKind.MOST_SHIPMENTS: _most_shipments,
        ChangeKind.SHIP_COMPLETE: _ship_complete,
        ChangeKind.CHANGE_PRICED: _change_priced,
    }
)


def _node(node_id: str, baseline: Baseline) -> int:
    for number, node in enumerate(baseline.nodes):
        if node.node_id == node_id:
            return number
    raise _gone(f"node {node_id}")


def _gone(what: str) -> BadInputError:
    return BadInputError(what=f"The backlog knows no {what} any more.", remedy="Leave it out.")


def busiest_node(baseline: Baseline) -> str:
    """The node from which most units are planned to ship today; blank where none is."""
    current, units = baseline.tables.lines["current_node"], baseline.tables.lines["confirmable_qty"]
    at_node = current >= 0
    if not at_node.any():
        return ""
    by_node = np.bincount(current[at_node], units[at_node], minlength=len(baseline.nodes))
    return str(baseline.nodes[int(by_node.argmax())].node_id)
