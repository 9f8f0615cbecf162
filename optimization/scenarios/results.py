"""What solving a scenario gives, and how two results compare: by term, by order, and by proof."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from domain.checks import require
from optimization.rebooking.columns import IntColumn

PARTS_PER_MILLION = 1_000_000
NOT_SERVED = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScenarioResult:
    """A checked answer without the time it took: equal solves give equal bytes.

    ``choice`` says for each order (a rebooking: shipment) how it goes, as one number; -1: not at all.
    """

    scenario: str
    instance_digest: str
    terms: tuple[tuple[str, int], ...]
    objective_cents: int
    bound_cents: int
    status: str
    seed: int
    choice: IntColumn

    def __post_init__(self) -> None:
        """Refuse terms that do not sum up, and a bound above the cost."""
        total = sum(cents for _, cents in self.terms)
        require(total == self.objective_cents, f"terms of {self.scenario} sum up to {total}.")
        require(self.bound_cents <= self.objective_cents, f"bound of {self.scenario} is above its cost.")

    @property
    def digest(self) -> str:
        """SHA-256 of everything."""
        head = (
            self.scenario, self.instance_digest, self.terms, self.objective_cents, self.bound_cents,
            self.status, self.seed,
        )  # fmt: skip
        return hashlib.sha256(repr(head).encode() + self.choice.astype("<i8").tobytes()).hexdigest()


class Verdict(StrEnum):
    """What the intervals from bound to cost prove about a scenario beside its baseline."""

    PROVABLY_WORSE = "provably_worse"
    PROVABLY_BETTER = "provably_better"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """A scenario beside its baseline; positive is dearer.

    The optimum of the scenario is dearer than that of the baseline by ``least_cents`` to
    ``most_cents``: that much is proven. ``flipped`` are the orders that go another way, ``lost``
    those served only in the baseline, ``won`` those served only in the scenario; orders beyond
    the baseline's count (a surge) are not in them.
    """

    scenario: str
    terms: tuple[tuple[str, int], ...]
    objective_delta_cents: int
    least_cents: int
    most_cents: int
    verdict: Verdict
    flipped: IntColumn
    lost: IntColumn
    won: IntColumn

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        orders = f"{len(self.flipped)} orders go another way, {len(self.lost)} are lost, {len(self.won)} won"
        delta = f"{self.objective_delta_cents:+d} cents"
        proof = f"proven: between {self.least_cents:+d} and {self.most_cents:+d}"
        return f"{self.scenario}: {delta} ({proof}; {self.verdict.value}); {orders}"


def compare(baseline: ScenarioResult, scenario: ScenarioResult) -> Comparison:
    """Term by term, order by order, and what is proven."""
    names = [name for name, _ in baseline.terms]
    require(names == [name for name, _ in scenario.terms], "the terms of the two results differ.")
    least = scenario.bound_cents - baseline.objective_cents
    most = scenario.objective_cents - baseline.bound_cents
    verdict = Verdict.NOT_PROVEN
    if least > 0:
        verdict = Verdict.PROVABLY_WORSE
    elif most < 0:
        verdict = Verdict.PROVABLY_BETTER
    shared = min(len(baseline.choice), len(scenario.choice))
    old, new = baseline.choice[:shared], scenario.choice[:shared]
    return Comparison(
        scenario=scenario.scenario,
        terms=tuple(
            (name, after - before)
            for (name, before), (_, after) in zip(baseline.terms, scenario.terms, strict=True)
        ),
        objective_delta_cents=scenario.objective_cents - baseline.objective_cents,
        least_cents=least,
        most_cents=most,
        verdict=verdict,
        flipped=np.flatnonzero((old != new) & (old != NOT_SERVED) & (new != NOT_SERVED)),
        lost=np.flatnonzero((old != NOT_SERVED) & (new == NOT_SERVED)),
        won=np.flatnonzero((old == NOT_SERVED) & (new != NOT_SERVED)),
    )
