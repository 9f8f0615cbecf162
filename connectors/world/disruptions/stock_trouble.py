"""Bins hold less than the books say, or a lot is recalled."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from connectors.world.assortment import ages
from connectors.world.disruptions.disruption import Disruption, DisruptionKind
from connectors.world.disruptions.kind import Blow, KindOfDisruption, busy_node
from connectors.world.master import MasterData
from domain.ids import EntityKind, ItemId, NodeId
from domain.inventory import LotQuality

if TYPE_CHECKING:
    from connectors.world.company import Company
    from connectors.world.stock import StockPosition
    from connectors.world.things import Order

BINS = (4, 7)
LOST_PERCENT = (96, 100)
REMOVE_HOURS = (12.0, 36.0)
AGAIN_MINUTES = 30
PERCENT = 100


def _aim_bins(rng: Random, master: MasterData) -> Blow:
    node_id = NodeId(busy_node(rng, master))
    stocked = [item for item in master.items[:80] if node_id in master.stocked_at[item.item_id]]
    stocked.sort(key=lambda item: -master.units_per_day[item.item_id, node_id])
    hit = rng.sample(stocked[:16], min(rng.randint(*BINS), len(stocked)))
    return Blow(
        targets=tuple(sorted(f"{item.item_id}@{node_id}" for item in hit)),
        parameters=(("lost_percent", rng.randint(*LOST_PERCENT)),),
    )


def _aim_lot(rng: Random, master: MasterData) -> Blow:
    ageing = [item for item in master.items[:60] if ages(item) and len(master.stocked_at[item.item_id]) > 1]
    return Blow(targets=(rng.choice(ageing).item_id,))


def _position(company: Company, target: str) -> StockPosition:
    item_id, _, node_id = target.partition("@")
    return company.state.positions[ItemId(item_id), NodeId(node_id)]


def _empty_bins(company: Company, disruption: Disruption) -> None:
    for target in disruption.targets:
        position = _position(company, target)
        position.missing = max(0, position.on_hand) * disruption.parameter("lost_percent") // PERCENT


def _count_bins(company: Company, disruption: Disruption) -> None:
    """At the end, somebody counts what nobody has counted before."""
    for target in disruption.targets:
        position = _position(company, target)
        if position.missing > 0 and not position.is_count_due:
            company.stock.count(position, position.missing)


def _recall(company: Company, disruption: Disruption) -> None:
    """Every lot of the item that is on the shelves now is recalled, and later taken off them."""
    state = company.state
    item_id = ItemId(disruption.targets[0])
    for node_id in state.master.stocked_at[item_id]:
        position = state.positions[item_id, node_id]
        for lot in position.lots:
            lot.quality = LotQuality.RECALLED
            state.put(EntityKind.LOT, lot.lot_id, lot.show)
        state.after_hours(REMOVE_HOURS, "remove-lots", position.position_id, _removing(company, position))


def _removing(company: Company, position: StockPosition) -> Callable[[], None]:
    return lambda: _remove(company, position)


def _remove(company: Company, position: StockPosition) -> None:
    """Stop what is being picked from recalled lots, take the lots off the books, and start again."""
    recalled = [lot for lot in position.lots if lot.quality is LotQuality.RECALLED]
    hit = [part for part in position.claims.values() if part.lot in recalled]
    for part in hit:
        if part.shipment is not None:
            company.warehouse.call_off(part.shipment)
        company.stock.unreserve(part)
    company.stock.write_off(position, recalled)
    orders = {part.line.order.order_id: part.line.order for part in hit}
    for order_id in sorted(orders):
        company.state.after(AGAIN_MINUTES, _releasing(company, orders[order_id]))


def _releasing(company: Company, order: Order) -> Callable[[], None]:
    return lambda: company.warehouse.release(order)


BIN_SHRINK = KindOfDisruption(
    kind=DisruptionKind.BIN_SHRINK, hours=(72, 120), aim=_aim_bins, begin=_empty_bins, end=_count_bins
)
LOT_RECALL = KindOfDisruption(kind=DisruptionKind.LOT_RECALL, hours=(36, 72), aim=_aim_lot, begin=_recall)
