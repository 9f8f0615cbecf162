"""Ten minutes of the live demo with every process behind the window: ``python -m benchmarks.live_demo``.

The demo's world runs so fast that its systems change at least twenty records a second; a minute at the
pace of the clock on the wall, with next to no change, is the baseline. Changes are rows of the mirror that
came anew or again, counted every second from outside, so that a row that came twice within it counts once.
Growth is that of the window's resident memory from the end of the first third on. ``--quick`` takes a
minute of each; ``--json FILE`` writes a file too.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.gui_session import GuiSession

TICK_MS = 10
SAMPLE_SECONDS = 1.0
#: World seconds in one of ours.
LIVE_SPEED, REST_SPEED = 100, 1
WARM_SHARE = 1 / 3
MILLIS = 1_000
#: After the queue is seen first, the rest of the first sync is still coming.
SETTLE_MS = 30_000
OFFSCREEN_SAYS = "This plugin does not support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run: what came, and what the window made of it."""

    run: str
    seconds: float
    changes_a_second: float
    cases: int
    warm_mib: float
    growth_percent: float
    selections_lost: int
    selections_checked: int
    cases_gone: int
    qt_messages: int
    lateness_p99_ms: float
    lateness_most_ms: float
    window_cpu_percent: float


class Watch:
    """What is seen of a running window, from inside its own loop."""

    def __init__(self, session: GuiSession, seconds: float) -> None:
        """Look at it for ``seconds``, once its first sync is over."""
        from PySide6.QtCore import QTimer

        self._session = session
        self._seconds = seconds
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._began = self._due = self._next_sample = self._cpu = 0.0
        self._selected = ""
        self.late_ms: list[float] = []
        self.samples: list[tuple[float, float]] = []
        self.lost = self.checked = self.gone = self.cases = 0
        self.ran_seconds = self.cpu_seconds = 0.0
        session.bridge.first_shown.connect(lambda: QTimer.singleShot(SETTLE_MS, self._begin))

    def _begin(self) -> None:
        from PySide6.QtCore import Qt

        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._began = time.perf_counter()
        self._due, self._next_sample = self._began + TICK_MS / MILLIS, self._began
        self._cpu = time.process_time()
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, now - self._due) * MILLIS)
        self._due = now + TICK_MS / MILLIS
        self.ran_seconds = now - self._began
        if self.ran_seconds > self._seconds:
            self.cpu_seconds = time.process_time() - self._cpu
            self._timer.stop()
            self._session.end()
        elif now >= self._next_sample:
            self._next_sample += SAMPLE_SECONDS
            self._sample()

    def _sample(self) -> None:
        from benchmarks._window_child import resident_mib

        self.samples.append((self.ran_seconds, resident_mib()))
        queue = self._session.window.tower_model.queue
        self.cases = len(queue.store.table)
        if self._selected in queue.store.table.ids:
            self.checked += 1
            self.lost += queue.selected_id != self._selected
            return
        self.gone += bool(self._selected)
        self._session.select_a_case()
        self._selected = queue.selected_id

    def report(self) -> dict[str, Any]:
        """The figures of a run that is over."""
        late = sorted(self.late_ms)
        warm = [mib for at, mib in self.samples if at >= self._seconds * WARM_SHARE]
        tenth = max(1, len(warm) // 10)
        before, after = sum(warm[:tenth]) / tenth, sum(warm[-tenth:]) / tenth
        return {
            "began": self._began,
            "seconds": self.ran_seconds,
            "cases": self.cases,
            "warm_mib": before,
            "growth_percent": (after / before - 1) * 100,
            "selections_lost": self.lost,
            "selections_checked": self.checked,
            "cases_gone": self.gone,
            "lateness_p99_ms": late[int(len(late) * 0.99)],
            "lateness_most_ms": late[-1],
            "window_cpu_percent": self.cpu_seconds / self.ran_seconds * 100,
        }


def run_child(speed: int, seconds: float, out: Path) -> None:
    """The window with all its processes in this process's own home; leaves ``watch.json`` in ``out``."""
    from PySide6.QtCore import qInstallMessageHandler

    from app.bootstrap import monotonic_seconds
    from app.gui_session import WindowRun, run_window
    from app.profile import load_profile

    started = monotonic_seconds()
    file = load_profile("demo").folder / "profile.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("speed = 20", f"speed = {speed}"), encoding="utf-8")
    said: list[str] = []
    watches: list[Watch] = []

    def script(session: GuiSession) -> None:
        qInstallMessageHandler(lambda _kind, _context, words: said.append(words))
        session.window.resize(1_920, 1_080)
        watches.append(Watch(session, seconds))

    run_window(WindowRun(profile=load_profile("demo"), started_seconds=started), script)
    messages = [words for words in said if OFFSCREEN_SAYS not in words]
    report = watches[0].report() | {"qt_messages": len(messages), "said": messages[:5]}
    (out / "watch.json").write_text(json.dumps(report), encoding="utf-8")


def changes_of(mirror: Path) -> Iterator[int]:
    """How many rows of the mirror are new or came again since the last question; 0 while there is none."""
    newest: dict[str, int] = {}
    while True:
        if not mirror.exists():
            yield 0
            continue
        with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as base:
            yield _changed(base, newest)


def _changed(base: sqlite3.Connection, newest: dict[str, int]) -> int:
    tables = base.execute(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'stamp'"
        " WHERE m.type = 'table'"
    ).fetchall()
    found = 0
    for (name,) in tables:
        query = f'SELECT count(*), max(stamp) FROM "{name}" WHERE stamp > ?'  # noqa: S608 - the schema's own name
        count, reached = base.execute(query, (newest.get(name, 0),)).fetchone()
        # What stood there at first was no change.
        found += count if name in newest else 0
        newest[name] = reached or newest.get(name, 0)
    return found


def measure(name: str, speed: int, seconds: float) -> Row:
    """One run in a home of its own, its changes counted from outside."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"CONTROL_TOWER_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        out = Path(home) / "out"
        out.mkdir()
        child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.live_demo", "--child", str(speed), str(seconds), str(out)],
            env=environment,
        )
        counted = changes_of(Path(home) / "profiles" / "demo" / "mirror.db")
        found: list[tuple[float, int]] = []
        while child.poll() is None:
            time.sleep(SAMPLE_SECONDS)
            found.append((time.perf_counter(), next(counted)))
        if child.returncode:
            raise SystemExit(f"The window ended with {child.returncode}.")
        seen = json.loads((out / "watch.json").read_text(encoding="utf-8"))
    for words in seen.pop("said"):
        print(f"Qt said: {words}")
    # The first sync is not the stretch that was watched; the clock is one for all processes.
    began = seen.pop("began")
    came = sum(count for at, count in found if began < at <= began + seen["seconds"])
    return Row(run=name, changes_a_second=came / seen["seconds"], **seen)


def main() -> None:
    """Both runs, and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute of each")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        speed, length, out = options.child
        run_child(int(speed), float(length), Path(out))
        return
    seconds = 60.0 if options.quick else 600.0
    rows = [measure("at rest", REST_SPEED, min(seconds, 60.0)), measure("live", LIVE_SPEED, seconds)]
    for row in rows:
        print("\n".join(f"{name:22} {value}" for name, value in asdict(row).items()), end="\n\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
