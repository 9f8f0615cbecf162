"""Where components end: at every commit, before and after it, and at every named point of the services."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.store.ledger import Ledger
from app.store.ledger_transaction import LedgerTransaction


class Killed(BaseException):
    """The component ends here: no code of the product catches it."""


@dataclass
class Fate:
    """Decides at each point whether the component ends there."""

    chance: random.Random
    share: float
    calm: bool = False
    ended_at: list[str] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        """Pass a point, or end."""
        if not self.calm and self.chance.random() < self.share:
            self.ended_at.append(point)
            raise Killed(point)


class MortalLedger(Ledger):
    """A real ledger whose program may end just before and just after each of its commits."""

    fate: Fate

    @contextmanager
    def transaction(self) -> Iterator[LedgerTransaction]:
        with super().transaction() as tx:
            yield tx
            self.fate("ledger:before-commit")
        self.fate("ledger:after-commit")
