"""A carrier's drivers are on strike: no truck comes, nothing moves, tenders are not answered."""

from __future__ import annotations

from random import Random

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, used_carrier
from connectors.world.master import MasterData


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(targets=(used_carrier(rng, master),))


CARRIER_STRIKE = KindOfDisruption(
    kind=DisruptionKind.CARRIER_STRIKE, hours=(50, 96), aim=_aim, is_needed=True
)
