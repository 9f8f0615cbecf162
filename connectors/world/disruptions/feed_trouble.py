"""A feed falls silent, or a carrier's clock is off by whole hours until the carrier sends it all again."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, used_carrier
from connectors.world.master import MasterData

if TYPE_CHECKING:
    from connectors.world.company import Company
    from connectors.world.loads import Event

SHIFTS_HOURS = (-8, -7, -6, -5, 3, 5, 6, 7)
CORRECT_MINUTES_EACH = 1
FEEDS = ("erp", "wms", "tms", "tms", "supplier")


def _aim_outage(rng: Random, master: MasterData) -> Blow:  # noqa: ARG001 - as every kind is aimed
    return Blow(targets=(rng.choice(FEEDS),))


def _aim_shift(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(used_carrier(rng, master),), parameters=(("hours_shifted", rng.choice(SHIFTS_HOURS)),)
    )


def _correct(company: Company, disruption: Disruption) -> None:
    """The carrier sends everything again with the right time."""
    state = company.state
    wrong = [
        event
        for shipment in state.shipments.values()
        if shipment.service.scac in disruption.targets
        for event in shipment.events
        if event.is_off_by_disruption
    ]
    wrong.sort(key=lambda event: event.milestone_id)
    for number, event in enumerate(wrong, start=1):
        state.after(CORRECT_MINUTES_EACH * number, _correcting(company, event))


def _correcting(company: Company, event: Event) -> Callable[[], None]:
    return lambda: company.trail.correct(event)


FEED_OUTAGE = KindOfDisruption(
    kind=DisruptionKind.FEED_OUTAGE, hours=(5, 14), aim=_aim_outage, is_needed=True
)
TIME_ZONE_SHIFT = KindOfDisruption(
    kind=DisruptionKind.TIME_ZONE_SHIFT, hours=(24, 60), aim=_aim_shift, end=_correct
)
