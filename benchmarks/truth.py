"""The tower against the truth of unseen worlds: ``python -m benchmarks.truth [--quick] [--json FILE]``.

Ten worlds of size ci are written and judged exactly as ``control-tower world`` and ``control-tower evaluate``
do; each is told as soon as it is judged. ``--keep DIR`` leaves the worlds there and takes them up again.
The baselines of the same run: working the queue by due date, and every case an incident of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.evaluation.judge import evaluate_folder
from connectors.world.disruptions.plan import plan_for
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.rendering.recording import record_history
from connectors.world.sizes import size_named
from connectors.world.truth.files import EXCEPTIONS_FILE, write_truth
from connectors.world.truth.paired import truth_of

#: No seed that was used, or looked at, while the rules or the world were written.
SEEDS = tuple(range(9_038, 9_048))
RECALL_BAR, PRECISION_BAR = 0.95, 0.90
SIZE = "ci"
_COLUMNS = ("seed", "together", "foreign", "cases/incident", "false/1000", "ratio", "types below", "CPU s")
_WIDTHS = (6, 10, 9, 16, 12, 8, 13, 8)


def judge(seed: int, keep: Path | None = None) -> dict[str, Any]:
    """The verdict on one world, with what making (if not kept) and judging took."""
    with _folder(seed, keep) as folder:
        begun = time.process_time()
        if not (folder / EXCEPTIONS_FILE).is_file():
            write_world(seed, folder)
        made = time.process_time()
        told = evaluate_folder(folder)
    told["cpu_seconds_to_make"] = round(made - begun, 1)
    told["cpu_seconds_to_judge"] = round(time.process_time() - made, 1)
    return told


def write_world(seed: int, folder: Path) -> None:
    """Write the world of ``seed`` with its truth; what was caused is written last."""
    size = size_named(SIZE)
    plan = plan_for(seed, size, HISTORY_BEGINS_AT)
    record_history(seed, size, plan, folder)
    write_truth(truth_of(seed, size, plan), folder)


@contextmanager
def _folder(seed: int, keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
        return
    folder = keep / str(seed)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def pooled(verdicts: Sequence[dict[str, Any]]) -> dict[str, dict[str, float | int | None]]:
    """Each type over all worlds: truths and cases are added up before shares are taken."""
    truth: dict[str, int] = defaultdict(int)
    seen: dict[str, float] = defaultdict(float)
    said: dict[str, int] = defaultdict(int)
    right: dict[str, float] = defaultdict(float)
    for verdict in verdicts:
        for code, score in verdict["types"].items():
            truth[code] += score["truth"]
            seen[code] += (score["recall"] or 0) * score["truth"]
            said[code] += score["said"]
            right[code] += (score["precision"] or 0) * score["said"]
    return {
        code: {
            "truth": truth[code],
            "said": said[code],
            "recall": round(seen[code] / truth[code], 4) if truth[code] else None,
            "precision": round(right[code] / said[code], 4) if said[code] else None,
        }
        for code in truth
    }


def print_types(types: dict[str, dict[str, float | int | None]]) -> None:
    """The table of the types, with a mark where a bar is missed."""
    print(f"{'type':<17}{'truth':>7}{'said':>7}{'recall':>9}{'precision':>11}")
    for code, score in types.items():
        recall, precision = score["recall"], score["precision"]
        below = _is_below(score)
        print(
            f"{code:<17}{score['truth']:>7}{score['said']:>7}{_share(recall):>9}{_share(precision):>11}"
            f"{'  below the bar' if below else ''}"
        )


def print_heads() -> None:
    """The heads of the table of worlds, and the bars."""
    print("".join(f"{name:>{width}}" for name, width in zip(_COLUMNS, _WIDTHS, strict=True)))
    bars = ("bars", ">= 0.90", "<= 0.05", ">= 5.00", "<= 1.00", ">= 1.50", "0", "")
    print("".join(f"{bar:>{width}}" for bar, width in zip(bars, _WIDTHS, strict=True)), flush=True)


def print_world(verdict: dict[str, Any]) -> None:
    """A line about a world: incidents, null weeks, ranking, what types are below their bars, time."""
    incidents = verdict["incidents"]
    cells = (
        str(verdict["seed"]),
        _share(incidents["together"], 3),
        _share(incidents["foreign"], 3),
        _share(incidents["compression"]),
        _share(verdict["null_weeks"]["per_1000_orders"]),
        _share(verdict["ranking"]["ratio"]),
        str(sum(_is_below(score) for score in verdict["types"].values())),
        f"{verdict['cpu_seconds_to_make'] + verdict['cpu_seconds_to_judge']:.0f}",
    )
    print("".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)), flush=True)


def _is_below(score: Mapping[str, Any]) -> bool:
    recall, precision = score["recall"], score["precision"]
    return (recall is not None and recall < RECALL_BAR) or (
        precision is not None and precision < PRECISION_BAR
    )


def _share(value: float | None, places: int = 2) -> str:
    return "-" if value is None else f"{value:.{places}f}"


def main(arguments: Sequence[str]) -> int:
    """Judge ten worlds (two if quick), each told as it ends, and print the table of the types."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two worlds only")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument(
        "--keep", type=Path, help="leave the worlds in this folder; those there are not made anew"
    )
    parser.add_argument("--at-once", type=int, default=2, help="worlds judged at the same time")
    chosen = parser.parse_args(arguments)
    seeds = SEEDS[:2] if chosen.quick else SEEDS
    print_heads()
    verdicts: list[dict[str, Any]] = []
    with ProcessPoolExecutor(max_workers=chosen.at_once, mp_context=get_context("spawn")) as pool:
        for verdict in pool.map(partial(judge, keep=chosen.keep), seeds):
            verdicts.append(verdict)
            print_world(verdict)
            if chosen.json is not None:
                _write(chosen.json, verdicts)
    print()
    print_types(pooled(verdicts))
    return 0


def _write(path: Path, verdicts: Sequence[dict[str, Any]]) -> None:
    """Write what is known so far, so that a run cut short leaves what it has."""
    text = json.dumps({"types": pooled(verdicts), "worlds": verdicts}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
