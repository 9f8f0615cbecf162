"""Short histories of a small world with one disruption or none, and what is told of each order in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random

from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.registry import KIND_OF
from connectors.world.history import HISTORY_BEGINS_AT, run_history
from connectors.world.master import MasterData, build_master
from connectors.world.nature import QUIET
from connectors.world.sizes import SIZES
from connectors.world.state import WorldState
from connectors.world.things import Order
from domain.records import Entity

SEED = 7
#: Few centres, so that each has something to do at any time; nothing goes wrong by itself.
CALM = replace(
    SIZES["tiny"],
    nodes=3,
    nodes_per_item=3,
    items=40,
    orders_per_day=50,
    troubled_customer_every=1000,
    nature=QUIET,
)
DAYS = 13
STRIKES_AFTER = timedelta(days=6)


@cache
def master() -> MasterData:
    """The master data of these worlds."""
    return build_master(SEED, CALM, HISTORY_BEGINS_AT)


def disruption_of(kind: DisruptionKind) -> Disruption:
    """A disruption of that kind as a plan would draw it, in the middle of a history."""
    known = KIND_OF[kind]
    blow = known.aim(Random(f"test/{kind}"), master())
    starts_at = HISTORY_BEGINS_AT + STRIKES_AFTER
    return Disruption(
        disruption_id=f"D01-{kind}",
        number=1,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=min(known.hours[1], 72)),
        targets=blow.targets,
        parameters=blow.parameters,
    )


@cache
def history(kind: DisruptionKind | None) -> WorldState:
    """What happens in such a world with a disruption of that kind, or with none."""
    plan = () if kind is None else (disruption_of(kind),)
    return run_history(SEED, CALM, plan, HISTORY_BEGINS_AT + timedelta(days=DAYS))


def orders_of(state: WorldState) -> dict[str, Order]:
    """Every order there ever was."""
    return {str(order.order_id): order for order in (*state.archive.values(), *state.orders.values())}


def supplies_of(state: WorldState) -> dict[str, Entity]:
    """All goods that were ever on their way in, as they stand now."""
    return {str(kept.supply_id): kept.show() for kept in (*state.received, *state.supplies.values())}


def told_of(order: Order) -> tuple[object, ...]:
    """All records of an order and its papers, as the systems show them, and when the receipts came."""
    return tuple(_records(order))


def _records(order: Order) -> Iterator[object]:
    yield order.show()
    yield from (line.show() for line in order.lines)
    yield from (part.show() for line in order.lines for part in line.parts)
    yield from (change.show() for change in order.changes)
    yield from (message.show() for message in order.messages)
    for shipment in order.shipments:
        yield shipment.show()
        yield from (pick.show() for pick in shipment.picks)
        yield from (booking.show() for booking in shipment.bookings)
        yield from (event.show() for event in shipment.events)
        if shipment.receipt is not None:
            yield shipment.receipt.show()
            yield shipment.receipt.came_at
    yield from (bill.show() for bill in order.bills)
    yield from (kept.show() for kept in order.returns)
