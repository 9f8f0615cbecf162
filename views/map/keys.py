"""What the keys do on the map: arrows move it, + and - zoom."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

ZOOM_STEP: Final = 1.5
PAN_STEP_PX: Final = 90.0
MOVES: Final = {
    Qt.Key.Key_Left: (PAN_STEP_PX, 0.0),
    Qt.Key.Key_Right: (-PAN_STEP_PX, 0.0),
    Qt.Key.Key_Up: (0.0, PAN_STEP_PX),
    Qt.Key.Key_Down: (0.0, -PAN_STEP_PX),
}
"""Pixels right and down by key."""
ZOOMS: Final = {
    Qt.Key.Key_Plus: ZOOM_STEP,
    Qt.Key.Key_Equal: ZOOM_STEP,
    Qt.Key.Key_Minus: 1 / ZOOM_STEP,
}
"""Factors by key."""
