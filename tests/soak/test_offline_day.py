"""Eight hours offline: everything that was signed comes through, and whoever decided second is told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.offline_day import offline_day

#: Cases under decision; two hundred changes upstream come to each.
CASES = int(os.environ.get("CONTROL_TOWER_OFFLINE", "500"))
CHANGES_EACH = 200
SEED = int(os.environ.get("CONTROL_TOWER_SEED", "20261122"))
MOST_SECONDS = 120


def test_a_day_offline_is_reconciled(tmp_path: Path) -> None:
    day = offline_day(tmp_path, CASES, CASES * CHANGES_EACH, SEED)
    sys.stdout.write(f"CONTROL_TOWER_SEED={SEED}\n{day}\n")
    assert day.decisions >= CASES
    assert (day.lost, day.hanging, day.behind, day.doubled) == (0, 0, 0, 0)
    assert day.problems == ()
    assert day.conflicts_listed == day.conflicts_made > 0
    assert day.stale == day.stale_expected > 0
    assert day.executed == CASES - day.conflicts_made - day.stale
    assert day.worked_seconds <= MOST_SECONDS
