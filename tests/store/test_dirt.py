"""What a written row makes dirty: where it belongs, and where it belonged if the write moved it."""

from __future__ import annotations

from app.store.wake_paths import DECIDING_COLUMNS_OF, MOVING_PATHS_OF
from domain.ids import ItemId, NodeId
from domain.records import Entity
from tests.support import facts
from tests.support.tower_room import TowerRoom


def dirty(room: TowerRoom, path: str, entity: Entity) -> set[str]:
    """The keys of a path after this record was written and before a detection looked."""
    room.source.put(entity)
    page = room.source.changes("everything", room.mirror.cursor(facts.ERP, "everything"), 500)
    with room.mirror.write() as transaction:
        transaction.apply_page(facts.ERP, "everything", page, at=room.clock.now())
    with room.mirror.engine.connect() as connection:
        query = "SELECT key FROM dirty_scope WHERE path = ?"
        return set(connection.exec_driver_sql(query, (path,)).scalars())


def test_a_row_that_stays_marks_where_it_is(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    line = facts.line()
    assert dirty(room, "order_line>peg", facts.line(ordered_quantity=line.ordered_quantity + 1)) == {
        f"{line.item_id}|MEM"
    }


def test_a_row_that_moves_marks_where_it_was_too(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    line = facts.line()
    moved = facts.line(item_id=ItemId("I9"), node_id=NodeId("DFW"))
    assert dirty(room, "order_line>peg", moved) >= {f"{line.item_id}|MEM", "I9|DFW"}


def test_a_line_marks_where_it_holds_stock_not_where_it_held_some(room: TowerRoom) -> None:
    held, given_up = facts.allocation(node_id="DEN"), facts.allocation(node_id="DFW")
    room.sync(*facts.quiet_world(), held, given_up)
    room.source.drop(given_up)
    room.sync()
    line = facts.line()
    assert dirty(room, "order_line>peg", facts.line(ordered_quantity=line.ordered_quantity + 1)) == {
        f"{line.item_id}|MEM",
        f"{line.item_id}|DEN",
    }


def test_a_load_marks_the_lines_that_it_no_longer_carries(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.shipment())
    carried = {f"{line.item_id}" for line in facts.shipment().lines}
    assert carried
    assert dirty(room, "shipment>item", facts.shipment(lines=())) >= carried


def test_what_decides_the_keys_of_a_line_is_what_it_belongs_to() -> None:
    assert DECIDING_COLUMNS_OF["order_line"] == ("id", "order_id", "item_id", "node_id")


def test_a_kind_with_lines_inside_is_always_followed_before_a_write() -> None:
    assert DECIDING_COLUMNS_OF.keys() & {"shipment", "invoice", "proof_of_delivery"} == set()
    assert MOVING_PATHS_OF["shipment"]
