"""What the window's bridge is made of, once the processes run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.identifiers import UlidSource
    from app.read_models.snapshot import SnapshotReader
    from app.workers.processes import TowerProcesses
    from domain.clock import Clock
    from optimization.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeParts:
    """Processes, readers, clock and identifiers; ``app.window_start`` puts them together."""

    processes: TowerProcesses
    open_reader: Callable[[], SnapshotReader]
    clock: Clock
    ids: UlidSource
    limits: Limits
