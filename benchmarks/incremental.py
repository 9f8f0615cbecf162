"""The long run: random edits, decisions of people and moves of the clock; after each, tick against full pass.

``python -m benchmarks incremental [--quick] [--json FILE] [--seeds FIRST LAST] [--steps N]``; the full pass
of that instant is the baseline, and the bars are none missing and none extra.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.support.full_pass import differences
from tests.support.restless_world import disturb, first_records
from tests.support.tower_room import tower_room

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Seeds (both included) and steps of each.
FULL, QUICK = ((800, 829), 40), ((800, 801), 15)


def run(seed: int, steps: int) -> dict[str, Any]:
    """One small distributor over so many steps: what differed, by what it is, and the types that came up."""
    chance = random.Random(seed)
    missing: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    codes: set[str] = set()
    with TemporaryDirectory() as folder, tower_room(Path(folder)) as room:
        room.sync(*first_records())
        for _ in range(steps):
            disturb(room, chance)
            for name, (absent, surplus) in differences(room).items():
                missing[name] += len(absent)
                extra[name] += len(surplus)
            codes |= set(room.codes())
    return {"seed": seed, "missing": dict(missing), "extra": dict(extra), "types": len(codes)}


def main(arguments: Sequence[str]) -> int:
    """Print what differed by seed; 1 when anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two seeds of 15 steps")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--seeds", nargs=2, type=int, metavar=("FIRST", "LAST"), help="both included")
    parser.add_argument("--steps", type=int, help="steps of each seed")
    chosen = parser.parse_args(arguments)
    (first, last), steps = QUICK if chosen.quick else FULL
    first, last = chosen.seeds or (first, last)
    begun = time.process_time()
    figures = []
    for seed in range(first, last + 1):
        found = run(seed, chosen.steps or steps)
        figures.append(found)
        differs = (
            "" if not found["missing"] and not found["extra"] else f"  {found['missing']} {found['extra']}"
        )
        print(f"seed {seed}: {found['types']} types{differs}", flush=True)
    missing = sum(sum(one["missing"].values()) for one in figures)
    extra = sum(sum(one["extra"].values()) for one in figures)
    looks = len(figures) * (chosen.steps or steps)
    print(f"{looks:,} looks of {len(figures)} seeds, {time.process_time() - begun:.0f} s CPU:", end=" ")
    print(f"{missing} missing (bar 0), {extra} extra (bar 0)")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if missing or extra else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
