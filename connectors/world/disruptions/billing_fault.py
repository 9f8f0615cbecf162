"""A fault in the papers of one centre: what leaves is not billed, or its receipts are missing or wrong."""

from __future__ import annotations

from enum import IntEnum
from random import Random

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_node
from connectors.world.master import MasterData

HIT_PERCENT = (60, 95)


class BillingFault(IntEnum):
    """Which papers are spoilt."""

    UNBILLED = 1
    MISSING_RECEIPT = 2
    WRONG_RECEIPT = 3


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(busy_node(rng, master),),
        parameters=(
            ("fault", int(rng.choice(list(BillingFault)))),
            ("hit_percent", rng.randint(*HIT_PERCENT)),
        ),
    )


BILLING_FAULT = KindOfDisruption(kind=DisruptionKind.BILLING_FAULT, hours=(48, 96), aim=_aim)
