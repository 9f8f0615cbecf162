"""Where the names of sites go: beside their mark, never over each other or over another site's mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from views.map.projection import FloatArray

GAP_PX: Final = 10.0
NODE_PX: Final = 10.0
# Side (1 right, -1 left, 0 centred) and lift (-1 above, 1 below), the best first.
_SPOTS: Final = ((1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1), (0, -1), (0, 1))
_MOST_HIDDEN: Final = 0.15
"""A label of which more than this share would lie under bubbles is left out."""


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A site's number and its label's box in pixels."""

    number: int
    left: float
    top: float
    width: float
    height: float


def _overlaps(box: FloatArray, others: FloatArray) -> float:
    """Return the area a box (x0 y0 x1 y1) shares with others."""
    if len(others) == 0:
        return 0.0
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    return float((np.maximum(wide, 0) * np.maximum(high, 0)).sum())


def _spots(anchor: FloatArray, gap: float, width: float, height: float) -> list[FloatArray]:
    x, y = float(anchor[0]), float(anchor[1])
    boxes = []
    for side, lift in _SPOTS:
        if side:
            # Above and below, a label may come nearer: it clears the mark's corner.
            left = x + side * gap * (1.0 if lift == 0 else 0.7) - (width if side < 0 else 0.0)
        else:
            left = x - width / 2
        top = y - height / 2 + lift * (height / 2 + gap * (0.7 if side else 0.9))
        boxes.append(np.array([left, top, left + width, top + height]))
    return boxes


def place_labels(
    anchors: FloatArray,
    gaps: Sequence[float],
    sizes: Sequence[tuple[float, float]],
    bubbles: FloatArray,
    canvas: tuple[float, float],
) -> list[PlacedLabel]:
    """Return a box for each label that has room, in the order given (the first has first choice).

    ``anchors`` (n, 2) are the marks' pixels, ``gaps`` how far off a label stays, ``sizes`` the labels',
    ``bubbles`` (m, 4) boxes to keep off, ``canvas`` the size that no label leaves. A label that could only go
    over another label, another site's mark or a bubble is left out.
    """
    half = NODE_PX / 2
    marks = np.column_stack([anchors - half, anchors + half]) if len(anchors) else np.zeros((0, 4))
    placed: list[PlacedLabel] = []
    taken = np.zeros((0, 4))
    for number, ((width, height), gap) in enumerate(zip(sizes, gaps, strict=True)):
        others = np.concatenate([taken, np.delete(marks, number, axis=0)])
        best: tuple[float, FloatArray] | None = None
        for box in _spots(anchors[number], gap, width, height):
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= canvas[0] and box[3] <= canvas[1]
            if not inside or _overlaps(box, others) > 0:
                continue
            hidden = _overlaps(box, bubbles)
            if best is None or hidden < best[0]:
                best = (hidden, box)
            if hidden == 0:
                break
        if best is not None and best[0] <= _MOST_HIDDEN * width * height:
            box = best[1]
            taken = np.concatenate([taken, box[None, :]])
            placed.append(PlacedLabel(number, float(box[0]), float(box[1]), width, height))
    return placed
