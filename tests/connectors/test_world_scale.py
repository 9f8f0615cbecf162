"""The world for measuring: as many lines as asked for, consistent, one item in demand, the same again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from connectors.world.scale import HOT_SHARE, SCALE, scale_records
from domain.inventory import Allocation, InboundSupply, InventoryPosition
from domain.orders import OrderLine, SalesOrder

LINES = 6_000
SMALL = replace(SCALE, items=200, customers=60)


def test_it_has_as_many_lines_as_asked_for_and_every_reference_leads_somewhere() -> None:
    records = list(scale_records(3, LINES, size=SMALL))
    lines = [record for record in records if isinstance(record, OrderLine)]
    orders = {record.order_id for record in records if isinstance(record, SalesOrder)}
    places = {(r.item_id, r.node_id) for r in records if isinstance(r, InventoryPosition)}
    assert len(lines) == len({line.line_id for line in lines}) == LINES
    assert {line.order_id for line in lines} == orders
    assert {(line.item_id, line.node_id) for line in lines} <= places
    parts = [record for record in records if isinstance(record, Allocation)]
    assert {part.line_id: part.quantity for part in parts} == {
        line.line_id: line.ordered_quantity for line in lines
    }
    assert any(isinstance(record, InboundSupply) for record in records)


def test_one_item_is_in_great_demand() -> None:
    lines = [record for record in scale_records(3, LINES, size=SMALL) if isinstance(record, OrderLine)]
    (_, most), (_, next_most) = Counter(line.item_id for line in lines).most_common(2)
    assert most > 0.8 * HOT_SHARE * LINES
    assert most > 2 * next_most


def test_the_same_seed_gives_the_same_records() -> None:
    assert list(scale_records(3, 500, size=SMALL)) == list(scale_records(3, 500, size=SMALL))
    assert list(scale_records(3, 500, size=SMALL)) != list(scale_records(4, 500, size=SMALL))
