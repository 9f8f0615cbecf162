"""One order asked about at the window: from the chosen line to the painted answer.

``python -m benchmarks.what_if [--quick] [--json FILE]``: the What-if page of a real window (offscreen) and
the real what-if process, on a mirror of 100,000 open lines with one node closed. Each question explains a
line and tries what all orders would save if others made way for its own; the answer passes the audit of the
whole plan. The bar is by the clock, from the choice to the paint; beside it stands what both processes used
of the processors, which a busy machine changes little. The first question loads machine code and is told by
itself.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import queue
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtWidgets import QApplication

from app.read_models.what_if_page import places_of, what_if_solved
from app.services.what_if.solve import Effort
from app.store.engine import open_database
from app.store.instants import from_ms
from app.store.mirror import Mirror
from app.workers.what_if import Solved, SolveWish, Solving, Told, WhatIfRunner, Why, WhyWish
from benchmarks import _window_child as child
from benchmarks._bulk_rows import NOW
from benchmarks._cpu import cpu_seconds
from benchmarks._distributor import NODES, Distributor
from domain.what_if import Change, ChangeKind, WhatIf
from views.what_if.state import WhatIfSolved, WhatIfWhy

if TYPE_CHECKING:
    from views.shell.window import TowerWindow

BAR_MS = 100.0
CLOSED = WhatIf(name="closed", changes=(Change(kind=ChangeKind.NODE_CLOSED, subject=NODES[-1]),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one size came to; milliseconds from the choice of a line to the paint of its answer."""

    lines: int
    questions: int
    first_ms: float
    p50_ms: float
    p99_ms: float
    window_cpu_ms: float
    solver_cpu_ms: float
    load: float

    @property
    def sentence(self) -> str:
        """The row in words, with its bar."""
        kept = "held" if self.p99_ms <= BAR_MS else "MISSED"
        return (
            f"{self.lines:,} lines, {self.questions} questions to the screen: p50 {self.p50_ms} ms, p99 "
            f"{self.p99_ms} ms (bar {BAR_MS:.0f}: {kept}), the first {self.first_ms} ms; on average "
            f"{self.window_cpu_ms} ms of processor time in the window, {self.solver_cpu_ms} ms in the "
            f"what-if process; load {self.load}"
        )


class Program(child.Nobody, QObject):
    """What the bridge is between page and process: a wish goes out, the answer comes in by a signal."""

    said = Signal(object)

    def __init__(self) -> None:
        """No process runs until the first wish."""
        super().__init__()
        self.solved: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self.runner = WhatIfRunner(self._hear)

    def explain_what_if(self, world: int, line_id: str) -> None:
        """Ask the process."""
        self.runner.why(WhyWish(world=world, line_id=line_id))

    def _hear(self, told: Told) -> None:
        if isinstance(told, Why):
            self.said.emit(WhatIfWhy(world=told.world, line_id=told.line_id, sentences=told.sentences))
        elif not isinstance(told, Solving):
            self.solved.put(told)


def solve(program: Program, file: Path, effort: Effort) -> WhatIfSolved:
    """Let the process solve the mirror as it is and with a node closed; gives the page's content.

    Raises:
        SystemExit: it could not.
    """
    program.runner.solve(SolveWish(mirror_file=file, what_ifs=(CLOSED,), now=from_ms(NOW), effort=effort))
    told = program.solved.get()
    if not isinstance(told, Solved):
        raise SystemExit(f"The mirror was not solved: {told}")
    mirror = Mirror(open_database(file, role="mirror"))
    try:
        return what_if_solved(told, places_of(mirror))
    finally:
        mirror.close()


def ask(app: QApplication, window: TowerWindow, row: int) -> float:
    """Choose a line that flips; milliseconds until its explanation is painted."""
    page = window.what_if
    begun = time.perf_counter()
    page.flips.selectRow(row)
    while page.model.why is None:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    page.why.repaint()
    return 1_000 * (time.perf_counter() - begun)


def measure(app: QApplication, lines: int, questions: int, moves: int) -> Row:
    """Solve a mirror of so many lines and ask about as many of those that flip."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "mirror.db"
        engine = open_database(file, role="mirror")
        with engine.begin() as connection:
            Distributor(lines, seed=lines).fill(connection)
        engine.dispose()
        program = Program()
        window = child.open_window(app, 0, program)
        program.said.connect(window.apply_page)
        try:
            content = solve(program, file, Effort(moves=moves))
            window.show_page("what_if")
            window.apply_page(content)
            app.processEvents()
            (solver,) = (each for each in multiprocessing.active_children() if each.name == "what-if")
            first = ask(app, window, 0)
            before = time.process_time(), cpu_seconds(solver.pid or 0)
            took = sorted(ask(app, window, row) for row in range(1, questions + 1))
            after = time.process_time(), cpu_seconds(solver.pid or 0)
        finally:
            program.runner.stop()
            window.close()
    return Row(
        lines=lines,
        questions=questions,
        first_ms=round(first, 1),
        p50_ms=round(statistics.median(took), 1),
        p99_ms=round(took[int(0.99 * len(took))], 1),
        window_cpu_ms=round(1_000 * (after[0] - before[0]) / questions, 1),
        solver_cpu_ms=round(1_000 * (after[1] - before[1]) / questions, 1),
        load=round(os.getloadavg()[0], 1),
    )


def main() -> None:
    """Print the row, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 lines and a tenth of the questions")
    parser.add_argument("--json", type=Path, help="write the row to this file")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    lines, questions = (10_000, 30) if arguments.quick else (100_000, 300)
    row = measure(app, lines, questions, moves=lines // 5)
    print(row.sentence)
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(row), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
