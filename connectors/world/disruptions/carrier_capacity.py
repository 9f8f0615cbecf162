"""A carrier has fewer trucks: it says how few, and declines most of what it is offered."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, used_carrier
from connectors.world.master import MasterData

if TYPE_CHECKING:
    from connectors.world.company import Company

DECLINED_PERCENT = (65, 90)
TRUCKS_A_DAY = (1, 2)


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(used_carrier(rng, master),),
        parameters=(
            ("declined_percent", rng.randint(*DECLINED_PERCENT)),
            ("pickups_per_day", rng.randint(*TRUCKS_A_DAY)),
        ),
    )


def _cut(company: Company, disruption: Disruption) -> None:
    for service in list(company.state.services.values()):
        if service.scac in disruption.targets:
            trucks = disruption.parameter("pickups_per_day")
            company.state.set_service(replace(service, pickups_per_day=trucks))


def _restore(company: Company, disruption: Disruption) -> None:
    for service in company.state.master.services:
        if service.scac in disruption.targets:
            company.state.set_service(service)


CARRIER_CAPACITY_CUT = KindOfDisruption(
    kind=DisruptionKind.CARRIER_CAPACITY_CUT,
    hours=(72, 120),
    aim=_aim,
    is_needed=True,
    begin=_cut,
    end=_restore,
)
