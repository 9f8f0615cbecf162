"""Writing down what each system of a world shows, when it shows it: with lags, repeats and lost messages.

Changes of one record within a few minutes are shown once, as systems do that tell of a record and not
of every keystroke. Lags differ from document to document, so a later revision can come before
an earlier one; a share of documents comes twice; a few milestones under way are never sent.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from connectors.world.rendering.codec import KeyTable, document_of
from connectors.world.rendering.dialect import DIALECTS, Dialect
from domain.ids import EntityKind
from domain.transport import Milestone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.world.feed import Row

LOST_MILESTONES_PER_MILLE = 10
REPEAT_AFTER_MINUTES = (5, 240)
#: Milestones that carriers now and then forget; pickup and delivery are always told.
FORGETTABLE = frozenset({"in_transit"})
_PER_MILLE = 1_000


class Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One document as a system shows it at ``shown_at``; neither body nor raw bytes: the record is gone."""

    shown_at: datetime
    stream: str
    kind: EntityKind
    key: str
    revision: int
    changed_at: datetime
    body: dict[str, Any] | None = None
    raw: bytes = b""


@dataclass(slots=True)
class Recorder:
    """Takes down what a world's feed tells; ``seed`` decides lags, repeats and losses."""

    seed: int
    lines: dict[str, list[Line]] = field(default_factory=lambda: {face: [] for face in DIALECTS})
    keys: dict[str, KeyTable] = field(
        default_factory=lambda: {face: KeyTable(dialect.prefix) for face, dialect in DIALECTS.items()}
    )

    def take(self, face: str, stream: str, row: Row) -> None:
        """Take down one change."""
        entity = row.render() if row.render is not None else None
        if isinstance(entity, Milestone) and self._is_lost(entity):
            return
        dialect, keys = DIALECTS[face], self.keys[face]
        chance = Random(f"{self.seed}/shown/{row.kind}/{row.entity_id}/{row.stamp}")
        line = Line(
            shown_at=row.changed_at + _lag(dialect, chance),
            stream=stream,
            kind=row.kind,
            key=keys.key(row.kind, row.entity_id),
            revision=row.stamp,
            changed_at=row.changed_at + timedelta(seconds=dialect.skew_seconds),
            body=None if entity is None else document_of(entity, dialect=dialect, keys=keys),
            raw=row.raw,
        )
        self.lines[face].append(line)
        if chance.randrange(_PER_MILLE) < dialect.duplicates_per_mille:
            again = line.shown_at + timedelta(minutes=chance.randint(*REPEAT_AFTER_MINUTES))
            self.lines[face].append(msgspec.structs.replace(line, shown_at=again))

    def _is_lost(self, milestone: Milestone) -> bool:
        chance = Random(f"{self.seed}/lost/{milestone.milestone_id}")
        return milestone.code in FORGETTABLE and chance.randrange(_PER_MILLE) < LOST_MILESTONES_PER_MILLE


def _lag(dialect: Dialect, chance: Random) -> timedelta:
    seconds = chance.randint(dialect.least_lag_minutes * 60, dialect.most_lag_minutes * 60)
    return timedelta(seconds=seconds)


def write_faces(recorder: Recorder, folder: Path) -> None:
    """Write every face's documents and keys, in the order in which they were shown; the same bytes always."""
    for face, lines in recorder.lines.items():
        lines.sort(key=lambda line: (line.shown_at, line.revision))
        _write(folder / f"{face}.jsonl.gz", (msgspec.json.encode(line) for line in lines))
        rows = recorder.keys[face].rows()
        _write(folder / f"{face}.keys.jsonl.gz", (msgspec.json.encode(row) for row in rows))


def _write(path: Path, rows: Iterator[bytes]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        for row in rows:
            packed.write(row + b"\n")
