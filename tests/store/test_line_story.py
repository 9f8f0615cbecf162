"""A line's story goes through all systems by keys, and says at which stage it stands and why."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.store import line_story
from app.store.line_story import LineStage, StageLight, StageOfLine
from domain.ids import NodeId, OrderId
from domain.transport import ShipmentStatus
from domain.warehouse import PickStatus
from tests.support import facts
from tests.support.facts import DAY, NOW
from tests.support.tower_room import TowerRoom

SO_1 = OrderId("SO-1")


def lights(stages: list[StageOfLine]) -> dict[LineStage, StageLight]:
    """The light of each stage of an order with one line."""
    return {stage.stage: stage.light for stage in stages}


def test_a_line_that_went_well_is_green_at_every_stage(room: TowerRoom) -> None:
    picked = facts.pick(picked_quantity=100, status=PickStatus.DONE)
    gone = facts.shipment(status=ShipmentStatus.DELIVERED)
    room.sync(*facts.quiet_world(), picked, gone, facts.pod(), facts.invoice())
    stages = room.mirror.line_stories(SO_1)
    assert [stage.stage for stage in stages] == list(LineStage)
    assert set(lights(stages).values()) == {StageLight.GREEN}
    assert [stage.quantity for stage in stages] == [100] * 6


def test_a_line_that_waits_for_a_late_supply_is_red_there_and_grey_behind(room: TowerRoom) -> None:
    late = facts.supply(due_at=NOW + DAY, eta_at=NOW + 4 * DAY)
    room.sync(*facts.quiet_world(), facts.position("MEM", 0), late)
    stages = {stage.stage: stage for stage in room.mirror.line_stories(SO_1)}
    supply = stages[LineStage.SUPPLY]
    assert supply.light is StageLight.RED
    assert supply.detail == f"waits for {late.number}"
    assert {case.code for case in room.mirror.cases() if case.case_id in supply.case_ids} >= {"AL-PO-LATE"}
    assert stages[LineStage.PICK].light is StageLight.GREY
    assert stages[LineStage.INVOICE].light is StageLight.GREY


def test_a_part_that_has_gone_is_amber(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.pick(picked_quantity=40, requested_quantity=40))
    assert lights(room.mirror.line_stories(SO_1))[LineStage.PICK] is StageLight.AMBER


def test_an_unknown_order_has_no_story(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    assert room.mirror.line_stories(OrderId("SO-404")) == []


def test_the_story_is_found_by_keys_alone(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.shipment("SH-2", origin_node_id=NodeId("DFW")))
    room.clock.at += timedelta(hours=1)
    with room.mirror.engine.connect() as connection:
        plan = connection.execute(
            text("EXPLAIN QUERY PLAN " + line_story._STORY.text), {"order_id": SO_1}
        ).all()
    scanned = {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN")}
    assert scanned <= {"line", "stage", "trouble"}, scanned
