"""``control-tower world`` and ``control-tower evaluate``: a world with its truth, and the verdict."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from app.evaluation.judge import evaluate_folder
from connectors.world.disruptions.plan import plan_for
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.rendering.recording import record_history
from connectors.world.rendering.scale_recording import record_scale
from connectors.world.scale import SCALE
from connectors.world.sizes import size_named
from connectors.world.truth.files import write_truth
from connectors.world.truth.paired import truth_of
from domain.errors import BadInputError


def write_world(options: argparse.Namespace) -> int:
    """Write the world of a seed and size, as its systems show it, with its truth; prints what it holds."""
    folder = Path(options.out)
    if options.size == SCALE.name:
        _make_ready(folder)
        return _write_scale(options.seed, folder)
    size = size_named(options.size)
    _make_ready(folder)
    plan = () if options.null else plan_for(options.seed, size, HISTORY_BEGINS_AT)
    world = record_history(options.seed, size, plan, folder)
    truth = truth_of(options.seed, size, plan, workers=os.cpu_count() or 1)
    write_truth(truth, folder)
    told = {
        "seed": world.seed,
        "size": world.size,
        "starts_at": world.starts_at.isoformat(),
        "ends_at": world.ends_at.isoformat(),
        "orders": truth.orders,
        "disruptions": [each.kind for each in truth.disruptions],
        "true_exceptions": len(truth.exceptions),
        "folder": str(folder),
    }
    print(json.dumps(told, indent=1))
    return 0


def _write_scale(seed: int, folder: Path) -> int:
    """A million open order lines for measuring: consistent records without a history, so without a truth."""
    world, records = record_scale(seed, folder)
    told = {"seed": world.seed, "size": world.size, "records": records, "truth": None, "folder": str(folder)}
    print(json.dumps(told, indent=1))
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Lead a tower through a recorded world and print how it did against the truth, as JSON."""
    folder = Path(options.folder)
    told = evaluate_folder(folder, progress=_progress if options.progress else _silent)
    print(json.dumps(told, indent=1))
    return 0


def _make_ready(folder: Path) -> None:
    """An empty folder, or one that holds a world to be written anew.

    Raises:
        BadInputError: it holds something else.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / "world.json").is_file():
            raise BadInputError(
                what=f"{folder} holds something that is no recorded world.", remedy="Give an empty folder."
            )
        return
    folder.mkdir(parents=True, exist_ok=True)


def _progress(at: datetime) -> None:
    if at.hour == 0 and at.minute == 0:
        print(f"{at:%a %d %b}", file=sys.stderr)


def _silent(_at: datetime) -> None:
    """Nothing is told on the way."""
