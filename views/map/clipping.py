"""Cutting a ring to a rectangle and dropping what is smaller than a pixel, before Qt ever sees it."""

from __future__ import annotations

from typing import Final

import numpy as np

from views.map.projection import FloatArray

Box = tuple[float, float, float, float]

_TWO_ENDS: Final = 2


def _cut(ring: FloatArray, axis: int, limit: float, *, keep_above: bool) -> FloatArray:
    """Cut a ring by one straight edge (Sutherland and Hodgman): keep the inside, add the crossings."""
    if len(ring) == 0:
        return ring
    side = ring[:, axis] - limit if keep_above else limit - ring[:, axis]
    inside = side >= 0
    if inside.all():
        return ring
    after = np.roll(inside, -1)
    crossing = np.flatnonzero(inside != after)
    following = (crossing + 1) % len(ring)
    share = side[crossing] / (side[crossing] - side[following])
    meets = ring[crossing] + (ring[following] - ring[crossing]) * share[:, None]
    meets[:, axis] = limit
    kept: FloatArray = np.insert(ring[inside], np.cumsum(inside)[crossing], meets, axis=0)
    return kept


def clip_ring(ring: FloatArray, box: Box) -> FloatArray:
    """Return the part of a filled ring inside a box; parts that fall apart stay joined at its edge."""
    low_x, low_y, high_x, high_y = box
    cut = _cut(ring, 0, low_x, keep_above=True)
    cut = _cut(cut, 0, high_x, keep_above=False)
    cut = _cut(cut, 1, low_y, keep_above=True)
    return _cut(cut, 1, high_y, keep_above=False)


def visible_runs(line: FloatArray, box: Box) -> list[FloatArray]:
    """Return the stretches of a line whose steps may touch a box."""
    low_x, low_y, high_x, high_y = box
    low, high = np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])
    touches = (high[:, 0] >= low_x) & (low[:, 0] <= high_x) & (high[:, 1] >= low_y) & (low[:, 1] <= high_y)
    if touches.all():
        return [line]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], touches.astype(np.int8), [0]])))
    return [line[start : end + 1] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def thin(points_px: FloatArray, step_px: float = 0.75) -> FloatArray:
    """Return the line without points in the same small square as the one before; ends are kept."""
    if len(points_px) <= _TWO_ENDS:
        return points_px
    cell = np.floor(points_px / step_px)
    keep = np.ones(len(points_px), dtype=bool)
    keep[1:-1] = (cell[1:-1] != cell[:-2]).any(axis=1)
    kept: FloatArray = points_px[keep]
    return kept
