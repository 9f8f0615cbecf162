"""A wrong price list is loaded: lines of some items come with a wrong price."""

from __future__ import annotations

from random import Random

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_items
from connectors.world.master import MasterData

ITEMS = (2, 4)
ERROR_PERCENT = (12, 35)


def _aim(rng: Random, master: MasterData) -> Blow:
    error = rng.randint(*ERROR_PERCENT)
    return Blow(
        targets=busy_items(rng, master, rng.randint(*ITEMS), among=16),
        parameters=(("price_error_percent", rng.choice((error, -error))),),
    )


WRONG_PRICE_LIST = KindOfDisruption(kind=DisruptionKind.WRONG_PRICE_LIST, hours=(36, 84), aim=_aim)
