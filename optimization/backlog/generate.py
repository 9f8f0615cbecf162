"""Seeded backlogs of four families, for measuring and for trying out.

D: a SKU lies at two to two fifths of the nodes, 50 lines a SKU; E: as D with 200 lines a SKU, so that stock
rows are deep; B: a SKU lies at up to nearly all nodes; T: as B with 10 lines a SKU, so that rows are thin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.errors import BadInputError
from optimization.backlog.cities import NODE_CITIES, ZONE_CITIES
from optimization.backlog.generated_lines import Catalogue, lines_and_orders
from optimization.backlog.generated_rules import with_rules
from optimization.backlog.generated_supply import pick_table, supply_table
from optimization.backlog.tables import Floats, Sizes, Table, Tables

DAYS = 4
FEWEST_SKUS = 60
EARTH_KM = 6371.0
RATE_FROM, RATE_PER_KM = 18.0, 0.0624
DAY_ENDS_KM = (340, 815, 1360, 2450)
FEWEST_NODES = 2
SUBSTITUTED_SHARE = 0.06
CHANGE_CHARGED_SHARE = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How deep and how wide the stock of a family lies."""

    lines_a_sku: int
    usual_share: float
    """The widest a usual SKU is spread, as a share of the nodes."""
    popular_share: float
    """The same for the twentieth of the SKUs that sell best."""


FAMILIES = {
    "D": Family(lines_a_sku=50, usual_share=0.13, popular_share=0.4),
    "E": Family(lines_a_sku=200, usual_share=0.13, popular_share=0.4),
    "B": Family(lines_a_sku=50, usual_share=0.38, popular_share=0.94),
    "T": Family(lines_a_sku=10, usual_share=0.38, popular_share=0.94),
}


def generate_tables(family: str, lines: int, nodes: int, seed: int, rules: Sequence[str] = ()) -> Tables:
    """A backlog of a family with some further rules, the same for the same arguments.

    Raises:
        BadInputError: there is no such family or rule, or no such number of nodes.
    """
    if family not in FAMILIES:
        raise BadInputError(
            what=f"There is no family {family!r}.", remedy=f"Use one of {', '.join(FAMILIES)}."
        )
    if not FEWEST_NODES <= nodes <= len(NODE_CITIES) or lines < 1:
        limit = len(NODE_CITIES)
        raise BadInputError(
            what=f"{lines} lines over {nodes} nodes cannot be made.", remedy=f"Give 2 to {limit} nodes."
        )
    shape = FAMILIES[family]
    chance = np.random.default_rng([seed, ord(family), lines, nodes])
    skus = max(FEWEST_SKUS if lines >= FEWEST_SKUS else 4, lines // shape.lines_a_sku)
    lanes = _lanes(nodes, chance)
    catalogue = _catalogue(skus, chance)
    wanted = lines_and_orders(lines, skus, len(ZONE_CITIES), catalogue, chance)
    usual = max(4, round(shape.usual_share * nodes))
    popular = max(5, round(shape.popular_share * nodes))
    supply, current = supply_table(
        wanted.lines, wanted.orders, lanes, (skus, nodes, DAYS), (usual, popular), chance
    )
    change = np.where(
        current >= 0, chance.integers(15, 61, lines) * (chance.random(lines) < CHANGE_CHARGED_SHARE), 0
    )
    tables = Tables(
        seed=seed,
        sizes=Sizes(
            nodes=nodes,
            zones=len(ZONE_CITIES),
            days=DAYS,
            skus=skus,
            orders=int(wanted.orders["order"].size),
            lines=lines,
        ),
        node_cities=NODE_CITIES[:nodes],
        zone_cities=tuple(name for name, _, _ in ZONE_CITIES),
        lanes=lanes,
        skus=catalogue.skus,
        supply=supply,
        pick_capacity=pick_table(supply, wanted.lines, nodes, DAYS, chance),
        orders=wanted.orders,
        lines={**wanted.lines, "current_node": current, "change_cents": change.astype(np.int64)},
    )
    return with_rules(tables, rules, seed)


def _lanes(nodes: int, chance: np.random.Generator) -> Table:
    """Rates by great-circle distance, as parcel zones go; each node has a fixed cost of its own."""
    place = {name: (latitude, longitude) for name, latitude, longitude in ZONE_CITIES}
    zones = np.radians(np.array([each[1:] for each in ZONE_CITIES]))
    depots = np.radians(np.array([place[name] for name in NODE_CITIES[:nodes]]))
    km = _distances(zones, depots).reshape(-1)
    rate = RATE_FROM + RATE_PER_KM * km
    transit = 1 + np.searchsorted(DAY_ENDS_KM, km)
    fixed = np.rint(np.tile(chance.normal(485.0, 20.0, nodes), len(ZONE_CITIES)) + 2.588 * rate)
    return {
        "zone": np.repeat(np.arange(len(ZONE_CITIES), dtype=np.int64), nodes),
        "node": np.tile(np.arange(nodes, dtype=np.int64), len(ZONE_CITIES)),
        "fixed_cents": fixed.astype(np.int64),
        "rate_cents_per_kg": rate,
        "transit_days": transit.astype(np.int64),
    }


def _distances(zones: Floats, depots: Floats) -> Floats:
    half = (zones[:, None, :] - depots[None, :, :]) / 2
    chord = np.sin(half[..., 0]) ** 2
    chord += np.cos(zones[:, None, 0]) * np.cos(depots[None, :, 0]) * np.sin(half[..., 1]) ** 2
    distances: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(chord))
    return distances


def _catalogue(skus: int, chance: np.random.Generator) -> Catalogue:
    """Weights and values by SKU; every twentieth has one of the next few as its substitute."""
    kg = np.round(np.clip(chance.lognormal(0.3, 0.75, skus), 0.1, 12.0), 2)
    later = np.arange(skus, dtype=np.int64) + chance.integers(1, 6, skus)
    swapped = (chance.random(skus) < SUBSTITUTED_SHARE) & (later < skus)
    extra = np.rint(np.clip(chance.lognormal(5.45, 0.5, skus), 80, 1500)).astype(np.int64)
    table: Table = {
        "sku": np.arange(skus, dtype=np.int64),
        "kg": kg,
        "alt_sku": np.where(swapped, later, -1),
        "alt_cents": extra,
    }
    return Catalogue(skus=table, value_cents=np.clip(chance.lognormal(7.0, 0.55, skus), 300, 6500))
