"""ULIDs: identifiers that sort by the time they were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.clock import Clock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_ULID_CHARACTERS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class UlidSource:
    """Makes ULIDs from a clock and a source of random bits (``random_bits(80)``)."""

    clock: Clock
    random_bits: Callable[[int], int]

    def new_id(self) -> str:
        """48 bits of Unix milliseconds, 80 random bits, in Crockford's base 32."""
        milliseconds = int(self.clock.now().timestamp() * 1000)
        number = (milliseconds << _RANDOM_BITS) | self.random_bits(_RANDOM_BITS)
        characters = []
        for _ in range(_ULID_CHARACTERS):
            number, digit = divmod(number, len(_CROCKFORD))
            characters.append(_CROCKFORD[digit])
        return "".join(reversed(characters))
