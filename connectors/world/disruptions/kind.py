"""What a kind of disruption must say: how long it lasts, what it hits, and what it does when it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.freight import freight_cents
from connectors.world.partners import is_troubled

if TYPE_CHECKING:
    from connectors.world.company import Company
    from connectors.world.master import MasterData


#: What is usual: days left for the way, and the weight of a shipment.
DAYS_LEFT = (2, 3, 4, 4, 5)
LOADS_GRAMS = (3_000, 12_000, 40_000)


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
    ``is_needed`` says that some type of exception comes about by this kind alone, so that every larger
    plan must have it.
    """

    kind: DisruptionKind
    hours: tuple[int, int]
    aim: Callable[[Random, MasterData], Blow]
    is_needed: bool = False
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
    """A carrier, the likelier the more often it is the cheapest that is fast enough."""
    chosen = [
        min(timely, key=lambda service: freight_cents(service, grams)).scac
        for days in DAYS_LEFT
        for grams in LOADS_GRAMS
        if (timely := [service for service in master.services if service.transit_days <= days])
    ]
    return rng.choice(chosen)


def busy_customers(rng: Random, master: MasterData, count: int) -> tuple[str, ...]:
    """Customers that are not in trouble already, the busier the likelier."""
    sound = [customer for customer in master.customers if not is_troubled(customer)]
    found: set[str] = set()
    while len(found) < count:
        found.add(rng.choices(sound, weights=[5 - customer.tier for customer in sound])[0].customer_id)
    return tuple(sorted(found))
