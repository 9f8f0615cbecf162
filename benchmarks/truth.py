"""The tower against the truth of unseen worlds: ``python -m benchmarks.truth [--quick] [--json FILE]``.

Ten worlds of size ci are written and judged exactly as ``control-tower world`` and ``control-tower evaluate``
do. The baselines of the same run: working the queue by due date, and every case an incident of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.evaluation.judge import evaluate_folder
from connectors.world.disruptions.plan import plan_for
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.rendering.recording import record_history
from connectors.world.sizes import size_named
from connectors.world.truth.files import write_truth
from connectors.world.truth.paired import truth_of

#: No seed that was used while the rules or the world were written.
SEEDS = tuple(range(9_001, 9_011))
RECALL_BAR, PRECISION_BAR = 0.95, 0.90


def judge(seed: int) -> dict[str, Any]:
    """The verdict on one world, with what making and judging it took."""
    size = size_named("ci")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        plan = plan_for(seed, size, HISTORY_BEGINS_AT)
        record_history(seed, size, plan, folder)
        write_truth(truth_of(seed, size, plan), folder)
        made = time.perf_counter()
        told = evaluate_folder(folder)
    told["seconds_to_make"] = round(made - begun, 1)
    told["seconds_to_judge"] = round(time.perf_counter() - made, 1)
    return told


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
        below = (recall is not None and recall < RECALL_BAR) or (
            precision is not None and precision < PRECISION_BAR
        )
        print(
            f"{code:<17}{score['truth']:>7}{score['said']:>7}{_share(recall):>9}{_share(precision):>11}"
            f"{'  below the bar' if below else ''}"
        )


def print_worlds(verdicts: Sequence[dict[str, Any]]) -> None:
    """A line a world: incidents, null weeks, ranking."""
    print(f"\n{'seed':>6}{'together':>10}{'foreign':>9}{'cases/incident':>16}{'false/1000':>12}{'ratio':>8}")
    for each in verdicts:
        incidents, ranking = each["incidents"], each["ranking"]
        print(
            f"{each['seed']:>6}{_share(incidents['together']):>10}{_share(incidents['foreign']):>9}"
            f"{_share(incidents['compression']):>16}{_share(each['null_weeks']['per_1000_orders']):>12}"
            f"{_share(ranking['ratio']):>8}"
        )
    print("bars:      >= 0.90  <= 0.05          >= 5.00      <= 1.00 >= 1.50")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def main(arguments: Sequence[str]) -> int:
    """Judge ten worlds (two if quick) and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two worlds only")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args(arguments)
    seeds = SEEDS[:2] if chosen.quick else SEEDS
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        verdicts = list(pool.map(judge, seeds))
    types = pooled(verdicts)
    print_types(types)
    print_worlds(verdicts)
    if chosen.json is not None:
        text = json.dumps({"types": types, "worlds": verdicts}, indent=1)
        chosen.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
