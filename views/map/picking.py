"""What lies under the mouse: a grid of sorted cells answers without looking at every place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from views.map.projection import FloatArray

IntArray = npt.NDArray[np.int64]


class PointGrid:
    """Round targets on the unit square (x wraps round); each has a reach in pixels."""

    def __init__(self, x: FloatArray, y: FloatArray, reach_px: FloatArray, least_scale: float) -> None:
        """Index the targets for every scale (pixels per world width) from ``least_scale`` up."""
        self._x, self._y, self._reach_px = x % 1.0, y, reach_px
        widest = float(reach_px.max()) if len(reach_px) else 1.0
        # A cell is at least as wide as the longest reach, so that nine cells hold every target in reach.
        self._across = max(int(least_scale / widest), 1)
        column, row = self._cell(self._x), self._cell(self._y)
        keys = row * self._across + column
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def _cell(self, value: FloatArray) -> IntArray:
        return np.clip((value * self._across).astype(np.int64), 0, self._across - 1)

    def _candidates(self, x: float, y: float) -> IntArray:
        column = int(self._cell(np.asarray([x]))[0])
        row = int(self._cell(np.asarray([y]))[0])
        columns = sorted({(column + step) % self._across for step in (-1, 0, 1)})
        rows = [one for one in (row - 1, row, row + 1) if 0 <= one < self._across]
        wanted = np.asarray([one * self._across + other for one in rows for other in columns])
        starts = np.searchsorted(self._keys, wanted, side="left")
        ends = np.searchsorted(self._keys, wanted, side="right")
        parts = [self._order[start:end] for start, end in zip(starts, ends, strict=True)]
        return np.sort(np.concatenate(parts))

    def at(self, x: float, y: float, scale: float) -> int | None:
        """Return the target whose edge is furthest past a place, at a scale; None if no target reaches it."""
        if len(self._x) == 0:
            return None
        turned = x % 1.0
        near = self._candidates(turned, y)
        if len(near) == 0:
            return None
        gap_x = (self._x[near] - turned + 0.5) % 1.0 - 0.5
        outside_px = np.hypot(gap_x, self._y[near] - y) * scale - self._reach_px[near]
        best = int(np.argmin(outside_px))
        return int(near[best]) if outside_px[best] <= 0 else None
