"""From a world's folder to the verdict: a fresh mirror, the replay, the comparison with the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.evaluation.replay import ReplayClock, replay
from app.evaluation.report import verdict
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.world.rendering.recording import RecordedWorld, read_recorded_world, recorded_faces
from connectors.world.truth.files import read_truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.evaluation.episodes import Episode

#: How often the tower reads and detects during a replay; small worlds are looked at as often as large ones.
TICK = timedelta(hours=2)


def evaluate_folder(
    folder: Path, *, progress: Callable[[datetime], None] = lambda _at: None
) -> dict[str, Any]:
    """Lead a tower through the world of ``folder`` and judge what it said (see ``report.verdict``).

    Raises:
        BadInputError: the folder holds no recorded world, or its truth cannot be read.
    """
    world = read_recorded_world(folder)
    truth = read_truth(folder)
    return verdict(truth, replay_folder(folder, world, progress=progress))


def replay_folder(
    folder: Path, world: RecordedWorld, *, progress: Callable[[datetime], None] = lambda _at: None
) -> list[Episode]:
    """What a tower with an empty mirror says while the recorded world goes by."""
    clock = ReplayClock(at=world.starts_at)
    with TemporaryDirectory() as place:
        mirror = Mirror(open_database(Path(place) / "mirror.db", role="mirror"))
        try:
            faces = recorded_faces(folder, world, clock)
            return replay(faces, mirror, clock, until=world.ends_at, tick=TICK, progress=progress)
        finally:
            mirror.close()
