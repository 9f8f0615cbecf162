"""The EDI translator sends the last hours' orders again: each exists twice until one is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption
from connectors.world.master import MasterData

if TYPE_CHECKING:
    from connectors.world.company import Company
    from connectors.world.things import Order

REPLAYED_ORDERS = (12, 24)
OLDEST_HOURS = 20


def _aim(rng: Random, master: MasterData) -> Blow:  # noqa: ARG001 - every kind is aimed the same way
    return Blow(targets=("edi",), parameters=(("replayed_orders", rng.randint(*REPLAYED_ORDERS)),))


def _replay(company: Company, disruption: Disruption) -> None:
    state = company.state
    oldest = state.now - timedelta(hours=OLDEST_HOURS)
    found = [
        order
        for order in state.orders.values()
        if order.channel == "edi" and order.ordered_at >= oldest and not order.because_of
    ]
    found.sort(key=lambda order: order.order_id)
    for number, order in enumerate(found[-disruption.parameter("replayed_orders") :], start=1):
        state.after(2 * number, _repeating(company, order, disruption.disruption_id))


def _repeating(company: Company, order: Order, because_of: str) -> Callable[[], None]:
    def repeat() -> None:
        company.intake.repeat(order, because_of)

    return repeat


DUPLICATE_EDI_REPLAY = KindOfDisruption(
    kind=DisruptionKind.DUPLICATE_EDI_REPLAY, hours=(2, 4), aim=_aim, begin=_replay
)
