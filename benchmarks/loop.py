"""The whole loop on the demo's world: ``python -m benchmarks.loop [--quick] [--json FILE]``.

Everything goes through real processes on loopback. The baseline of the same run reads everything anew into an
empty mirror, which is what a tower without cursors would have to do at every interval.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from app.bootstrap import open_tower
from app.cli.running import running
from app.profile import Profile, load_profile
from app.services.sync import sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from app.tower import Tower
from domain.commands import Command, CommandResult, SetLinePrice
from domain.errors import TowerError
from domain.ids import EntityKind, SourceName
from domain.orders import OrderLine, OrderStatus, SalesOrder
from domain.recommendations import Option, Remedy

PLANNER, SUPERVISOR = "a.moreno", "j.okafor"
ERP = SourceName("erp")
SOLVED = ("AL-SHORT", "AL-IMBALANCE", "TR-ETA-LATE")
DECIDED = ("OE-INCOMPLETE", "OE-PRICE", "OE-CREDIT", "TR-ETA-LATE", "AL-IMBALANCE")
PATIENCE_SECONDS = 30.0

Figures = dict[str, float | int | str]


def timed_seconds(act: Callable[[], object]) -> float:
    """Seconds that one call took."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def spread_ms(name: str, seconds: list[float]) -> Figures:
    """The middle and the worst of some times."""
    if not seconds:
        return {}
    return {
        f"{name}_p50_ms": round(statistics.median(seconds) * 1000, 1),
        f"{name}_max_ms": round(max(seconds) * 1000, 1),
    }


def sync_figures(tower: Tower, folder: Path, rounds: int) -> Figures:
    """The first sync, one that brings (almost) nothing, and the baseline: everything into an empty mirror."""
    begun = time.perf_counter()
    results = tower.sync_all()
    first = time.perf_counter() - begun
    rows = sum(result.rows for result in results)
    again = [timed_seconds(tower.sync_all) for _ in range(rounds)]
    fresh = Mirror(open_database(folder / "fresh.db", role="mirror"))
    begun = time.perf_counter()
    for connector in tower.parts.connectors.values():
        sync_source(connector, fresh, clock=tower.parts.clock)
    baseline = time.perf_counter() - begun
    fresh.close()
    return {
        "rows": rows,
        "cases": len(tower.queue()),
        "first_sync_seconds": round(first, 2),
        "first_sync_rows_per_second": round(rows / first),
        **spread_ms("unchanged_sync", again),
        "full_reread_seconds": round(baseline, 2),
        "full_reread_per_unchanged_sync": round(baseline / statistics.median(again), 1),
    }


def lines_to_misprice(tower: Tower) -> Iterator[OrderLine]:
    """Lines of open orders whose price nobody has questioned."""
    mirror = tower.parts.mirror
    questioned = {case.entity.entity_id for case in tower.queue()}
    open_orders = {
        record.entity.order_id
        for record in mirror.entities(EntityKind.SALES_ORDER)
        if isinstance(record.entity, SalesOrder) and record.entity.status is OrderStatus.CONFIRMED
    }
    for record in mirror.entities(EntityKind.ORDER_LINE):
        line = record.entity
        if isinstance(line, OrderLine) and line.order_id in open_orders and line.line_id not in questioned:
            yield line


def latency_figures(tower: Tower, times: int) -> Figures:
    """From a change in a system to its case in the queue, when it is read at once."""
    seconds: list[float] = []
    for number, line in enumerate(lines_to_misprice(tower)):
        if len(seconds) == times:
            break
        action = SetLinePrice(
            order_id=line.order_id, line_id=line.line_id, unit_price_cents=line.unit_price_cents // 2 + 1
        )
        receipt = tower.parts.connectors[ERP].submit(
            Command(key=f"benchmark-{number}", source=ERP, action=action)
        )
        if receipt.result is not CommandResult.SUCCEEDED:
            continue
        begun = time.perf_counter()
        while time.perf_counter() - begun < PATIENCE_SECONDS:
            tower.sync(ERP, force=True)
            if any(case.entity.entity_id == line.line_id for case in tower.queue()):
                seconds.append(time.perf_counter() - begun)
                break
    return {"changes_seen": len(seconds), **spread_ms("change_to_case", seconds)}


def option_figures(tower: Tower, each: int) -> Figures:
    """Working out the options of a case, for the types that are solved and for those that go by rule."""
    solved: list[float] = []
    by_rule: list[float] = []
    taken: dict[str, int] = {}
    tower.recommend(tower.queue()[0].case_id)
    for case in tower.queue():
        taken[case.code] = taken.get(case.code, 0) + 1
        if taken[case.code] > each:
            continue
        times = solved if case.code in SOLVED else by_rule
        begun = time.perf_counter()
        try:
            tower.recommend(case.case_id)
        except TowerError:
            continue
        times.append(time.perf_counter() - begun)
    return {**spread_ms("options_by_solver", solved), **spread_ms("options_by_rule", by_rule)}


def best_of(tower: Tower, case_id: str) -> Option | None:
    """The recommended option of a case, if it acts."""
    try:
        options = tower.recommend(case_id).options
    except TowerError:
        return None
    return next((o for o in options if o.recommended and o.remedy is not Remedy.DO_NOTHING), None)


def decision_figures(tower: Tower, each: int) -> Figures:
    """Signing a proposal, signing its decision, and bringing it to effect, cleared case included."""
    for user in (PLANNER, SUPERVISOR):
        tower.parts.desk.signer(user)
    tower.settle()
    times: dict[str, list[float]] = {"propose": [], "decide": [], "settle": []}
    taken: dict[str, int] = {}
    cleared = 0
    for case in tower.queue():
        if case.code not in DECIDED or taken.get(case.code, 0) >= each:
            continue
        option = best_of(tower, case.case_id)
        if option is None:
            continue
        taken[case.code] = taken.get(case.code, 0) + 1
        begun = time.perf_counter()
        entry = tower.propose(case.case_id, option.option_id, PLANNER, "")
        proposed = time.perf_counter()
        try:
            tower.decide(entry.action_id, SUPERVISOR, approve=True, reason="")
        except TowerError:
            continue
        decided = time.perf_counter()
        tower.settle()
        times["propose"].append(proposed - begun)
        times["decide"].append(decided - proposed)
        times["settle"].append(time.perf_counter() - decided)
        cleared += not tower.case(case.case_id).is_open
    figures: Figures = {"decided": len(times["settle"]), "cleared_at_once": cleared}
    for name, seconds in times.items():
        figures |= spread_ms(name, seconds)
    return figures


def process_figures(home: Path, profile: Profile, seconds: int) -> Figures:
    """Memory of each process of a window, and how soon it showed: the program itself, without a display."""
    out = home / "out"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "CONTROL_TOWER_HOME": str(home)}
    arguments = ["--profile", str(profile.folder), "--seconds", str(seconds), "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "app", "window", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return {"window": f"did not run: {(done.stderr.splitlines() or ['?'])[-1]}"}
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    memory = {f"memory_{name}_mebibytes": size for name, size in report["memory_mebibytes"].items()}
    return {**{f"window_{name}_ms": value for name, value in report["times_ms"].items()}, **memory}


def measure(home: Path, *, quick: bool) -> Figures:
    """All figures, from one profile in ``home``."""
    os.environ["CONTROL_TOWER_HOME"] = str(home)
    # Throw-away keys do not belong in the keyring of whoever measures.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    profile = load_profile("demo")
    if quick and profile.world is not None:
        profile = replace(profile, world=replace(profile.world, size="ci"))
    few = 2 if quick else 5
    begun = time.perf_counter()
    with running(profile) as surroundings:
        services = time.perf_counter() - begun
        tower = open_tower(surroundings)
        try:
            figures: Figures = {
                "world": profile.world.size if profile.world is not None else "",
                "services_ready_seconds": round(services, 2),
                **sync_figures(tower, home, few),
                **latency_figures(tower, few),
                **option_figures(tower, few),
                **decision_figures(tower, 1 if quick else 2),
            }
        finally:
            tower.close()
    return figures | process_figures(
        home / "window", profile_of_window(home, quick=quick), 10 if quick else 30
    )


def profile_of_window(home: Path, *, quick: bool) -> Profile:
    """A profile of its own for the window, so that it starts from nothing; small when quick."""
    folder = home / "window" / "profiles" / "demo"
    folder.mkdir(parents=True)
    text = (home / "profiles" / "demo" / "profile.toml").read_text(encoding="utf-8")
    text = text.replace('size = "demo"', 'size = "ci"') if quick else text
    (folder / "profile.toml").write_text(text, encoding="utf-8")
    return load_profile(str(folder))


def main(arguments: list[str] | None = None) -> int:
    """Run and print; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller world and fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        figures = measure(Path(home), quick=chosen.quick)
    for name, value in figures.items():
        print(f"{name:<36} {value:>12,}" if isinstance(value, int | float) else f"{name:<36} {value:>12}")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
