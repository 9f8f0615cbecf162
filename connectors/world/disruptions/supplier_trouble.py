"""A supplier delivers late, or sends less than was ordered: what is on order and what is ordered then."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from connectors.world.assortment import supplier_of
from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption
from connectors.world.master import MasterData

if TYPE_CHECKING:
    from connectors.world.company import Company
    from connectors.world.stock import Supply

SLIP_DAYS = (4, 7)
SHIPPED_PERCENT = (25, 60)


def _supplier(rng: Random, master: MasterData) -> str:
    """A supplier of something that is bought only when it is ordered, so that somebody waits for it."""
    bought_to_order = [item for item in master.items[:60] if len(master.stocked_at[item.item_id]) == 1]
    return supplier_of(master.item_number[rng.choice(bought_to_order).item_id])


def _aim_slip(rng: Random, master: MasterData) -> Blow:
    return Blow(targets=(_supplier(rng, master),), parameters=(("slip_days", rng.randint(*SLIP_DAYS)),))


def _aim_short(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=(_supplier(rng, master),),
        parameters=(("shipped_percent", rng.randint(*SHIPPED_PERCENT)),),
    )


def _on_order(company: Company, disruption: Disruption) -> list[Supply]:
    """What the supplier has confirmed and not sent yet."""
    return [
        supply
        for supply in company.state.supplies.values()
        if supply.supplier in disruption.targets and supply.confirmed is not None and supply.sent is None
    ]


def _slip(company: Company, disruption: Disruption) -> None:
    for supply in _on_order(company, disruption):
        company.supply.slip(supply, disruption.parameter("slip_days"))


def _send_less(company: Company, disruption: Disruption) -> None:
    for supply in _on_order(company, disruption):
        company.supply.send_less(supply, disruption.parameter("shipped_percent"))


SUPPLIER_SLIP = KindOfDisruption(
    kind=DisruptionKind.SUPPLIER_SLIP, hours=(72, 120), aim=_aim_slip, begin=_slip
)
SUPPLIER_SHORT_SHIP = KindOfDisruption(
    kind=DisruptionKind.SUPPLIER_SHORT_SHIP, hours=(72, 144), aim=_aim_short, begin=_send_less
)
