"""Statistical contrast: what the cases that nothing explains have in common, beyond chance; pure.

For each trait (carrier, node, item …) the share of a value among the cases is held against its share
among all comparable records, by the exact hypergeometric tail with Bonferroni's correction. Cases under
one correlation key count once: they are one observation, not many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FEWEST_CASES = 4
#: How often chance may form a group, over all values looked at in one run.
FALSE_ALARM = 1e-4
#: A value must be at least so many times as frequent among the cases as among all.
LEAST_LIFT = 3

#: Terms of a tail below this share of its sum change nothing that is compared.
_NEGLIGIBLE = 1e-12

#: Equal evidence goes to the narrower trait, in this order.
TRAITS = ("lane", "supplier", "carrier", "item", "customer", "node", "hour")

#: A trait and its value, e.g. ``("carrier", "UPSN")``.
Trait = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A case that nothing explains: its correlation key and what it has of each trait."""

    case_id: str
    key: str
    traits: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """All records comparable with the cases, counted by trait and value."""

    counts: Mapping[str, Mapping[str, int]]
    _totals: dict[str, int] = field(default_factory=dict, init=False)

    def total(self, trait: str) -> int:
        """How many records there are, as far as the trait is known."""
        if trait not in self._totals:
            self._totals[trait] = sum(self.counts.get(trait, {}).values())
        return self._totals[trait]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A value that stands out: how many of the keys have it, and of all records."""

    trait: str
    value: str
    case_ids: tuple[str, ...]
    keys: int
    of_keys: int
    records: int
    of_records: int
    tail: float


def upper_tail(hits: int, draws: int, marked: int, total: int) -> float:
    """The chance of at least ``hits`` marked ones in ``draws`` from ``total``, ``marked`` of them marked."""
    most = min(draws, marked)
    if hits > most:
        return 0.0
    first = max(hits, draws - (total - marked))
    whole = _log_choose(total, draws)
    term = math.exp(_log_choose(marked, first) + _log_choose(total - marked, draws - first) - whole)
    chance = 0.0
    for k in range(first, most + 1):
        chance += term
        if term < chance * _NEGLIGIBLE:
            break
        term *= (marked - k) * (draws - k) / ((k + 1) * (total - marked - draws + k + 1))
    return min(1.0, chance)


def contrasts(observations: Sequence[Observation], population: Population) -> tuple[Contrast, ...]:
    """The values that stand out, the clearest first; a case belongs to one of them at most."""
    pool = _Pool(observations)
    found: list[Contrast] = []
    while True:
        best = _clearest(pool, population)
        if best is None:
            return tuple(found)
        found.append(best)


class _Pool:
    """The keys not grouped yet, by trait and value; a key has what all its cases have.

    ``looked_at`` is how many values there were; those that too few keys have are not kept.
    """

    def __init__(self, observations: Sequence[Observation]) -> None:
        self.units: dict[str, list[Observation]] = {}
        for observation in observations:
            self.units.setdefault(observation.key, []).append(observation)
        self.groups: dict[Trait, set[str]] = {}
        for key, cases in self.units.items():
            for trait in _shared(cases):
                self.groups.setdefault(trait, set()).add(key)
        self.looked_at = len(self.groups)
        self._drop_small()

    def take(self, trait: Trait) -> tuple[str, ...]:
        """The cases that share a value; they are left out from now on."""
        keys = sorted(self.groups[trait])
        cases = [observation for key in keys for observation in self.units.pop(key)]
        for group in self.groups.values():
            group.difference_update(keys)
        self._drop_small()
        return tuple(sorted(observation.case_id for observation in cases))

    def _drop_small(self) -> None:
        self.groups = {trait: keys for trait, keys in self.groups.items() if len(keys) >= FEWEST_CASES}


def _shared(cases: Sequence[Observation]) -> list[Trait]:
    first = cases[0].traits
    return [
        (name, value)
        for name in TRAITS
        if (value := first.get(name)) and all(case.traits.get(name) == value for case in cases)
    ]


def _clearest(pool: _Pool, population: Population) -> Contrast | None:
    of_keys = len(pool.units)
    best: tuple[float, int, str, int, int] | None = None
    for (name, value), group in pool.groups.items():
        keys = len(group)
        total = max(population.total(name), of_keys)
        records = max(population.counts.get(name, {}).get(value, 0), keys)
        if keys * total < LEAST_LIFT * records * of_keys:
            continue
        tail = upper_tail(keys, of_keys, records, total)
        if tail * pool.looked_at < FALSE_ALARM:
            candidate = (tail, TRAITS.index(name), value, records, total)
            best = candidate if best is None else min(best, candidate)
    if best is None:
        return None
    tail, place, value, records, total = best
    trait = (TRAITS[place], value)
    keys = len(pool.groups[trait])
    return Contrast(
        trait=trait[0],
        value=value,
        case_ids=pool.take(trait),
        keys=keys,
        of_keys=of_keys,
        records=records,
        of_records=total,
        tail=tail,
    )


def _log_choose(n: int, k: int) -> float:
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
