"""Grouping the open cases that would lie on top of each other, level by level of zoom.

The grid is fixed to the world, not to the window, so a bubble does not change while the map is dragged. A
level is built once for a set of markers and kept; only new data or another whole zoom step builds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from views.map.projection import FloatArray
from views.map.viewport import TILE_PX

IntArray = npt.NDArray[np.int64]

CELL_PX: Final = 64
MERGE_PX: Final = 52.0
SEVERITIES: Final = 4
_NEIGHBOURS: Final = tuple((dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class ClusterLevel:
    """The groups of one zoom level, a group of one being a single case.

    ``counts`` has a column a severity, low first; ``group_of`` gives each marker's group; ``members`` are the
    markers sorted by group, those of group i from ``starts[i]`` to ``starts[i + 1]``.
    """

    x: FloatArray
    y: FloatArray
    counts: IntArray
    group_of: IntArray
    members: IntArray
    starts: IntArray

    @property
    def totals(self) -> IntArray:
        """Return how many cases each group holds."""
        totals: IntArray = np.diff(self.starts)
        return totals

    def members_of(self, group: int) -> IntArray:
        """Return the marker numbers in a group."""
        return self.members[self.starts[group] : self.starts[group + 1]]


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


def build_level(x: FloatArray, y: FloatArray, severity: npt.NDArray[np.int8], level: int) -> ClusterLevel:
    """Group markers (places on the unit square, severity 1 to 4) for a whole zoom level."""
    across = max(int(TILE_PX * 2**level) // CELL_PX, 1)
    turned = x % 1.0
    column = np.minimum((turned * across).astype(np.int64), across - 1)
    row = np.clip((y * across).astype(np.int64), 0, across - 1)
    keys, cell_of = np.unique(row * across + column, return_inverse=True)
    sizes = np.bincount(cell_of, minlength=len(keys))
    if len(keys) == 0:
        empty = np.zeros(0, dtype=np.int64)
        return ClusterLevel(x[:0], y[:0], np.zeros((0, SEVERITIES), dtype=np.int64), empty, empty, empty[:0])
    cell_x = np.bincount(cell_of, weights=turned) / sizes
    cell_y = np.bincount(cell_of, weights=y) / sizes
    leader = _Cells(keys, across, cell_x, cell_y, sizes).leaders()
    kept, leader_of = np.unique(leader, return_inverse=True)
    group_of = leader_of[cell_of]
    totals = np.bincount(group_of)
    # A group may lie across the antimeridian: average the distance to its leader, then turn back.
    away = (turned - cell_x[kept][group_of] + 0.5) % 1.0 - 0.5
    members = np.argsort(group_of, kind="stable")
    counts = np.bincount(
        group_of * SEVERITIES + severity.astype(np.int64) - 1, minlength=len(kept) * SEVERITIES
    )
    return ClusterLevel(
        x=(cell_x[kept] + np.bincount(group_of, weights=away) / totals) % 1.0,
        y=np.bincount(group_of, weights=y) / totals,
        counts=counts.reshape(-1, SEVERITIES),
        group_of=group_of,
        members=members,
        starts=np.concatenate([[0], np.cumsum(totals)]),
    )
