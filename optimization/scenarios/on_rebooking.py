"""Overrides on a rebooking instance: options that are gone, shipments that are more, later or dearer."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from domain.checks import require
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.tables import NONE, Options, Shipments
from optimization.scenarios.overrides import (
    CarrierDown,
    DemandSurge,
    LaneDown,
    NodeClosed,
    OrdersWeighed,
    Override,
    PolicyChanged,
    PriorityChanged,
    Scenario,
    SupplyDelayed,
    not_here,
    require_member,
)

KIND = "rebooking"
Mask = NDArray[np.bool_]


def apply_to_rebooking(instance: RebookingInstance, scenario: Scenario) -> RebookingInstance:
    """The instance under a scenario; a closed slot keeps its row but nobody can use it.

    Raises:
        BadInputError: an override names what the instance does not have, or does not fit it.
    """
    for override in scenario.overrides:
        instance = _apply(instance, override)
    return instance


def _apply(instance: RebookingInstance, override: Override) -> RebookingInstance:
    match override:
        case NodeClosed() | CarrierDown() | LaneDown():
            return _without(instance, _closed(instance, override)[instance.options.slot])
        case DemandSurge():
            return _surge(instance, override)
        case SupplyDelayed():
            return _delay(instance, override)
        case PriorityChanged():
            return _weigh(instance, override)
        case OrdersWeighed():
            raise not_here(override, KIND)
        case PolicyChanged():
            return _policy(instance, override)


def _closed(instance: RebookingInstance, override: NodeClosed | CarrierDown | LaneDown) -> Mask:
    """The slots that an outage closes."""
    slots = instance.slots
    if isinstance(override, LaneDown):
        if override.service is None:
            raise not_here(override, KIND)
        require_member(override.service, len(instance.services.carrier), "lane service")
        _require_node(instance, override.node)
        lane: Mask = (slots.node == override.node) & (slots.service == override.service)
        return lane
    if isinstance(override, NodeClosed):
        _require_node(instance, override.node)
        there = slots.node == override.node
    else:
        carriers = instance.services.carrier
        require_member(override.carrier, int(carriers.max(initial=NONE)) + 1, "carrier")
        there = carriers[slots.service] == override.carrier
    closed: Mask = there & (slots.day >= override.first_day) & (slots.day <= override.last_day)
    return closed


def _without(instance: RebookingInstance, gone: Mask) -> RebookingInstance:
    """Strike options; who was booked on one of them has lost the booking."""
    kept = np.flatnonzero(~gone)
    place = np.full(instance.option_count, NONE, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    before = np.concatenate([[0], np.cumsum(~gone)])
    current = instance.shipments.current_option
    moved = np.where(current == NONE, NONE, place[current]) if instance.option_count else current
    return replace(
        instance,
        first_option=before[instance.first_option],
        options=Options(**{name: column[kept] for name, column in _columns(instance.options).items()}),
        shipments=replace(instance.shipments, current_option=moved),
    )


def _surge(instance: RebookingInstance, override: DemandSurge) -> RebookingInstance:
    """Evenly chosen shipments come once more, not yet booked."""
    if override.zone is not None:
        raise not_here(override, KIND)
    members = np.arange(instance.shipment_count)
    if override.node is not None:
        _require_node(instance, override.node)
        members = np.flatnonzero(instance.shipments.node == override.node)
    count = -(-len(members) * override.percent // 100)
    copied = members[np.arange(count) * len(members) // max(1, count)] if count else members[:0]
    sizes = np.diff(instance.first_option)[copied]
    offsets = np.repeat(instance.first_option[copied] - np.cumsum(sizes) + sizes, sizes)
    source = np.arange(int(sizes.sum())) + offsets
    more = {name: column[copied] for name, column in _columns(instance.shipments).items()}
    more["current_option"] = np.full(count, NONE)
    more["rebooking_cents"] = np.zeros(count, dtype=np.int64)
    return replace(
        instance,
        first_option=np.concatenate([instance.first_option, instance.first_option[-1] + np.cumsum(sizes)]),
        shipments=Shipments(
            **{n: np.concatenate([old, more[n]]) for n, old in _columns(instance.shipments).items()}
        ),
        options=Options(
            **{n: np.concatenate([old, old[source]]) for n, old in _columns(instance.options).items()}
        ),
    )


def _delay(instance: RebookingInstance, override: SupplyDelayed) -> RebookingInstance:
    """Shipments of a node are ready later; earlier pickups are gone."""
    _require_node(instance, override.node)
    there = instance.shipments.node == override.node
    ready = instance.shipments.ready_day + np.where(there, override.days, 0)
    sizes = np.diff(instance.first_option)
    early = instance.slots.day[instance.options.slot] < np.repeat(ready, sizes)
    struck = _without(instance, early)
    return replace(struck, shipments=replace(struck.shipments, ready_day=ready))


def _weigh(instance: RebookingInstance, override: PriorityChanged) -> RebookingInstance:
    """Lateness and waiting of a customer cost another share of what they did."""
    if override.customer is None:
        raise not_here(override, KIND)
    shipments = instance.shipments
    require_member(override.customer, int(shipments.customer.max(initial=NONE)) + 1, "customer")
    share = np.where(shipments.customer == override.customer, override.percent, 100)
    changed = replace(
        shipments,
        late_cents_per_day=shipments.late_cents_per_day * share // 100,
        unbooked_cents=shipments.unbooked_cents * share // 100,
    )
    return replace(instance, shipments=changed)


def _policy(instance: RebookingInstance, override: PolicyChanged) -> RebookingInstance:
    """No premium freight, or rebooking at another price."""
    if override.max_shipments is not None or override.ship_complete is not None:
        raise not_here(override, KIND)
    cents = instance.shipments.rebooking_cents * override.change_percent // 100
    changed = replace(instance, shipments=replace(instance.shipments, rebooking_cents=cents))
    if override.premium_allowed:
        return changed
    service = changed.slots.service[changed.options.slot]
    return _without(changed, changed.services.premium[service] == 1)


def _require_node(instance: RebookingInstance, node: int) -> None:
    found = bool((instance.slots.node == node).any() or (instance.shipments.node == node).any())
    require(found, f"node is {node}, which the baseline does not have.")


def _columns(table: Options | Shipments) -> dict[str, IntColumn]:
    """The columns of a table by name."""
    return {field.name: getattr(table, field.name) for field in fields(table)}
