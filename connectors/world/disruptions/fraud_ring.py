"""Somebody has got hold of a few customers' accounts and orders to one new address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from connectors.world import names
from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_customers
from connectors.world.master import MasterData
from connectors.world.partners import street_of
from domain.ids import CustomerId

if TYPE_CHECKING:
    from connectors.world.company import Company

CUSTOMERS = (1, 3)
ORDERS = (8, 14)
DEAR_ITEMS = 12
QUANTITY = (8, 20)
FAR_STREET = 5_000


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=busy_customers(rng, master, rng.randint(*CUSTOMERS)),
        parameters=(("fraud_orders", rng.randint(*ORDERS)),),
    )


def _begin(company: Company, disruption: Disruption) -> None:
    count = disruption.parameter("fraud_orders")
    hours = (disruption.ends_at - disruption.starts_at) / timedelta(hours=1)
    for serial in range(1, count + 1):
        company.state.after(60 * hours * serial / (count + 1), _ordering(company, disruption, serial))


def _ordering(company: Company, disruption: Disruption, serial: int) -> Callable[[], None]:
    return lambda: _order(company, disruption, serial)


def _order(company: Company, disruption: Disruption, serial: int) -> None:
    state = company.state
    order_id = names.extra_order_id(disruption.number, serial)
    rng = state.draws.stream("fraud", order_id)
    customer = state.customers[CustomerId(disruption.targets[serial % len(disruption.targets)])]
    order, _ = company.intake.compose(order_id, customer, rng, because_of=disruption.disruption_id)
    order.channel = "web"
    dearest = sorted(state.master.items, key=lambda item: -item.list_price_cents)[:DEAR_ITEMS]
    item = rng.choice(dearest)
    quantity = rng.randint(*QUANTITY) * item.case_pack_quantity
    company.intake.receive(order, [(1, item, max(quantity, item.minimum_order_quantity))])
    if order.order_id in state.orders:
        company.office.mark_as_fraud(order, street_of(FAR_STREET + disruption.number))
        state.put_order(order)


FRAUD_RING = KindOfDisruption(kind=DisruptionKind.FRAUD_RING, hours=(24, 60), aim=_aim, begin=_begin)
