"""The truth of a world as files: one JSON line a disruption and an exception, and one head."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from connectors.world.truth.values import TrueDisruption, TrueException, WorldTruth
from domain.errors import BadInputError
from domain.ids import EntityKind, EntityRef

HEAD_FILE = "truth.json"
DISRUPTIONS_FILE = "disruptions.jsonl"
EXCEPTIONS_FILE = "exceptions.jsonl"

T = TypeVar("T")


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    seed: int
    size: str
    starts_at: datetime
    ends_at: datetime
    orders: int
    null_spells: list[tuple[datetime, datetime, int]]


class _Exception(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    kind: EntityKind
    id: str
    onset: datetime
    clear: datetime | None
    causes: list[str]
    jointly: bool
    loss_cents: int
    avoidable_cents: int
    act_by: datetime | None


def write_truth(truth: WorldTruth, folder: Path) -> None:
    """Write a truth into a folder; the same truth gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    head = _Head(
        seed=truth.seed,
        size=truth.size,
        starts_at=truth.starts_at,
        ends_at=truth.ends_at,
        orders=truth.orders,
        null_spells=list(truth.null_spells),
    )
    (folder / HEAD_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(head), indent=1) + b"\n")
    _write_lines(folder / DISRUPTIONS_FILE, [msgspec.json.encode(each) for each in truth.disruptions])
    _write_lines(folder / EXCEPTIONS_FILE, [msgspec.json.encode(_plain(each)) for each in truth.exceptions])


def read_truth(folder: Path) -> WorldTruth:
    """Read a truth back.

    Raises:
        BadInputError: the folder holds none, or it cannot be read.
    """
    try:
        head = msgspec.json.decode((folder / HEAD_FILE).read_bytes(), type=_Head)
        return WorldTruth(
            seed=head.seed,
            size=head.size,
            starts_at=head.starts_at,
            ends_at=head.ends_at,
            orders=head.orders,
            disruptions=tuple(_read_lines(folder / DISRUPTIONS_FILE, TrueDisruption)),
            exceptions=tuple(_whole(each) for each in _read_lines(folder / EXCEPTIONS_FILE, _Exception)),
            null_spells=tuple(head.null_spells),
        )
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInputError(
            what=f"The truth in {folder} cannot be read: {error}.",
            remedy="Write the world anew: control-tower world --size ci --seed 7 --out DIR.",
        ) from error


def _plain(each: TrueException) -> _Exception:
    return _Exception(
        code=each.code,
        kind=each.entity.kind,
        id=each.entity.entity_id,
        onset=each.onset,
        clear=each.clear,
        causes=list(each.causes),
        jointly=each.jointly,
        loss_cents=each.loss_cents,
        avoidable_cents=each.avoidable_cents,
        act_by=each.act_by,
    )


def _whole(each: _Exception) -> TrueException:
    return TrueException(
        code=each.code,
        entity=EntityRef(kind=each.kind, entity_id=each.id),
        onset=each.onset,
        clear=each.clear,
        causes=tuple(each.causes),
        jointly=each.jointly,
        loss_cents=each.loss_cents,
        avoidable_cents=each.avoidable_cents,
        act_by=each.act_by,
    )


def _write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def _read_lines(path: Path, wanted: type[T]) -> list[T]:
    return [msgspec.json.decode(line, type=wanted) for line in path.read_bytes().splitlines()]
