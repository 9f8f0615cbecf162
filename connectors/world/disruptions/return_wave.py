"""A bad batch of an item: most of what is delivered of it comes back."""

from __future__ import annotations

from random import Random

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_items
from connectors.world.master import MasterData

RETURNED_PERCENT = (55, 85)


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=busy_items(rng, master, 1, among=8),
        parameters=(("returned_percent", rng.randint(*RETURNED_PERCENT)),),
    )


RETURN_WAVE = KindOfDisruption(kind=DisruptionKind.RETURN_WAVE, hours=(96, 168), aim=_aim, is_needed=True)
