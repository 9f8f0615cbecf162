"""How fast the map is, beside a QGraphicsView with an item a case: ``python -m benchmarks.map_canvas``.

Both show the same cases in a window of 1080p, offscreen, in the same run, and are driven through the same pan
and zoom. A frame is one repaint, waited for; the rest of the loop is what Qt does between two frames, the
slices of the ground among it. ``--quick`` takes fewer cases and frames, ``--json FILE`` writes a file too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen
from PySide6.QtWidgets import QApplication, QGraphicsEllipseItem, QGraphicsScene, QGraphicsView

from views.map.canvas import MapCanvas
from views.map.clusters import build_level
from views.map.projection import project
from views.map.state import MapLane, MapMarkers, MapState
from views.theme import apply, dark

WIDTH_PX, HEIGHT_PX = 1_920, 1_080
SEED = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
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


def row(what: str, engine: str, times_ms: list[float]) -> Row:
    """Return the percentiles of many calls."""
    ordered = sorted(times_ms)
    return Row(
        what=what,
        engine=engine,
        p50_ms=round(statistics.median(ordered), 3),
        p95_ms=round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 3),
    )


def made_up(cases: int, lanes: int) -> MapState:
    """Return cases in 200 crowds over North America and lanes between the crowds."""
    random = np.random.default_rng(SEED)
    towns = np.column_stack([random.uniform(-122, -72, 200), random.uniform(27, 49, 200)])
    home = random.integers(0, len(towns), cases)
    place = towns[home] + random.normal(0, 0.4, (cases, 2))
    ends = random.integers(0, len(towns), (lanes, 2))
    return MapState(
        markers=MapMarkers(
            lon=place[:, 0],
            lat=place[:, 1],
            severity=random.choice([1, 2, 3, 4], cases, p=[0.45, 0.35, 0.15, 0.05]).astype(np.int8),
            ids=tuple(f"EX-{number}" for number in range(cases)),
        ),
        lanes=tuple(
            MapLane(
                id=f"L-{number}",
                from_lon=float(towns[start, 0]),
                from_lat=float(towns[start, 1]),
                to_lon=float(towns[end, 0]),
                to_lat=float(towns[end, 1]),
            )
            for number, (start, end) in enumerate(ends.tolist())
        ),
    )


def moves(frames: int) -> list[tuple[float, float, float]]:
    """Return a drag, then a zoom in and out: pixels right, pixels down, factor a frame."""
    third = max(frames // 3, 1)
    return [(9.0, 3.0, 1.0)] * third + [(0.0, 0.0, 1.03)] * third + [(0.0, 0.0, 1 / 1.03)] * third


def measure_canvas(app: QApplication, state: MapState, frames: int, picks: int) -> list[Row]:
    """Drive the product's map."""
    canvas = MapCanvas(lambda _: None)
    canvas.resize(WIDTH_PX, HEIGHT_PX)
    canvas.show()
    app.processEvents()
    ready = timed_ms(lambda: canvas.set_state(state))
    first = timed_ms(canvas.finish_painting)
    paints: list[float] = []
    loops: list[float] = []
    for right, down, factor in moves(frames):
        canvas.move_by(right, down)
        if factor != 1.0:
            canvas.zoom_by(factor)
        paints.append(timed_ms(canvas.repaint))
        loops.append(timed_ms(app.processEvents))
    random = np.random.default_rng(SEED)
    places = random.uniform((0, 0), (WIDTH_PX, HEIGHT_PX), (picks, 2)).tolist()
    hits = [timed_ms(partial(canvas.hit, QPointF(x, y))) for x, y in places]
    canvas.close()
    return [
        row("new data (project, index)", "canvas", [ready]),
        row("whole first picture", "canvas", [first]),
        row("paint a frame", "canvas", paints),
        row("rest of the loop between frames", "canvas", loops),
        row("pick under the mouse", "canvas", hits),
    ]


def measure_clusters(state: MapState, levels: range) -> list[Row]:
    """Build cluster levels from nothing."""
    x, y = project(state.markers.lon, state.markers.lat)
    times = [timed_ms(partial(build_level, x, y, state.markers.severity, level)) for level in levels]
    return [row(f"cluster level of {len(x):,} cases", "canvas", times)]


def measure_items(app: QApplication, state: MapState, frames: int, picks: int) -> list[Row]:
    """Drive the baseline: a QGraphicsView with an ellipse item a case, on an empty ground."""
    x, y = project(state.markers.lon, state.markers.lat)
    scale = 9_000.0
    theme = dark()
    scene = QGraphicsScene()
    brushes = {level: QBrush(theme.severity(level).mark) for level in (1, 2, 3, 4)}

    def fill() -> None:
        for at_x, at_y, level in zip(
            (x * scale).tolist(), (y * scale).tolist(), state.markers.severity, strict=True
        ):
            item = QGraphicsEllipseItem(-6, -6, 12, 12)
            item.setPos(at_x, at_y)
            item.setBrush(brushes[int(level)])
            item.setPen(QPen(Qt.PenStyle.NoPen))
            item.setFlag(QGraphicsEllipseItem.GraphicsItemFlag.ItemIgnoresTransformations)
            scene.addItem(item)

    built = timed_ms(fill)
    view = QGraphicsView(scene)
    view.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.resize(WIDTH_PX, HEIGHT_PX)
    view.setSceneRect(QRectF(0, 0, scale, scale))
    view.centerOn(float(x.mean()) * scale, float(y.mean()) * scale)
    view.show()
    app.processEvents()
    first = timed_ms(view.viewport().repaint)
    paints: list[float] = []
    for right, down, factor in moves(frames):
        across, along = view.horizontalScrollBar(), view.verticalScrollBar()
        across.setValue(across.value() - round(right))
        along.setValue(along.value() - round(down))
        if factor != 1.0:
            view.scale(factor, factor)
        paints.append(timed_ms(view.viewport().repaint))
    random = np.random.default_rng(SEED)
    places = random.integers((0, 0), (WIDTH_PX, HEIGHT_PX), (picks, 2)).tolist()
    hits = [timed_ms(partial(view.itemAt, QPoint(px, py))) for px, py in places]
    view.close()
    return [
        row("new data (project, index)", "item a case", [built]),
        row("whole first picture", "item a case", [first]),
        row("paint a frame", "item a case", paints),
        row("pick under the mouse", "item a case", hits),
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
    cases, frames, slow_frames, picks = (10_000, 30, 9, 50) if options.quick else (100_000, 240, 30, 300)
    state = made_up(cases, 2_000)
    rows = measure_canvas(app, state, frames, picks)
    rows += measure_clusters(state, range(3, 9))
    rows += measure_items(app, state, slow_frames, min(picks, 50))
    print(f"{cases:,} cases, 2,000 lanes, {WIDTH_PX}x{HEIGHT_PX}, offscreen, milliseconds")
    print(f"{'':36}{'engine':14}{'p50':>10}{'p95':>10}")
    for one in rows:
        print(f"{one.what:36}{one.engine:14}{one.p50_ms:>10.2f}{one.p95_ms:>10.2f}")
    if options.json is not None:
        report = {"benchmark": "map_canvas", "cases": cases, "rows": [asdict(one) for one in rows]}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
