"""Writing down what each system of a world shows, when it shows it: with lags, repeats and lost messages.

Changes of one record within the same minute are shown once, as systems do that tell of a record and
not of every keystroke. Lags differ from document to document, so a later revision can come before
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
class _Pending:
    row_revision: int
    changed_at: datetime
    stream: str
    body: dict[str, Any] | None
    raw: bytes
    kind: EntityKind
    number: str
    lost: bool


@dataclass(slots=True)
class Recorder:
    """Listens to a world's change feed; ``seed`` decides lags and losses."""

    seed: int
    lines: dict[str, list[Line]] = field(default_factory=lambda: {face: [] for face in DIALECTS})
    keys: dict[str, KeyTable] = field(
        default_factory=lambda: {face: KeyTable(dialect.prefix) for face, dialect in DIALECTS.items()}
    )
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _minute: datetime | None = None

    def note(self, stream: str, row: Row) -> None:
        """Take down a change as it happens."""
        minute = row.changed_at.replace(second=0, microsecond=0)
        if minute != self._minute:
            self.flush()
            self._minute = minute
        face, _, name = stream.partition("/")
        entity = row.render() if row.render is not None else None
        dialect, keys = DIALECTS[face], self.keys[face]
        self._pending[f"{row.kind}/{row.entity_id}"] = _Pending(
            row_revision=row.stamp,
            changed_at=row.changed_at,
            stream=f"{face}/{name}",
            body=None if entity is None else document_of(entity, dialect=dialect, keys=keys),
            raw=row.raw,
            kind=row.kind,
            number=row.entity_id,
            lost=isinstance(entity, Milestone) and self._is_lost(entity),
        )

    def flush(self) -> None:
        """Show what changed in the minute that is over."""
        for pending in self._pending.values():
            if not pending.lost:
                self._show(pending)
        self._pending.clear()

    def _show(self, pending: _Pending) -> None:
        face, _, stream = pending.stream.partition("/")
        dialect, keys = DIALECTS[face], self.keys[face]
        chance = Random(f"{self.seed}/shown/{pending.kind}/{pending.number}/{pending.changed_at.isoformat()}")
        line = Line(
            shown_at=pending.changed_at + _lag(dialect, chance),
            stream=stream,
            kind=pending.kind,
            key=keys.key(pending.kind, pending.number),
            revision=pending.row_revision,
            changed_at=pending.changed_at + timedelta(seconds=dialect.skew_seconds),
            body=pending.body,
            raw=pending.raw,
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
    recorder.flush()
    for face, lines in recorder.lines.items():
        lines.sort(key=lambda line: (line.shown_at, line.revision))
        _write(folder / f"{face}.jsonl.gz", (msgspec.json.encode(line) for line in lines))
        rows = recorder.keys[face].rows()
        _write(folder / f"{face}.keys.jsonl.gz", (msgspec.json.encode(row) for row in rows))


def _write(path: Path, rows: Iterator[bytes]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        for row in rows:
            packed.write(row + b"\n")
