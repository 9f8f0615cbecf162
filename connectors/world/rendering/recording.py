"""A whole history of a world, written to a folder as its systems show it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.history import begin_history, collector_paused
from connectors.world.rendering.dialect import DIALECTS
from connectors.world.rendering.recorded import Outage, RecordedFace
from connectors.world.rendering.recorder import Recorder, write_faces
from connectors.world.state import PORTAL_STREAM, STREAM_OF_KIND
from domain.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.world.disruptions.disruption import Plan
    from connectors.world.sizes import WorldSize
    from connectors.world.state import WorldState
    from domain.clock import Clock

FORMAT = 1
#: How often the systems tell of what changed since they last did.
TELL_EVERY = timedelta(minutes=5)
STREAMS = tuple(sorted({*STREAM_OF_KIND.values(), PORTAL_STREAM}))
_READ = 1_000_000


class RecordedWorld(msgspec.Struct, forbid_unknown_fields=True):
    """What a recording is of."""

    format: int
    seed: int
    size: str
    starts_at: datetime
    ends_at: datetime
    outages: list[Outage]


def record_history(seed: int, size: WorldSize, plan: Plan, folder: Path) -> RecordedWorld:
    """Run a history and write what each system shows of it; the same arguments give the same bytes."""
    recorder = Recorder(seed=seed)
    with collector_paused():
        state = begin_history(seed, size, plan).state
        begins_at = state.now
        ends_at = begins_at + timedelta(days=size.span_days)
        told = dict.fromkeys(STREAMS, 0)
        while state.now < ends_at:
            _tell(state, recorder, told)
            state.run_until(state.now + TELL_EVERY)
        _tell(state, recorder, told)
    write_faces(recorder, folder)
    world = RecordedWorld(
        format=FORMAT,
        seed=seed,
        size=size.name,
        starts_at=begins_at,
        ends_at=ends_at,
        outages=[
            Outage(face=face, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in plan
            if each.kind is DisruptionKind.FEED_OUTAGE
            for face in each.targets
        ],
    )
    (folder / "world.json").write_bytes(msgspec.json.format(msgspec.json.encode(world), indent=1) + b"\n")
    return world


def read_recorded_world(folder: Path) -> RecordedWorld:
    """What the folder is a recording of.

    Raises:
        BadInputError: it holds no recording, or one of another version.
    """
    try:
        world = msgspec.json.decode((folder / "world.json").read_bytes(), type=RecordedWorld)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInputError(
            what=f"{folder} holds no recorded world: {error}.",
            remedy="Write one: control-tower world --size ci --seed 7 --out DIR.",
        ) from error
    if world.format != FORMAT:
        raise BadInputError(
            what=f"{folder} was written in form {world.format}, this program reads {FORMAT}.",
            remedy="Write the world anew.",
        )
    return world


def recorded_faces(folder: Path, world: RecordedWorld, clock: Clock) -> list[RecordedFace]:
    """The systems of a recording as connectors."""
    return [RecordedFace(folder, face, clock, tuple(world.outages)) for face in DIALECTS]


def _tell(state: WorldState, recorder: Recorder, told: dict[str, int]) -> None:
    for path in STREAMS:
        rows, _, _ = state.feed.read(path, str(told[path]), _READ)
        face, _, stream = path.partition("/")
        for row in rows:
            if row.stamp > told[path]:
                recorder.take(face, stream, row)
                told[path] = row.stamp
