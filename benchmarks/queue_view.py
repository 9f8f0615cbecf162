"""How fast the queue is, beside a plain model with a sorting proxy: ``python -m benchmarks.queue_view``.

Both show the same made-up cases at 1080p, offscreen, in the same run: repaint, scroll by a row and a bit,
sort by money, filter by a word, and take a new table while a case is selected. The baseline is what one
writes first: an object a row, a QSortFilterProxyModel, the default delegate. ``--quick`` takes fewer cases
and frames, ``--json FILE`` writes the figures to a file too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import (
    QAbstractTableModel,
    QElapsedTimer,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtWidgets import QApplication, QTableView

from domain.cases import CaseState, Severity
from views.case_queue.model import COLUMNS, QueueModel
from views.case_queue.state import CaseRow, QueueView, SortKey, case_table, epoch_seconds
from views.case_queue.store import QueueStore
from views.case_queue.table import QueueTable
from views.theme import apply, dark

WIDTH_PX, HEIGHT_PX = 1_920, 1_080
SEED = 5
NOW = datetime(2026, 11, 12, 15, 0, tzinfo=UTC)
TYPES = ("Stock short", "Credit hold", "Late delivery", "Short pick", "Price mismatch")
SITES = ("MEM", "DFW", "RNO", "ONT", "JOT", "CMH", "ATL", "ABE")
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure: what, by which engine, the middle and the 95th percentile in milliseconds."""

    what: str
    engine: str
    p50_ms: float
    p95_ms: float


def timed_ms(act: Callable[[], object]) -> float:
    """Return how long one call took."""
    clock = QElapsedTimer()
    clock.start()
    act()
    return clock.nsecsElapsed() / 1e6


def both(*acts: Callable[[], object]) -> Callable[[], None]:
    """Return one call that does several."""

    def run() -> None:
        for act in acts:
            act()

    return run


def figure(what: str, engine: str, times_ms: list[float]) -> Figure:
    """Return the percentiles of many calls."""
    ordered = sorted(times_ms)
    return Figure(
        what=what,
        engine=engine,
        p50_ms=round(statistics.median(ordered), 2),
        p95_ms=round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 2),
    )


def made_up(cases: int) -> list[CaseRow]:
    """Return cases of all kinds."""
    rng = random.Random(SEED)
    return [
        CaseRow(
            case_id=f"EX-{number:010X}",
            severity=rng.choice(list(Severity)),
            type_title=rng.choice(TYPES),
            subject=f"SO-{880_000 + number} · {rng.choice(SITES)}→{rng.choice(SITES)}",
            state=rng.choice([CaseState.OPEN, CaseState.IN_PROGRESS, CaseState.WAITING]),
            loss_cents=rng.randint(1_000, 20_000_000),
            priority_cents=rng.randint(10, 2_000_000),
            opened_at=NOW - timedelta(minutes=rng.randint(1, 600)),
            breach_at=NOW + timedelta(minutes=rng.randint(-60, 4_000)),
            owner=rng.choice(("", "A. Moreno", "P. Singh")),
            best_option="Reallocate",
            best_delta_cents=-rng.randint(1_000, 900_000),
        )
        for number in range(cases)
    ]


class PlainModel(QAbstractTableModel):
    """The baseline: an object a row, every role asked by name."""

    def __init__(self, rows: list[CaseRow]) -> None:
        """Show rows."""
        super().__init__()
        self.rows = rows

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """How many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Give a cell's text, or its value to sort by."""
        row = self.rows[index.row()]
        values = (
            int(row.severity), row.case_id, row.type_title, row.subject, row.state.value, row.loss_cents,
            row.breach_at.isoformat() if row.breach_at else "", row.owner, row.best_option,
        )  # fmt: skip
        if role == Qt.ItemDataRole.UserRole:
            return values[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return str(values[index.column()])
        return None


def frames_ms(app: QApplication, view: QTableView, frames: int) -> tuple[list[float], list[float]]:
    """Repaint the view, then scroll it, each ``frames`` times."""
    view.resize(WIDTH_PX, HEIGHT_PX)
    view.show()
    app.processEvents()
    still = [timed_ms(view.viewport().repaint) for _ in range(frames)]
    moving: list[float] = []
    for _ in range(frames):
        bar = view.verticalScrollBar()
        bar.setValue(bar.value() + 47)
        moving.append(timed_ms(view.viewport().repaint))
    return still, moving


def measure_queue(app: QApplication, rows: list[CaseRow], frames: int) -> list[Figure]:
    """Drive the product's queue."""
    table = case_table(rows)
    store = QueueStore()
    store.now_s = epoch_seconds(NOW)
    model = QueueModel(store)
    filled = timed_ms(partial(model.apply_table, table))
    view = QueueTable(model)
    still, moving = frames_ms(app, view, frames)
    view.show_row(20)
    ticks = [
        timed_ms(both(partial(model.apply_clock, store.now_s + second), view.viewport().repaint))
        for second in range(frames)
    ]
    sorted_ms: list[float] = []
    for turn in range(6):
        wanted = QueueView(sort=SortKey.LOSS, descending=turn % 2 == 0)
        sorted_ms.append(timed_ms(both(partial(model.apply_view, wanted), view.viewport().repaint)))
    filter_ms: list[float] = []
    for text in ("8801", "mem", "credit hold", ""):
        wanted = QueueView(text=text)
        filter_ms.append(timed_ms(both(partial(model.apply_view, wanted), view.viewport().repaint)))
    changed = [replace(row, loss_cents=row.loss_cents + 1) for row in rows]
    same, fewer = case_table(changed), case_table(changed[50:])
    update = timed_ms(both(partial(model.apply_table, same), view.viewport().repaint))
    closing = timed_ms(both(partial(model.apply_table, fewer), view.viewport().repaint))
    view.close()
    return [
        figure("fill and order", "queue", [filled]),
        figure("repaint", "queue", still),
        figure("scroll a frame", "queue", moving),
        figure("a tick of the clock", "queue", ticks),
        figure("sort by money and repaint", "queue", sorted_ms),
        figure("filter by text and repaint", "queue", filter_ms),
        figure("new table, same cases", "queue", [update]),
        figure("new table, 50 cases gone", "queue", [closing]),
    ]


def measure_plain(app: QApplication, rows: list[CaseRow], frames: int) -> list[Figure]:
    """Drive the baseline."""
    model = PlainModel(rows)
    proxy = QSortFilterProxyModel()
    proxy.setSortRole(int(Qt.ItemDataRole.UserRole))
    proxy.setFilterKeyColumn(3)
    view = QTableView()
    filled = timed_ms(both(partial(proxy.setSourceModel, model), partial(view.setModel, proxy)))
    view.verticalHeader().setDefaultSectionSize(32)
    still, moving = frames_ms(app, view, frames)
    sort = timed_ms(both(partial(proxy.sort, 5, Qt.SortOrder.DescendingOrder), view.viewport().repaint))
    proxy.sort(-1)
    texts = ("8801", "MEM", "")
    filter_ms = [
        timed_ms(both(partial(proxy.setFilterFixedString, text), view.viewport().repaint)) for text in texts
    ]
    view.close()
    return [
        figure("fill and order", "plain + proxy", [filled]),
        figure("repaint", "plain + proxy", still),
        figure("scroll a frame", "plain + proxy", moving),
        figure("sort by money and repaint", "plain + proxy", [sort]),
        figure("filter by text and repaint", "plain + proxy", filter_ms),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10,000 cases and few frames")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([])
    apply(app, dark())
    cases, frames = (10_000, 10) if options.quick else (100_000, 60)
    rows = made_up(cases)
    figures = measure_queue(app, rows, frames) + measure_plain(app, rows, frames)
    print(f"{cases:,} cases, {WIDTH_PX}x{HEIGHT_PX}, offscreen, milliseconds")
    print(f"{'':30}{'engine':16}{'p50':>10}{'p95':>10}")
    for made in figures:
        print(f"{made.what:30}{made.engine:16}{made.p50_ms:>10,.2f}{made.p95_ms:>10,.2f}")
    if options.json:
        options.json.write_text(json.dumps([asdict(made) for made in figures], indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
