"""Everybody wants the same few items: extra orders that stock was not made for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from connectors.world import names
from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_items
from connectors.world.master import MasterData
from domain.ids import ItemId

if TYPE_CHECKING:
    from connectors.world.company import Company

ITEMS = (1, 2)
EXTRA_ORDERS = (40, 70)
DAYS_OF_STOCK_PERCENT = (140, 260)
PERCENT = 100


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=busy_items(rng, master, rng.randint(*ITEMS)),
        parameters=(
            ("extra_orders", rng.randint(*EXTRA_ORDERS)),
            ("stock_wanted_percent", rng.randint(*DAYS_OF_STOCK_PERCENT)),
        ),
    )


def _begin(company: Company, disruption: Disruption) -> None:
    count = disruption.parameter("extra_orders")
    hours = (disruption.ends_at - disruption.starts_at) / timedelta(hours=1)
    for serial in range(1, count + 1):
        company.state.after(60 * hours * serial / (count + 1), _ordering(company, disruption, serial))


def _ordering(company: Company, disruption: Disruption, serial: int) -> Callable[[], None]:
    return lambda: _order(company, disruption, serial)


def _order(company: Company, disruption: Disruption, serial: int) -> None:
    """One more order, for so much of one item that all of them together want more than there is."""
    state, master = company.state, company.state.master
    order_id = names.extra_order_id(disruption.number, serial)
    rng = state.draws.stream("surge", order_id)
    customer = rng.choices(master.customers, cum_weights=master.customer_weights)[0]
    order, _ = company.intake.compose(order_id, customer, rng, because_of=disruption.disruption_id)
    item_id = ItemId(disruption.targets[serial % len(disruption.targets)])
    item = next(kept for kept in master.items if kept.item_id == item_id)
    stocked = sum(
        state.positions[item_id, node_id].reorder_point + state.positions[item_id, node_id].order_quantity
        for node_id in master.stocked_at[item_id]
    )
    wanted = stocked * disruption.parameter("stock_wanted_percent") * len(disruption.targets)
    each = wanted // PERCENT // disruption.parameter("extra_orders")
    packs = max(1, round(each * rng.uniform(0.6, 1.4) / item.case_pack_quantity))
    quantity = max(item.minimum_order_quantity, packs * item.case_pack_quantity)
    company.intake.receive(order, [(1, item, quantity)])


DEMAND_SURGE = KindOfDisruption(kind=DisruptionKind.DEMAND_SURGE, hours=(36, 72), aim=_aim, begin=_begin)
