"""Weather closes the roads into one or two zones: nothing gets there, nothing is picked up for them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from connectors.world import names
from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption
from connectors.world.master import MasterData
from domain.ids import ZoneId

if TYPE_CHECKING:
    from connectors.world.company import Company

STORM = ("AO", "Winter storm")
ZONES = (1, 2)


def _aim(rng: Random, master: MasterData) -> Blow:
    weight: dict[str, int] = {}
    for customer in master.customers:
        weight[customer.zone_id] = weight.get(customer.zone_id, 0) + 5 - customer.tier
    zones = sorted(weight)
    hit = {
        rng.choices(zones, weights=[weight[zone] for zone in zones])[0] for _ in range(rng.randint(*ZONES))
    }
    return Blow(targets=tuple(sorted(hit)))


def _close(company: Company, disruption: Disruption) -> None:
    zones = tuple(ZoneId(zone) for zone in disruption.targets)
    company.mishaps.close_roads(disruption.disruption_id, STORM, zones)


def _open(company: Company, disruption: Disruption) -> None:
    disturbances = company.state.disturbances
    company.mishaps.open_roads(disturbances[names.event_id(disruption.disruption_id)])


WEATHER = KindOfDisruption(kind=DisruptionKind.WEATHER, hours=(28, 60), aim=_aim, begin=_close, end=_open)
