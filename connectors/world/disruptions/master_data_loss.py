"""A faulty load wipes the weights and volumes of some items until somebody notices."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_items
from connectors.world.master import MasterData
from domain.ids import ItemId

if TYPE_CHECKING:
    from connectors.world.company import Company

ITEMS = (4, 8)


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(targets=busy_items(rng, master, rng.randint(*ITEMS)))


def _wipe(company: Company, disruption: Disruption) -> None:
    for item_id in disruption.targets:
        company.mishaps.take_away(ItemId(item_id))


def _restore(company: Company, disruption: Disruption) -> None:
    for item_id in disruption.targets:
        company.mishaps.give_back(ItemId(item_id))


MASTER_DATA_LOSS = KindOfDisruption(
    kind=DisruptionKind.MASTER_DATA_LOSS, hours=(24, 72), aim=_aim, begin=_wipe, end=_restore
)
