"""A centre stands still, lacks people, or leaves goods at its dock."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_node
from connectors.world.master import MasterData
from domain.ids import NodeId

if TYPE_CHECKING:
    from connectors.world.company import Company

LABOUR_PERCENT = (10, 22)
RECEIVING_DELAY_HOURS = (48, 96)


def _aim_outage(rng: Random, master: MasterData) -> Blow:
    return Blow(targets=(busy_node(rng, master),))


def _aim_labour(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(busy_node(rng, master),), parameters=(("labour_percent", rng.randint(*LABOUR_PERCENT)),)
    )


def _aim_receiving(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(busy_node(rng, master),),
        parameters=(("receiving_delay_hours", rng.randint(*RECEIVING_DELAY_HOURS)),),
    )


def _restart(company: Company, disruption: Disruption) -> None:
    for node_id in disruption.targets:
        company.floor.restart(NodeId(node_id))


DC_OUTAGE = KindOfDisruption(
    kind=DisruptionKind.DC_OUTAGE, hours=(14, 34), aim=_aim_outage, is_needed=True, end=_restart
)
LABOUR_SHORTAGE = KindOfDisruption(kind=DisruptionKind.LABOUR_SHORTAGE, hours=(48, 96), aim=_aim_labour)
RECEIVING_DELAY = KindOfDisruption(kind=DisruptionKind.RECEIVING_DELAY, hours=(72, 144), aim=_aim_receiving)
