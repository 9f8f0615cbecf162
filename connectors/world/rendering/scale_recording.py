"""The million-line world as its systems show it, written record by record: never in memory as a whole."""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec

from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.rendering.codec import KeyTable, document_of
from connectors.world.rendering.dialect import DIALECTS
from connectors.world.rendering.recorder import Line
from connectors.world.rendering.recording import FORMAT, RecordedWorld
from connectors.world.scale import FULL_LINES, SCALE, scale_records
from connectors.world.state import STREAM_OF_KIND
from domain.records import ref_of

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.world.sizes import WorldSize


def record_scale(
    seed: int, folder: Path, *, lines: int = FULL_LINES, size: WorldSize = SCALE
) -> tuple[RecordedWorld, int]:
    """Write the world of so many open order lines; the recording and how many records it has.

    Everything is shown at one instant, and nothing is disrupted: there is no truth to judge by. The same
    arguments give the same bytes.
    """
    keys = {face: KeyTable(dialect.prefix) for face, dialect in DIALECTS.items()}
    count = 0
    with ExitStack() as files:
        faces = {face: _packed(files, folder / f"{face}.jsonl.gz") for face in DIALECTS}
        for count, entity in enumerate(scale_records(seed, lines, size=size), start=1):
            ref = ref_of(entity)
            face, _, stream = STREAM_OF_KIND[ref.kind].partition("/")
            line = Line(
                shown_at=HISTORY_BEGINS_AT,
                stream=stream,
                kind=ref.kind,
                key=keys[face].key(ref.kind, ref.entity_id),
                revision=count,
                changed_at=HISTORY_BEGINS_AT,
                body=document_of(entity, dialect=DIALECTS[face], keys=keys[face]),
            )
            faces[face].write(msgspec.json.encode(line) + b"\n")
        for face, table in keys.items():
            rows = _packed(files, folder / f"{face}.keys.jsonl.gz")
            rows.writelines(msgspec.json.encode(row) + b"\n" for row in table.rows())
    world = RecordedWorld(
        format=FORMAT,
        seed=seed,
        size=size.name,
        starts_at=HISTORY_BEGINS_AT,
        ends_at=HISTORY_BEGINS_AT,
        outages=[],
    )
    (folder / "world.json").write_bytes(msgspec.json.format(msgspec.json.encode(world), indent=1) + b"\n")
    return world, count


def _packed(files: ExitStack, path: Path) -> BinaryIO:
    raw = files.enter_context(path.open("wb"))
    return cast("BinaryIO", files.enter_context(gzip.GzipFile("", "wb", 1, raw, mtime=0)))
