"""The company: every desk of a world, wired to the others, and the disruptions of its plan on the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.world.archive_desk import ArchiveDesk
from connectors.world.billing_desk import BillingDesk
from connectors.world.change_desk import ChangeDesk
from connectors.world.disruptions.disruption import Disruption
from connectors.world.disruptions.registry import KIND_OF
from connectors.world.floor_desk import FloorDesk
from connectors.world.intake import Intake
from connectors.world.mishap_desk import MishapDesk
from connectors.world.order_desk import OrderDesk
from connectors.world.order_office import OrderOffice
from connectors.world.returns_desk import ReturnsDesk
from connectors.world.state import WorldState
from connectors.world.stock_desk import StockDesk
from connectors.world.supply_desk import SupplyDesk
from connectors.world.tender_desk import TenderDesk
from connectors.world.things import Order
from connectors.world.trail_desk import TrailDesk
from connectors.world.transport_desk import TransportDesk
from connectors.world.warehouse_desk import WarehouseDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The desks of one world."""

    state: WorldState
    stock: StockDesk
    supply: SupplyDesk
    floor: FloorDesk
    warehouse: WarehouseDesk
    transport: TransportDesk
    trail: TrailDesk
    billing: BillingDesk
    returns: ReturnsDesk
    orders: OrderDesk
    office: OrderOffice
    intake: Intake
    mishaps: MishapDesk


def found_company(state: WorldState) -> Company:
    """Set up the desks of a world that has not begun yet, and put its disruptions on the clock."""
    stock = StockDesk(state)
    supply = SupplyDesk(state, stock)
    floor = FloorDesk(state, stock)
    trail = TrailDesk(state)
    transport = TransportDesk(state, stock, TenderDesk(state, trail), trail)
    warehouse = WarehouseDesk(state, stock, floor, transport)
    orders = OrderDesk(state, stock, warehouse)
    company = Company(
        state=state,
        stock=stock,
        supply=supply,
        floor=floor,
        warehouse=warehouse,
        transport=transport,
        trail=trail,
        billing=BillingDesk(state, trail),
        returns=ReturnsDesk(state, stock),
        orders=orders,
        office=OrderOffice(state, orders, stock),
        intake=Intake(state, orders),
        mishaps=MishapDesk(state, stock, supply),
    )
    _introduce(company)
    for disruption in state.disruptions.plan:
        state.at(disruption.starts_at, _beginning(company, disruption))
        state.at(disruption.ends_at, _ending(company, disruption))
    return company


def _introduce(company: Company) -> None:
    """Tell each desk who wants to know what it does."""
    archive = ArchiveDesk(company.state)
    changes = ChangeDesk(company.state, company.orders)

    def entered(order: Order) -> None:
        company.mishaps.befall(order)
        changes.foresee(order, released=False)

    company.orders.when_admitted = entered
    company.warehouse.when_released = lambda order: changes.foresee(order, released=True)
    company.warehouse.when_finished = archive.consider
    company.transport.when_posted = company.billing.expect_bill
    company.transport.when_delivered = company.billing.sign
    company.billing.when_signed = company.returns.consider
    company.billing.when_settled = archive.settled
    company.returns.when_closed = archive.returned
    company.supply.when_received = archive.file_supply


def _beginning(company: Company, disruption: Disruption) -> Callable[[], None]:
    def begin() -> None:
        company.state.disruptions.begin(disruption)
        act = KIND_OF[disruption.kind].begin
        if act is not None:
            act(company, disruption)

    return begin


def _ending(company: Company, disruption: Disruption) -> Callable[[], None]:
    def end() -> None:
        company.state.disruptions.end(disruption)
        act = KIND_OF[disruption.kind].end
        if act is not None:
            act(company, disruption)

    return end
