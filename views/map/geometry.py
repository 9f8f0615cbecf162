"""The world's outlines: reading the packs under ``resources/map`` into projected rings and lines.

A pack keeps its source's topology: arcs between areas, and rings made of arcs. The source is stitched: rings
run on across the antimeridian, and one goes round the south pole. Drawn as they are, both give streaks across
the whole map. So every ring and line is unwrapped here (x may leave 0 to 1), and a ring that comes back a
whole turn away is closed along the map's edge.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resources.loader import read_bytes
from views.map.projection import FloatArray, project

Detail = Literal["110m", "50m", "10m"]
IntArray = npt.NDArray[np.int64]
Pack = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Rings or lines end to end: ``points`` (n, 2), where each starts, and the box of each (x0 y0 x1 y1)."""

    points: FloatArray
    starts: IntArray
    boxes: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.boxes)

    def shape(self, number: int) -> FloatArray:
        """Return the points of one ring or line."""
        return self.points[self.starts[number] : self.starts[number + 1]]


@dataclass(frozen=True, slots=True, eq=False)
class WorldPack:
    """One level of detail. Ring i belongs to land polygon ``polygons[i]``; holes are rings like any other."""

    rings: Shapes
    polygons: IntArray
    coast: Shapes
    borders: Shapes


@dataclass(frozen=True, slots=True, eq=False)
class StatesPack:
    """US state lines and the US shores of the Great Lakes."""

    states: Shapes
    shores: Shapes


def unwrap(points: FloatArray) -> FloatArray:
    """Return a projected line with each step the short way round, so that it never jumps across the map."""
    out = points.copy()
    turns = -np.round(np.diff(out[:, 0]))
    if turns.any():
        out[1:, 0] += np.cumsum(turns)
    return out


def close_round_pole(ring: FloatArray) -> FloatArray:
    """Return an unwrapped ring closed along the map's edge if it goes right round a pole, else as it is."""
    if abs(ring[-1, 0] - ring[0, 0]) < 1 / 2:
        return ring
    edge = 1.0 if ring[:, 1].mean() > 1 / 2 else 0.0
    corners = np.array([[ring[-1, 0], edge], [ring[0, 0], edge], ring[0]])
    return np.concatenate([ring, corners])


def _as_int(pack: Pack, name: str) -> npt.NDArray[np.int64]:
    return np.asarray(pack[name], dtype=np.int64)


def _running(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return 0, 1, 2 … restarting for each length, end to end."""
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)


@dataclass(frozen=True, slots=True, eq=False)
class _Arcs:
    """All arcs of a pack, projected: their points end to end, where each starts and how long it is."""

    points: FloatArray
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    @classmethod
    def decoded(cls, pack: Pack) -> _Arcs:
        """Undo the delta coding (it restarts at each arc) and project."""
        lengths = _as_int(pack, "arc_lengths")
        starts = np.cumsum(lengths) - lengths
        summed = np.cumsum(_as_int(pack, "arc_deltas"), axis=1)
        before = np.where(starts > 0, summed[:, starts - 1], 0)
        summed -= np.repeat(before, lengths, axis=1)
        scale, shift = np.asarray(pack["scale"], np.float64), np.asarray(pack["translate"], np.float64)
        lon, lat = summed * scale[:, None] + shift[:, None]
        return cls(np.column_stack(project(lon, lat)), starts, lengths)

    def joined(self, signed: npt.NDArray[np.int64], per_shape: npt.NDArray[np.int64]) -> Shapes:
        """Return shapes of ``per_shape`` arcs each; a negative arc ``~n`` is arc n backwards."""
        arcs = np.where(signed >= 0, signed, ~signed)
        lengths = self.lengths[arcs]
        along = _running(lengths)
        first = np.where(signed >= 0, self.starts[arcs], self.starts[arcs] + lengths - 1)
        step = np.where(signed >= 0, 1, -1)
        points = self.points[np.repeat(first, lengths) + np.repeat(step, lengths) * along]
        shape_of_arc = np.repeat(np.arange(len(per_shape)), per_shape)
        sizes = np.bincount(shape_of_arc, weights=lengths, minlength=len(per_shape)).astype(np.int64)
        return _shapes(points, sizes)

    def lines(self, pack: Pack, which: str) -> Shapes:
        """Return the arcs of one kind as lines."""
        numbers = _as_int(pack, which)
        return _straightened(self.joined(numbers, np.ones(len(numbers), dtype=np.int64)), unwrap)


def _shapes(points: FloatArray, sizes: npt.NDArray[np.int64]) -> Shapes:
    starts = np.concatenate([[0], np.cumsum(sizes)])
    low = np.minimum.reduceat(points, starts[:-1], axis=0)
    high = np.maximum.reduceat(points, starts[:-1], axis=0)
    return Shapes(points, starts, np.column_stack([low, high]))


def _straightened(shapes: Shapes, straighten: Callable[[FloatArray], FloatArray]) -> Shapes:
    """Return the shapes with those wide enough to hold a jump across the map put right (they are few)."""
    suspects = np.flatnonzero(shapes.boxes[:, 2] - shapes.boxes[:, 0] > 1 / 2)
    if len(suspects) == 0:
        return shapes
    sizes = np.diff(shapes.starts)
    blocks: list[FloatArray] = []
    done = 0
    for number in suspects.tolist():
        mended = straighten(shapes.shape(number))
        blocks += [shapes.points[shapes.starts[done] : shapes.starts[number]], mended]
        sizes[number] = len(mended)
        done = number + 1
    blocks.append(shapes.points[shapes.starts[done] :])
    return _shapes(np.concatenate(blocks), sizes)


def _read(name: str) -> Pack:
    with np.load(io.BytesIO(read_bytes("map", f"{name}.npz")), allow_pickle=False) as pack:
        return {key: pack[key] for key in pack.files}


_worlds: dict[Detail, WorldPack] = {}


def reading_world(detail: Detail) -> Iterator[None]:
    """Read and project one level of detail, a part a step: the finest one at once would stall the window."""
    if detail in _worlds:
        return
    pack = _read(f"world_{detail}")
    yield
    arcs = _Arcs.decoded(pack)
    yield
    rings = arcs.joined(_as_int(pack, "ring_arcs"), _as_int(pack, "ring_lengths"))
    rings = _straightened(rings, lambda ring: close_round_pole(unwrap(ring)))
    yield
    coast = arcs.lines(pack, "coast_arcs")
    yield
    lengths = _as_int(pack, "polygon_lengths")
    _worlds[detail] = WorldPack(
        rings=rings,
        polygons=np.repeat(np.arange(len(lengths)), lengths),
        coast=coast,
        borders=arcs.lines(pack, "border_arcs"),
    )


def load_world(detail: Detail) -> WorldPack:
    """Return one level of detail of the world, read and projected once."""
    for _ in reading_world(detail):
        pass
    return _worlds[detail]


@lru_cache(maxsize=1)
def load_states() -> StatesPack:
    """Return the US state lines, read and projected once."""
    pack = _read("us_states")
    arcs = _Arcs.decoded(pack)
    return StatesPack(states=arcs.lines(pack, "state_arcs"), shores=arcs.lines(pack, "shore_arcs"))
