"""Common random numbers: a draw belongs to the entity and question it is keyed by, and to nothing else.

A world with one disruption taken away asks the same questions of the same entities and gets the same
answers; what differs is caused by the disruption.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")
_TO_UNIT = 2.0**-53
_UNUSED_BITS = 11


class Draws:
    """Draws of one seed; the same key always gives the same draw, in any process."""

    def __init__(self, seed: int) -> None:
        """Draw for ``seed``."""
        self._seed = seed
        self._base = blake2b(digest_size=8, key=str(seed).encode())

    def share(self, question: str, entity: str) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        digest = self._base.copy()
        digest.update(f"{question}/{entity}".encode())
        return (int.from_bytes(digest.digest()) >> _UNUSED_BITS) * _TO_UNIT

    def happens(self, one_in: int, question: str, entity: str) -> bool:
        """Whether what happens to one in so many happens to this one; never when ``one_in`` is 0."""
        return one_in > 0 and self.share(question, entity) * one_in < 1

    def fault(self, one_in: Sequence[int], question: str, entity: str) -> int | None:
        """Which of some rare faults happens to this one, by place in ``one_in``; at most one does."""
        share = self.share(question, entity)
        for place, every in enumerate(one_in):
            if every:
                share -= 1 / every
                if share < 0:
                    return place
        return None

    def between(self, span: tuple[float, float], question: str, entity: str) -> float:
        """A number within a span."""
        low, high = span
        return low + (high - low) * self.share(question, entity)

    def whole(self, span: tuple[int, int], question: str, entity: str) -> int:
        """A whole number within a span, both ends included."""
        low, high = span
        return low + int((high - low + 1) * self.share(question, entity))

    def one_of(self, options: Sequence[T], question: str, entity: str) -> T:
        """One of some options."""
        return options[int(len(options) * self.share(question, entity))]

    def stream(self, question: str, entity: str) -> Random:
        """A stream of its own for an entity that needs many draws at once."""
        return Random(f"{self._seed}/{question}/{entity}")
