"""What the benchmark of the window runs in processes of its own: start, long run, writer, solver."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.workers.priority import give_way

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from views.case_queue.state import CaseTable
    from views.shell.window import TowerWindow

NOW_S = 1_794_495_600
SLOW = ("ortools", "pandas", "pyqtgraph", "scipy", "numba")
CHANGES_A_SECOND = 20
SITES = ("MEM", "DFW", "RNO", "ONT", "JOT", "CMH", "ATL", "ABE")
TYPES = ("Stock short", "Credit hold", "Late delivery", "Short pick", "Price mismatch")


def large_table(cases: int, seed: int = 5) -> CaseTable:
    """A queue's table of made-up cases, column by column."""
    import numpy as np

    from views.case_queue.state import CaseTable

    random = np.random.default_rng(seed)
    loss = random.integers(1_000, 12_000_000, cases)
    return CaseTable(
        ids=tuple(f"EX-{number:010d}" for number in range(cases)),
        severity=random.choice([1, 2, 3, 4], cases, p=[0.45, 0.35, 0.15, 0.05]).astype(np.int8),
        state=random.integers(0, 5, cases).astype(np.int8),
        loss_cents=loss,
        priority_cents=loss // 7,
        opened_s=NOW_S - random.integers(0, 400_000, cases),
        breach_s=NOW_S + random.integers(600, 400_000, cases),
        snoozed_until_s=np.full(cases, np.iinfo(np.int64).min),
        best_delta_cents=-(loss // 9),
        type_titles=tuple(TYPES[number % 5] for number in range(cases)),
        subjects=tuple(f"SO-{880_000 + n} · {SITES[n % 8]}→{SITES[n * 3 % 8]}" for n in range(cases)),
        owners=("",) * cases,
        best_options=tuple(f"Reallocate to {SITES[n % 8]}" for n in range(cases)),
        places=tuple(SITES[number % 8] for number in range(cases)),
        incident_ids=("",) * cases,
        hidden=np.zeros(cases, dtype=np.bool_),
        incidents=MappingProxyType({}),
    )


class Nobody:
    """A program that does nothing the window asks for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any intent
        return lambda *_arguments: None


def snapshot_of(table: CaseTable, **changes: Any) -> Any:  # noqa: ANN401 - a snapshot's values
    """A snapshot with that table and its cases on the map."""
    from datetime import UTC, datetime

    import numpy as np

    from views.map.state import MapMarkers
    from views.shell.state import Identity
    from views.tower.state import TowerSnapshot

    random = np.random.default_rng(1)
    cases = len(table)
    marks = MapMarkers(
        lon=random.uniform(-122, -72, cases),
        lat=random.uniform(27, 48, cases),
        severity=table.severity,
        ids=table.ids,
    )
    who = Identity(user_id="a", name="A. Moreno", role="Planner")
    now = datetime.fromtimestamp(NOW_S, UTC)
    return replace(TowerSnapshot(now=now, who=who, people=(who,), cases=table, markers=marks), **changes)


def open_window(app: QApplication, cases: int, program: Any = None) -> TowerWindow:  # noqa: ANN401 - any intents
    """A shown window; with cases where there are some, and a program behind it where there is one."""
    from views.shell.window import TowerWindow

    window = TowerWindow(program or Nobody())
    window.resize(1_920, 1_080)
    window.show()
    app.processEvents()
    if cases:
        window.apply_snapshot(snapshot_of(large_table(cases)))
        app.processEvents()
    return window


def resident_mib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def start(cases: int) -> dict[str, object]:
    """Open the window as the program does; when it was first seen, and when its queue could be used."""
    began = time.perf_counter()
    from app.collector import keep_what_is_there, pause

    pause()
    # The whole of what the program reads before it shows, not the window alone.
    import app.gui_session
    from views.shell.application import begin_application, show_first
    from views.shell.window import TowerWindow

    application = begin_application("dark")
    window = TowerWindow(Nobody())
    window.resize(1_920, 1_080)
    window.restore({})
    window.set_theme("dark")
    show_first(window, application)
    first_cpu, first_wall = time.process_time(), time.perf_counter() - began
    # What the program reads while the window is seen already.
    import app.gui_bridge  # noqa: F401 - for what it loads

    keep_what_is_there()
    read_cpu, read_wall = time.process_time(), time.perf_counter()
    snapshot = snapshot_of(large_table(cases))
    made_cpu, made_wall = time.process_time(), time.perf_counter()
    window.apply_snapshot(snapshot)
    application.processEvents()
    usable_cpu = read_cpu + time.process_time() - made_cpu
    slow = sorted(name for name in SLOW if name in sys.modules)
    return {
        "first_cpu_s": first_cpu,
        "first_wall_s": first_wall,
        "usable_cpu_s": usable_cpu,
        "usable_wall_s": read_wall - began + time.perf_counter() - made_wall,
        "slow_modules": slow,
        "resident_mib": resident_mib(),
    }


def soak(seconds: float) -> dict[str, object]:
    """Change a case twenty times a second; what grew, what was lost, what Qt said."""
    from PySide6.QtCore import qInstallMessageHandler

    from views.shell.application import make_application

    said: list[str] = []
    app = make_application("dark")
    window = open_window(app, 5_000)
    qInstallMessageHandler(lambda _kind, _context, text: said.append(text))
    table, lost, changes = large_table(5_000), 0, 0
    window.tower_model.queue.select(table.ids[17])
    began = due = time.perf_counter()
    warm, ends, half = 0.0, began + seconds, began + seconds * 0.3
    while time.perf_counter() < ends:
        loss = table.loss_cents.copy()
        loss[changes % len(loss)] += 100
        table = replace(table, loss_cents=loss)
        window.apply_snapshot(snapshot_of(table, changed=frozenset({"cases", "markers"})))
        changes += 1
        # By a rhythm, not by pauses: how long a change takes must not make the next one late.
        due += 1 / CHANGES_A_SECOND
        app.processEvents()
        while time.perf_counter() < due:
            time.sleep(0.002)
            app.processEvents()
        lost += window.tower_model.queue.selected_id != table.ids[17]
        if not warm and time.perf_counter() > half:
            warm = resident_mib()
    rate = changes / (time.perf_counter() - began)
    growth = (resident_mib() / warm - 1) * 100
    ignored = "This plugin does not support"
    messages = len([text for text in said if ignored not in text])
    return {
        "growth_percent": growth,
        "lost": lost,
        "messages": messages,
        "changes": changes,
        "changes_a_second": rate,
        "cpu_ms_a_change": time.process_time() * 1_000 / changes,
    }


def write(rows: int) -> None:
    """Write rows in pages of a thousand until ended, as a sync does: it gives way to the window, too."""
    give_way()
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(Path(folder) / "rows.db")
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, body TEXT)")
        body = json.dumps(
            {"order_id": "SO-1", "quantity": 12, "node": "MEM"} | {f"f{n}": n for n in range(20)}
        )
        while True:
            for page in range(rows // 1_000):
                with base:
                    values = ((page * 1_000 + n, json.dumps(json.loads(body))) for n in range(1_000))
                    base.executemany("INSERT OR REPLACE INTO row VALUES (?, ?)", values)


def solve(rows: int) -> None:
    """Solve assignments of growing size until ended, giving way to the window as the tower's solver does."""
    from ortools.sat.python import cp_model

    give_way()
    for turn in range(rows):
        model = cp_model.CpModel()
        count = 40 + turn % 20
        cells = [[model.new_bool_var("") for _ in range(count)] for _ in range(count)]
        for line in cells:
            model.add_exactly_one(line)
        for column in zip(*cells, strict=True):
            model.add_exactly_one(column)
        model.minimize(sum((i * 7 + j * 13) % 101 * cells[i][j] for i in range(count) for j in range(count)))
        cp_model.CpSolver().solve(model)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    kind, amount = sys.argv[1], sys.argv[2]
    if kind == "start":
        sys.stdout.write(json.dumps(start(int(amount))))
    elif kind == "soak":
        sys.stdout.write(json.dumps(soak(float(amount))))
    elif kind == "write":
        write(int(amount))
    else:
        solve(int(amount))
