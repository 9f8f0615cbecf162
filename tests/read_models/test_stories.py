"""The lines of a case's orders, as the panel shows them, from a real mirror."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.read_models.geography import read_geography
from app.read_models.stories import line_stories
from tests.support import facts
from tests.support.tower_room import tower_room


def test_the_line_of_the_case_comes_first_and_is_red_where_the_case_is(tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        room.sync(*facts.quiet_world())
        line = facts.line()
        room.sync(replace(line, unit_price_cents=line.unit_price_cents * 2))
        case = room.only_case("OE-PRICE")
        found = line_stories(room.mirror, read_geography(room.mirror, [case]), case)
        first = found[0]
        assert first.is_subject
        assert first.order_number == facts.order().number
        assert [mark.stage for mark in first.marks] == [
            "order", "supply", "pick", "shipment", "pod", "invoice",
        ]  # fmt: skip
        assert first.marks[0].look == "trouble"
        assert first.marks[0].case_ids == (case.case_id,)
        assert first.marks[0].source == "erp"
