"""Lanes as quadratic arcs on the projected world: from end to end, bulging north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from views.map.projection import FloatArray, project
from views.map.state import MapLane

SAMPLES: Final = 25
BULGE: Final = 0.16
"""How far the control point lies off the straight line, as a share of its length."""


@dataclass(frozen=True, slots=True, eq=False)
class LaneCurves:
    """One row a lane: start, control and end (x, y each); x runs on past 0 to 1 on a lane round the back."""

    start: FloatArray
    control: FloatArray
    end: FloatArray
    severity: npt.NDArray[np.int8]
    ids: tuple[str, ...]

    def boxes(self) -> FloatArray:
        """Return a box (x0 y0 x1 y1) round each lane."""
        corners = np.stack([self.start, self.control, self.end])
        return np.concatenate([corners.min(axis=0), corners.max(axis=0)], axis=1)

    def sampled(self, numbers: npt.NDArray[np.int64]) -> FloatArray:
        """Return some lanes as polylines: (lanes, SAMPLES, 2)."""
        along = np.linspace(0.0, 1.0, SAMPLES)[None, :, None]
        start, control, end = (part[numbers, None, :] for part in (self.start, self.control, self.end))
        curve: FloatArray = (1 - along) ** 2 * start + 2 * along * (1 - along) * control + along**2 * end
        return curve

    def __len__(self) -> int:
        """Return how many lanes there are."""
        return len(self.ids)


def build_curves(lanes: Sequence[MapLane]) -> LaneCurves:
    """Return the arcs of lanes, each the short way round the world."""
    ends = np.array([[one.from_lon, one.from_lat, one.to_lon, one.to_lat] for one in lanes]).reshape(-1, 4)
    start = np.column_stack(project(ends[:, 0], ends[:, 1]))
    end = np.column_stack(project(ends[:, 2], ends[:, 3]))
    end[:, 0] -= np.round(end[:, 0] - start[:, 0])
    along = end - start
    across = np.column_stack([along[:, 1], -along[:, 0]])
    across[across[:, 1] > 0] *= -1
    return LaneCurves(
        start=start,
        control=(start + end) / 2 + across * BULGE,
        end=end,
        severity=np.array([one.severity for one in lanes], dtype=np.int8),
        ids=tuple(one.id for one in lanes),
    )
