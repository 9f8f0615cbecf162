"""Where on the projected world the canvas looks, and how places become pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from views.map.projection import FloatArray, nearest_turn

TILE_PX: Final = 256.0
MOST_ZOOM: Final = 10.0
_WIDEST_FIT_ZOOM: Final = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """A centre on the unit square, pixels per world width, and the canvas's size in logical pixels."""

    x: float
    y: float
    scale: float
    width_px: int
    height_px: int

    @property
    def zoom(self) -> float:
        """Return the zoom as tile maps count it: 0 shows the world in 256 px, each step doubles."""
        return math.log2(self.scale / TILE_PX)

    def least_scale(self) -> float:
        """Return the scale at which the world just fills the width, so that no place shows twice."""
        return max(float(self.width_px), TILE_PX)

    def to_screen(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return pixels of places, each on the turn of the world nearest the centre."""
        return (
            (nearest_turn(x, self.x) - self.x) * self.scale + self.width_px / 2,
            (y - self.y) * self.scale + self.height_px / 2,
        )

    def to_world(self, px_x: float, px_y: float) -> tuple[float, float]:
        """Return the place under a pixel; x may lie beyond 0 to 1."""
        return (
            self.x + (px_x - self.width_px / 2) / self.scale,
            self.y + (px_y - self.height_px / 2) / self.scale,
        )

    def box(self, margin_px: float = 0.0) -> tuple[float, float, float, float]:
        """Return the places shown (x0, y0, x1, y1), and ``margin_px`` more on each side."""
        half_x = (self.width_px / 2 + margin_px) / self.scale
        half_y = (self.height_px / 2 + margin_px) / self.scale
        return self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y

    def panned(self, dx_px: float, dy_px: float) -> Viewport:
        """Return the view after its picture moved by so many pixels."""
        return replace(self, x=self.x - dx_px / self.scale, y=self.y - dy_px / self.scale).kept_inside()

    def zoomed(self, factor: float, px_x: float, px_y: float) -> Viewport:
        """Return the view enlarged by ``factor`` with the place under a pixel held still."""
        scale = min(max(self.scale * factor, self.least_scale()), TILE_PX * 2.0**MOST_ZOOM)
        held_x, held_y = self.to_world(px_x, px_y)
        return replace(
            self,
            scale=scale,
            x=held_x - (px_x - self.width_px / 2) / scale,
            y=held_y - (px_y - self.height_px / 2) / scale,
        ).kept_inside()

    def resized(self, width_px: int, height_px: int) -> Viewport:
        """Return the same centre in a canvas of another size."""
        sized = replace(self, width_px=max(width_px, 1), height_px=max(height_px, 1))
        return replace(sized, scale=max(sized.scale, sized.least_scale())).kept_inside()

    def kept_inside(self) -> Viewport:
        """Return the view with x within one turn and no void beyond the world's top and bottom edge."""
        half = self.height_px / 2 / self.scale
        y = min(max(self.y, half), 1.0 - half) if half < 1.0 / 2 else 1.0 / 2
        return replace(self, x=self.x % 1.0, y=y)

    def fitted(self, x: FloatArray, y: FloatArray, pad_px: float = 48.0) -> Viewport:
        """Return the view that shows all given places, the short way round; itself if none is given."""
        if len(x) == 0:
            return self
        turned = np.sort(x % 1.0)
        gaps = np.diff(np.concatenate([turned, turned[:1] + 1.0]))
        after = int(np.argmax(gaps))
        span_x = 1.0 - float(gaps[after])
        start = float(turned[(after + 1) % len(turned)])
        low, high = float(y.min()), float(y.max())
        room_x = max(self.width_px - 2 * pad_px, 1.0)
        room_y = max(self.height_px - 2 * pad_px, 1.0)
        widest = TILE_PX * 2.0**_WIDEST_FIT_ZOOM
        scale = min(
            room_x / span_x if span_x > 0 else widest, room_y / (high - low) if high > low else widest, widest
        )
        return replace(
            self, x=start + span_x / 2, y=(low + high) / 2, scale=max(scale, self.least_scale())
        ).kept_inside()


def north_america(width_px: int, height_px: int) -> Viewport:
    """Return the view before there is anything to fit: the United States and its neighbours."""
    return Viewport(
        x=0.232, y=0.385, scale=5_000.0, width_px=max(width_px, 1), height_px=max(height_px, 1)
    ).resized(width_px, height_px)
