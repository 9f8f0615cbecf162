"""A carrier takes longer than it says: its ETAs stay what they were, the goods come a day or more later."""

from __future__ import annotations

from random import Random

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, used_carrier
from connectors.world.master import MasterData

HIDDEN_DELAY_HOURS = (24, 48)


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(used_carrier(rng, master),),
        parameters=(("hidden_delay_hours", rng.randint(*HIDDEN_DELAY_HOURS)),),
    )


ETA_OPTIMISM = KindOfDisruption(kind=DisruptionKind.ETA_OPTIMISM, hours=(96, 168), aim=_aim)
