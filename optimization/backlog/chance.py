"""Seeded chance for compiled loops: xorshift, the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.compiled import compiled

Chance = NDArray[np.uint64]
FRACTION_BITS = 53


def seeded_chance(*seeds: int) -> Chance:
    """A state of its own for each combination of seeds."""
    return np.array([np.random.SeedSequence(seeds).generate_state(1, np.uint64)[0] | 1], np.uint64)


@compiled
def draw(chance: Chance) -> int:
    """A whole number of 53 bits."""
    state = chance[0]
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    chance[0] = state
    return int(np.int64(state >> np.uint64(11)))


@compiled
def below(chance: Chance, limit: int) -> int:
    """A whole number from 0 to ``limit`` - 1."""
    return draw(chance) % limit


@compiled
def fraction(chance: Chance) -> float:
    """A number from 0 up to 1."""
    return draw(chance) / float(1 << FRACTION_BITS)
