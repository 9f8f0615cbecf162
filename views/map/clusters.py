"""Grouping the open cases that would lie on top of each other, level by level of zoom.

The grid is fixed to the world, not to the window, so a bubble does not change while the map is dragged. A
level is built once for a set of markers and kept; only new data or another whole zoom step builds one.
The markers are sorted once along a curve that fills the square quarter by quarter: on every level, those of a
cell then stand side by side, and no level sorts them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from views.map.projection import FloatArray
from views.map.viewport import MOST_ZOOM, TILE_PX

IntArray = npt.NDArray[np.int64]

CELL_PX: Final = 64
MERGE_PX: Final = 52.0
_FINEST: Final = int(MOST_ZOOM)
SEVERITIES: Final = 4
_NEIGHBOURS: Final = tuple((dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class ClusterLevel:
    """The groups of one zoom level, a group of one being a single case.

    ``counts`` has a column a severity, low first; ``totals`` are their sums; ``group_of`` gives each marker's
    group.
    """

    x: FloatArray
    y: FloatArray
    counts: IntArray
    totals: IntArray
    group_of: IntArray

    def members_of(self, group: int) -> IntArray:
        """Return the marker numbers in a group, in order."""
        return np.flatnonzero(self.group_of == group)


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The occupied cells of a level, sorted by key: where the middle of each one's cases is, and how many."""

    keys: IntArray
    across: int
    x: FloatArray
    y: FloatArray
    sizes: IntArray

    def biggest_near(self, allowed: npt.NDArray[np.bool_]) -> IntArray:
        """Return for each cell the biggest of itself and its allowed near neighbours; ties to the lower."""
        count = len(self.keys)
        best = np.arange(count)
        reach = MERGE_PX / CELL_PX / self.across
        column, row = self.keys % self.across, self.keys // self.across
        for step_x, step_y in _NEIGHBOURS:
            wanted = (row + step_y) * self.across + (column + step_x) % self.across
            found = np.minimum(np.searchsorted(self.keys, wanted), count - 1)
            gap_x = (self.x[found] - self.x + 0.5) % 1.0 - 0.5
            near = (self.keys[found] == wanted) & (gap_x**2 + (self.y[found] - self.y) ** 2 < reach**2)
            size, best_size = self.sizes[found], self.sizes[best]
            bigger = (size > best_size) | ((size == best_size) & (found < best))
            best = np.where(near & allowed[found] & bigger, found, best)
        return best

    def leaders(self) -> IntArray:
        """Return for each cell the one it joins: the biggest near cell that has no bigger one near itself."""
        everyone = np.ones(len(self.keys), dtype=bool)
        own = np.arange(len(self.keys))
        tops = self.biggest_near(everyone) == own
        return np.where(tops, own, self.biggest_near(tops))


def _spread(numbers: IntArray) -> IntArray:
    """Return numbers with a zero bit between every two of their bits."""
    out = numbers & 0xFFFF
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        out = (out | (out << shift)) & mask
    return out


class Clusterer:
    """Markers (places on the unit square, severity 1 to 4) ready to be grouped at any whole zoom level."""

    def __init__(self, x: FloatArray, y: FloatArray, severity: npt.NDArray[np.int8]) -> None:
        """Sort the markers along the curve."""
        across = _cells_across(_FINEST)
        turned = x % 1.0
        column = np.minimum((turned * across).astype(np.int64), across - 1)
        row = np.clip((y * across).astype(np.int64), 0, across - 1)
        code = (_spread(row) << 1) | _spread(column)
        self._order = np.argsort(code)
        self._code = code[self._order]
        self._column, self._row = column[self._order], row[self._order]
        self._x, self._y = turned[self._order], y[self._order]
        self._severity = severity[self._order].astype(np.int64) - 1

    def level(self, level: int) -> ClusterLevel:
        """Return the groups of a level, 0 to the largest zoom."""
        if len(self._code) == 0:
            none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0)
            return ClusterLevel(nowhere, nowhere, none.reshape(0, SEVERITIES), none, none)
        coarser, across = _FINEST - level, _cells_across(level)
        code = self._code >> 2 * coarser
        starts = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
        sizes = np.diff(np.append(starts, len(code)))
        keys = (self._row[starts] >> coarser) * across + (self._column[starts] >> coarser)
        by_key = np.argsort(keys)
        place = np.empty(len(keys), dtype=np.int64)
        place[by_key] = np.arange(len(keys))
        cell_x = (np.add.reduceat(self._x, starts) / sizes)[by_key]
        cell_y = (np.add.reduceat(self._y, starts) / sizes)[by_key]
        leader = _Cells(keys[by_key], across, cell_x, cell_y, sizes[by_key]).leaders()
        kept, group_of_cell = np.unique(leader, return_inverse=True)
        return self._grouped(np.repeat(group_of_cell[place], sizes), cell_x[kept])

    def _grouped(self, group: IntArray, leader_x: FloatArray) -> ClusterLevel:
        """Return the groups, given each sorted marker's and where the leaders are."""
        count = len(leader_x)
        totals = np.bincount(group, minlength=count)
        # A group may lie across the antimeridian: average the distance to its leader, then turn back.
        away = (self._x - leader_x[group] + 0.5) % 1.0 - 0.5
        counts = np.bincount(group * SEVERITIES + self._severity, minlength=count * SEVERITIES)
        group_of = np.empty(len(group), dtype=np.int64)
        group_of[self._order] = group
        return ClusterLevel(
            x=(leader_x + np.bincount(group, weights=away) / totals) % 1.0,
            y=np.bincount(group, weights=self._y) / totals,
            counts=counts.reshape(-1, SEVERITIES),
            totals=totals,
            group_of=group_of,
        )


def _cells_across(level: int) -> int:
    return max(int(TILE_PX * 2**level) // CELL_PX, 1)


def build_level(x: FloatArray, y: FloatArray, severity: npt.NDArray[np.int8], level: int) -> ClusterLevel:
    """Group markers (places on the unit square, severity 1 to 4) for one whole zoom level."""
    return Clusterer(x, y, severity).level(level)
