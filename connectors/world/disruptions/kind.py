"""What a kind of disruption must say: how long it lasts, what it hits, and what it does when it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.partners import is_troubled

if TYPE_CHECKING:
    from connectors.world.company import Company
    from connectors.world.master import MasterData


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """What a disruption hits, and how hard."""

    targets: tuple[str, ...]
    parameters: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfDisruption:
    """One kind: ``hours`` it may last, ``aim`` draws what it hits, ``begin`` and ``end`` what happens then.

    Most kinds only stand in the way of the desks, which ask for them; ``begin`` and ``end`` are for what
    somebody really does at that moment (a wrong price list is loaded, a limit is cut, a bin is emptied).
    """

    kind: DisruptionKind
    hours: tuple[int, int]
    aim: Callable[[Random, MasterData], Blow]
    begin: Callable[[Company, Disruption], None] | None = None
    end: Callable[[Company, Disruption], None] | None = None


def busy_items(rng: Random, master: MasterData, count: int, among: int = 40) -> tuple[str, ...]:
    """Items that sell well; the most popular come first in the master data."""
    return tuple(sorted(item.item_id for item in rng.sample(master.items[:among], count)))


def busy_node(rng: Random, master: MasterData) -> str:
    """A centre, the busier the likelier."""
    nodes = [node.node_id for node in master.nodes]
    return rng.choices(nodes, weights=[master.node_share[node_id] for node_id in nodes])[0]


def used_carrier(rng: Random, master: MasterData) -> str:
    """A carrier, the cheaper one of its services is for a day, the likelier: those get most shipments."""
    cheapest = {
        scac: min(service.fixed_cost_cents for service in master.services if service.scac == scac)
        for scac in sorted({service.scac for service in master.services})
    }
    weights = [1 / cents for cents in cheapest.values()]
    return rng.choices(list(cheapest), weights=weights)[0]


def busy_customers(rng: Random, master: MasterData, count: int) -> tuple[str, ...]:
    """Customers that are not in trouble already, the busier the likelier."""
    sound = [customer for customer in master.customers if not is_troubled(customer)]
    found: set[str] = set()
    while len(found) < count:
        found.add(rng.choices(sound, weights=[5 - customer.tier for customer in sound])[0].customer_id)
    return tuple(sorted(found))
