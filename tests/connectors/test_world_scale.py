"""The world for measuring: as many lines as asked for, consistent, one item in demand, the same again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from connectors.world.rendering.recording import recorded_faces
from connectors.world.rendering.scale_recording import record_scale
from connectors.world.scale import HOT_SHARE, SCALE, scale_records
from domain.inventory import Allocation, InboundSupply, InventoryPosition
from domain.orders import OrderLine, SalesOrder
from tests.support.fake_connector import FakeClock

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


def test_its_folder_reads_back_through_the_faces_record_by_record(tmp_path: Path) -> None:
    world, count = record_scale(3, tmp_path, lines=400, size=SMALL)
    read = []
    for face in recorded_faces(tmp_path, world, FakeClock(at=world.starts_at)):
        for stream in face.manifest.streams:
            read += [record.entity for record in face.changes(stream.name, None, 1_000_000).records]
    assert len(read) == count
    assert set(map(repr, read)) == set(map(repr, scale_records(3, 400, size=SMALL)))


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        record_scale(3, tmp_path / name, lines=300, size=SMALL)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) > 4
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)
