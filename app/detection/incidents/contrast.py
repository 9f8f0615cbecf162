"""Statistical contrast: what the cases that nothing explains have in common, beyond chance; pure.

For each trait (carrier, node, item …) the share of a value among the cases is held against its share
among all comparable records, by the exact hypergeometric tail with Bonferroni's correction. Cases under
one correlation key count once: they are one observation, not many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST_CASES = 4
#: How often chance may form a group, over all values looked at in one run.
FALSE_ALARM = 1e-4
#: A value must be at least so many times as frequent among the cases as among all.
LEAST_LIFT = 3

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

    def total(self, trait: str) -> int:
        """How many records there are, as far as the trait is known."""
        return sum(self.counts.get(trait, {}).values())


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
    whole = _log_choose(total, draws)
    terms = [
        _log_choose(marked, k) + _log_choose(total - marked, draws - k) - whole
        for k in range(max(hits, draws - (total - marked)), most + 1)
    ]
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def contrasts(observations: Sequence[Observation], population: Population) -> tuple[Contrast, ...]:
    """The values that stand out, the clearest first; a case belongs to one of them at most."""
    left = sorted(observations, key=lambda o: o.case_id)
    found: list[Contrast] = []
    while True:
        best = _clearest(left, population)
        if best is None:
            return tuple(found)
        found.append(best)
        taken = set(best.case_ids)
        left = [o for o in left if o.case_id not in taken]


def _clearest(observations: Sequence[Observation], population: Population) -> Contrast | None:
    of_keys = len({o.key for o in observations})
    groups: dict[Trait, list[Observation]] = {}
    for observation in observations:
        for trait in TRAITS:
            value = observation.traits.get(trait)
            if value:
                groups.setdefault((trait, value), []).append(observation)
    candidates = []
    for (trait, value), group in groups.items():
        keys = len({o.key for o in group})
        total = max(population.total(trait), of_keys)
        records = max(population.counts.get(trait, {}).get(value, 0), keys)
        if keys < FEWEST_CASES or keys * total < LEAST_LIFT * records * of_keys:
            continue
        tail = upper_tail(keys, of_keys, records, total)
        if tail * len(groups) < FALSE_ALARM:
            contrast = Contrast(
                trait=trait,
                value=value,
                case_ids=tuple(o.case_id for o in group),
                keys=keys,
                of_keys=of_keys,
                records=records,
                of_records=total,
                tail=tail,
            )
            candidates.append(contrast)
    return min(candidates, key=lambda c: (c.tail, TRAITS.index(c.trait), c.value), default=None)


def _log_choose(n: int, k: int) -> float:
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
