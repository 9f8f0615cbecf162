"""Web Mercator: degrees to the unit square (x grows east, y grows south) and back."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

MOST_LAT: Final = 85.0511287798066
"""The latitude where the projected world is square; nearer the poles is cut off."""


def project(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (x, y) for degrees east and north; 0 to 1 inside one turn of the world, x beyond it outside."""
    east = np.asarray(lon, dtype=np.float64)
    sine = np.sin(np.radians(np.clip(np.asarray(lat, dtype=np.float64), -MOST_LAT, MOST_LAT)))
    return (east + 180.0) / 360.0, 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * np.pi)


def unproject(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return degrees east (not wrapped) and north of a projected place."""
    lon = np.asarray(x, dtype=np.float64) * 360.0 - 180.0
    lat = np.degrees(
        2.0 * np.arctan(np.exp((0.5 - np.asarray(y, dtype=np.float64)) * 2.0 * np.pi)) - np.pi / 2
    )
    return lon, lat


def nearest_turn(x: FloatArray, centre_x: float) -> FloatArray:
    """Return x shifted by whole turns of the world so that each lies within half a turn of ``centre_x``."""
    shifted: FloatArray = np.asarray((x - centre_x + 0.5) % 1.0 - 0.5 + centre_x, dtype=np.float64)
    return shifted
