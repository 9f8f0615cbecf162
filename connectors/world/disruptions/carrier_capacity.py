"""A carrier has fewer trucks: it declines most of what it is offered."""

from __future__ import annotations

from random import Random

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, used_carrier
from connectors.world.master import MasterData

DECLINED_PERCENT = (65, 90)


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(used_carrier(rng, master),),
        parameters=(("declined_percent", rng.randint(*DECLINED_PERCENT)),),
    )


CARRIER_CAPACITY_CUT = KindOfDisruption(kind=DisruptionKind.CARRIER_CAPACITY_CUT, hours=(72, 120), aim=_aim)
