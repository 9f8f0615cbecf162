"""Eight hours offline: how long until everything that was signed and changed meanwhile is reconciled.

The baseline is a day with few changes upstream: what is left is delivering and executing. Seconds are those
of the machine as it is, other load included; what the program itself worked is told beside them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.support.offline_day import OfflineDay, offline_day

#: As promised: decisions in eight hours, and changes of the systems meanwhile.
CASES, CHANGES = 500, 100_000
QUICK_CASES, QUICK_CHANGES = 25, 5_000
PROMISED_SECONDS = 120
SEED = 20261122


def measure(name: str, cases: int, changes: int) -> dict[str, float | int | str]:
    """Live through one day and say what it took to come back."""
    with tempfile.TemporaryDirectory() as folder:
        day: OfflineDay = offline_day(Path(folder), cases, changes, SEED)
    return {
        "day": name,
        "decisions": day.decisions,
        "changes": day.changes,
        "lost": day.lost,
        "conflicts": day.conflicts_made,
        "conflicts_told": day.conflicts_listed,
        "stale": day.stale,
        "executed": day.executed,
        "reconciled_seconds": day.reconciled_seconds,
        "worked_seconds": day.worked_seconds,
    }


def main() -> None:
    """Run and print; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a shorter day")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    cases, changes = (QUICK_CASES, QUICK_CHANGES) if arguments.quick else (CASES, CHANGES)
    rows = [measure("quiet systems", cases, cases), measure("changing systems", cases, changes)]
    for row in rows:
        print(
            f"{row['day']:<17} {row['decisions']:>4} decisions {row['changes']:>7} changes  "
            f"lost {row['lost']}  "
            f"conflicts {row['conflicts']} told {row['conflicts_told']}  stale {row['stale']:>4}  "
            f"executed {row['executed']:>4}  reconciled in {row['reconciled_seconds']:>6} s "
            f"(worked {row['worked_seconds']} s)"
        )
    print(f"promised: {PROMISED_SECONDS} s, nothing lost, every conflict told")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
