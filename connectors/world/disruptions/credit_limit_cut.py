"""A credit insurer cuts the limits of some customers: their open orders and new ones are held."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_customers
from connectors.world.master import MasterData
from connectors.world.things import GOING_ON
from domain.ids import CustomerId
from domain.orders import CreditStatus, OrderStatus

if TYPE_CHECKING:
    from connectors.world.company import Company

CUSTOMERS = (2, 4)
LIMIT_PERCENT = (30, 80)
PERCENT = 100


def _aim(rng: Random, master: MasterData) -> Blow:
    return Blow(
        targets=busy_customers(rng, master, rng.randint(*CUSTOMERS)),
        parameters=(("limit_percent", rng.randint(*LIMIT_PERCENT)),),
    )


def _cut(company: Company, disruption: Disruption) -> None:
    """The limit falls below what is owed already."""
    state = company.state
    least_hours = (disruption.ends_at - disruption.starts_at) / timedelta(hours=1)
    for target in disruption.targets:
        customer = state.customers[CustomerId(target)]
        owed = customer.credit.open_receivables_cents
        limit = owed * disruption.parameter("limit_percent") // PERCENT
        state.set_customer(replace(customer, credit=replace(customer.credit, limit_cents=limit)))
    for order in list(state.orders.values()):
        is_open = order.status is OrderStatus.ENTERED or order.status in GOING_ON
        is_hit = order.customer.customer_id in disruption.targets and order.credit is CreditStatus.CLEAR
        if is_open and is_hit:
            company.office.hold_credit(order, least_hours=least_hours)
            state.put_order(order)


def _restore(company: Company, disruption: Disruption) -> None:
    state = company.state
    for target in disruption.targets:
        customer = state.customers[CustomerId(target)]
        first = next(kept for kept in state.master.customers if kept.customer_id == customer.customer_id)
        state.set_customer(replace(customer, credit=first.credit))


CREDIT_LIMIT_CUT = KindOfDisruption(
    kind=DisruptionKind.CREDIT_LIMIT_CUT, hours=(48, 96), aim=_aim, begin=_cut, end=_restore
)
