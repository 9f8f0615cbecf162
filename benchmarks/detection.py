"""Detection on a million open order lines: full pass, ticks, memory, and six rules against a row loop.

``python -m benchmarks detection [--quick] [--json FILE]``; CPU seconds of this machine in this run, so
shares and ratios compare better than seconds.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.detection import engine as detection
from app.detection.candidates import candidates
from app.detection.catalogue_in_force import catalogue_under, prepare
from app.detection.pegs.rewrite import rewrite_pegs
from app.detection.policy_set import packaged_policies
from app.detection.rule import Moment
from app.store import apply
from app.store.engine import open_database
from app.store.instants import from_ms
from app.store.mirror import Mirror
from benchmarks._bulk_rows import NOW
from benchmarks._distributor import Distributor
from benchmarks._row_loop import HOUR, Keys, RowLoop
from connectors.protocol import Page
from domain.ids import EntityKind, SourceName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from domain.records import SourceRecord

ERP = SourceName("erp")
FULL, QUICK = 1_000_000, 100_000
#: Changed rows of a tick: lines, stock positions, inbound supplies, shipments.
SMALL, MIDDLE = (10, 2, 1, 1), (100, 24, 6, 12)
KINDS = (
    (EntityKind.ORDER_LINE, "ordered_quantity"),
    (EntityKind.INVENTORY_POSITION, "on_hand_quantity"),
    (EntityKind.INBOUND_SUPPLY, "ordered_quantity"),
    (EntityKind.SHIPMENT, "freight_cost_cents"),
)
REPEATS = 5


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found.group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_megabytes() -> float:
    """What an interpreter holds that does nothing."""
    code = (
        "import re, resource, pathlib; s = pathlib.Path('/proc/self/status');"
        "m = re.search(r'VmHWM:\\s+(\\d+)', s.read_text()) if s.exists() else None;"
        "print(int(m.group(1)) if m else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024


def make(path: Path, lines: int) -> dict[str, Any]:
    """Write the distributor and make the indexes of the rules; the rows by table, and what that took."""
    engine = open_database(path, role="mirror")
    with engine.begin() as connection:
        counts = Distributor(lines, seed=lines).fill(connection)
        begun = time.process_time()
        prepare(connection, catalogue_under(packaged_policies()))
        spent = time.process_time() - begun
    engine.dispose()
    return {"rows": counts, "indexes_seconds": spent}


class Passes:
    """Full passes and ticks on one mirror, in CPU seconds of this process."""

    def __init__(self, path: Path) -> None:
        """Open the mirror."""
        self.mirror = Mirror(open_database(path, role="mirror"))
        self.stamp = 10
        self.marking = 0.0
        for name in ("mark_before", "mark_after"):
            setattr(apply, name, self._timed(getattr(apply, name)))

    def _timed(self, mark: Callable[..., None]) -> Callable[..., None]:
        def timed(*arguments: Any) -> None:  # noqa: ANN401 - passed on as they are
            begun = time.process_time()
            mark(*arguments)
            self.marking += time.process_time() - begun

        return timed

    def measure(self, lines: int) -> dict[str, Any]:
        """Every figure of passes and ticks."""
        figures: dict[str, Any] = {}
        first, opened = self.detect(full=False)
        again, changed = self.detect(full=True)
        figures |= {"first_seconds": first, "cases": opened, "full_seconds": again, "full_changed": changed}
        figures["peak_megabytes"] = peak_megabytes()
        one_percent = (lines // 100, lines // 400, lines // 1_700, lines // 800)
        for name, sizes, repeats in (
            ("tick_10", SMALL, REPEATS),
            ("tick_100", MIDDLE, REPEATS),
            ("tick_1_percent", one_percent, 1),
        ):
            seconds = sorted(self.tick(sizes, start) for start in range(repeats))
            figures[f"{name}_seconds"] = seconds[len(seconds) // 2]
        figures["idle_seconds"], _ = self.detect(full=False)
        _, figures["missed_by_ticks"] = self.detect(full=True)
        return figures

    def detect(self, *, full: bool) -> tuple[float, int]:
        """CPU seconds of a detection, and the cases it changed."""
        with self.mirror.engine.begin() as connection:
            begun = time.process_time()
            result = detection.detect(connection, now=from_ms(NOW), full=full, policy=packaged_policies())
            return time.process_time() - begun, len(result.changed)

    def tick(self, sizes: Sequence[int], start: int) -> float:
        """CPU seconds of marking what so many changed rows make dirty, and of the detection after it."""
        records = [
            self.changed(record, column)
            for (kind, column), size in zip(KINDS, sizes, strict=True)
            for record in self.some(kind, size, start)
        ]
        self.marking = 0.0
        with self.mirror.write() as transaction:
            page = Page(records=tuple(records), rejected=(), deleted=(), cursor="c", more=False)
            transaction.apply_page(ERP, "all", page, at=from_ms(NOW))
        seconds, _ = self.detect(full=False)
        return seconds + self.marking

    def some(self, kind: EntityKind, size: int, start: int) -> list[SourceRecord]:
        """So many records of a kind, spread over all of them."""
        with self.mirror.engine.connect() as connection:
            query = f"SELECT id FROM {kind.value} ORDER BY id"  # noqa: S608 - a kind is a table
            ids = list(connection.exec_driver_sql(query).scalars())
        step = max(1, len(ids) // (size + 1))
        return self.mirror.entities_in(kind, "id", ids[start::step][:size])

    def changed(self, record: SourceRecord, column: str) -> SourceRecord:
        """The record with one unit more of something, as a newer version."""
        self.stamp += 1
        entity = replace(record.entity, **{column: getattr(record.entity, column) + 1})
        return replace(record, entity=entity, version=str(self.stamp), stamp=self.stamp)


class Archetypes:
    """Six rules by their full selects; pegging once more from the start."""

    def __init__(self, connection: Connection) -> None:
        """Look through ``connection``."""
        policy = packaged_policies()
        self.connection = connection
        self.moment = Moment(now_ms=NOW, hour_ms=NOW - NOW % HOUR, policy=policy)
        self.by_code = {one.rule.case_type.code: one for one in catalogue_under(policy).compiled}

    def cases(self, *codes: str) -> Keys:
        """The entities that the rules of these codes find."""
        return {
            (one.entity_id,)
            for code in codes
            for one in candidates(self.connection, self.by_code[code], self.moment, narrowed=False)
        }

    def pegs(self, table: str, columns: str) -> Keys:
        """What pegging left in a table."""
        query = f"SELECT {columns} FROM {table}"  # noqa: S608 - names of this file
        return {tuple(row) for row in self.connection.exec_driver_sql(query)}

    def short_lines(self) -> Keys:
        """Pegging of everything; what is short."""
        rewrite_pegs(self.connection, self.moment)
        return self.pegs("peg_short", "line_id, node_id")

    def late_supply(self) -> Keys:
        """The rule of late supply; the lines that wait."""
        self.cases("AL-PO-LATE")
        return self.pegs("peg_late", "supply_id, line_id")


def archetypes(path: Path) -> dict[str, Any]:
    """Six rules by their full selects and by a loop over dicts: seconds of each, and whether keys agree."""
    engine = open_database(path, role="mirror")
    with engine.begin() as connection:
        rules = Archetypes(connection)
        rules.short_lines()
        loop = RowLoop(connection, packaged_policies(), now_ms=NOW)
        pairs: dict[str, tuple[Callable[[], Keys], Callable[[], Keys]]] = {
            "price": (lambda: rules.cases("OE-PRICE"), loop.price_mismatch),
            "pegging": (rules.short_lines, loop.short_lines),
            "late supply": (rules.late_supply, loop.late_supply),
            "late start": (lambda: rules.cases("WH-LATE-START"), loop.late_starts),
            "eta or gap": (lambda: rules.cases("TR-ETA-LATE", "TR-GAP"), loop.late_or_silent),
            "three-way match": (lambda: rules.cases("IN-POD-MISMATCH"), loop.unmatched_bills),
        }
        return {name: _compared(rule, by_loop) for name, (rule, by_loop) in pairs.items()}


def _compared(rule: Callable[[], Keys], loop: Callable[[], Keys]) -> dict[str, Any]:
    begun = time.process_time()
    by_rule = rule()
    between = time.process_time()
    by_loop = loop()
    ended = time.process_time()
    return {
        "rule_seconds": between - begun,
        "loop_seconds": ended - between,
        "keys": len(by_rule),
        "same": by_rule == by_loop,
    }


def report(lines: int, figures: dict[str, Any]) -> list[tuple[str, float, float, str]]:
    """Each bar: what it is of, the measured value, the bar, the unit."""
    full = figures["full_seconds"]
    rules = sum(one["rule_seconds"] for one in figures["archetypes"].values())
    loops = sum(one["loop_seconds"] for one in figures["archetypes"].values())
    scale = lines / FULL
    return [
        ("first full pass, every case opened", figures["first_seconds"], 15 * scale, "s CPU"),
        ("full pass of all rules", full, 15 * scale, "s CPU"),
        ("memory over the bare interpreter", figures["over_bare_megabytes"], 500, "MiB"),
        ("tick of 10 lines, of the full pass", figures["tick_10_seconds"] / full, 0.01 / scale, ""),
        ("tick of 100 lines, of the full pass", figures["tick_100_seconds"] / full, 0.12 / scale, ""),
        ("tick of 1 % of lines, of the full pass", figures["tick_1_percent_seconds"] / full, 0.5, ""),
        ("six rules, of a Python row loop", rules / loops, 0.35, ""),
        ("cases that ticks had missed", figures["missed_by_ticks"], 0, ""),
        (
            "archetypes whose keys differ from the loop's",
            sum(not one["same"] for one in figures["archetypes"].values()),
            0,
            "",
        ),
    ]


def measure(lines: int) -> dict[str, Any]:
    """All figures, each part in a process of its own, so that none pays for another's memory."""
    with TemporaryDirectory() as name:
        path = Path(name) / "mirror.db"
        figures: dict[str, Any] = {"lines": lines, **_part("make", path, lines)}
        figures["archetypes"] = _part("archetypes", path, lines)
        figures |= _part("passes", path, lines)
    figures["over_bare_megabytes"] = figures["peak_megabytes"] - bare_megabytes()
    return figures


def _part(part: str, path: Path, lines: int) -> Any:  # noqa: ANN401 - JSON
    command = [sys.executable, "-m", "benchmarks.detection", "--part", part, str(path), str(lines)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(told.stdout)


def run_part(part: str, path: Path, lines: int) -> Any:  # noqa: ANN401 - JSON
    """One part, in the process made for it."""
    if part == "make":
        return make(path, lines)
    return archetypes(path) if part == "archetypes" else Passes(path).measure(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the figures against their bars; 1 when one is missed at full size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 lines instead of a million")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--part", nargs=3, metavar=("PART", "PATH", "LINES"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.part:
        part, path, lines = chosen.part
        print(json.dumps(run_part(part, Path(path), int(lines))))
        return 0
    lines = QUICK if chosen.quick else FULL
    figures = measure(lines)
    bars = report(lines, figures)
    print(f"{lines:,} open order lines, {figures['cases']:,} cases", end="; ")
    print(f"the indexes of the rules, made once: {figures['indexes_seconds']:.1f} s CPU")
    for what, value, bar, unit in bars:
        print(f"{what:>46}: {value:10.3f} {unit:6} bar {bar:g} {'' if value <= bar else ' MISSED'}")
    for name, one in figures["archetypes"].items():
        same = "same keys" if one["same"] else "OTHER KEYS"
        print(
            f"{name:>46}: {one['rule_seconds']:.3f} of {one['loop_seconds']:.3f} s, {one['keys']:,}, {same}"
        )
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if chosen.quick or all(value <= bar for _, value, bar, _ in bars) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
