"""Numpy points to Qt polygons without a Python object a point."""

from __future__ import annotations

import ctypes

import numpy as np
import shiboken6
from PySide6.QtGui import QPolygonF

from views.map.projection import FloatArray

_POINT_BYTES = 16


def polygon(points_px: FloatArray) -> QPolygonF:
    """Return a Qt polygon of (n, 2) points."""
    made = QPolygonF()
    count = len(points_px)
    if count == 0:
        return made
    made.resize(count)
    # QPolygonF holds two doubles a point end to end: write them all at once through its address.
    address = shiboken6.getCppPointer(made.data())[0]
    source = np.ascontiguousarray(points_px, dtype=np.float64)
    ctypes.memmove(address, source.__array_interface__["data"][0], count * _POINT_BYTES)
    return made
