"""The small pictures of the map that are kept and compared; run as a module, this renews them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.support.map_scene import describe, made_up_state
from tests.support.render import grab
from views.map.canvas import MapCanvas
from views.map.state import MapState
from views.theme import Theme, apply, dark, light

FOLDER = Path(__file__).parent.parent / "views" / "baseline"
SIZE_PX = (560, 300)
FAR_OFF = 48
"""A difference of a colour channel (of 255) beyond what another rasteriser's smoothing gives."""


def draw(theme: Theme, state: MapState) -> QImage:
    """Return the map of a state in a theme."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply(app, theme)
    canvas = MapCanvas(describe)
    canvas.resize(*SIZE_PX)
    canvas.set_state(state)
    grab(canvas, theme, *SIZE_PX)
    focused = app.focusWidget()
    if focused is not None:
        focused.clearFocus()
    canvas.finish_painting()
    image = grab(canvas, theme, *SIZE_PX).convertToFormat(QImage.Format.Format_RGB32)
    canvas.close()
    return image


def pixels(image: QImage) -> np.ndarray:
    """Return an RGB32 image's channels as (height, width, 3) integers."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(rgb.constBits(), dtype=np.uint8)
    return flat.reshape(rgb.height(), rgb.width(), 4)[:, :, :3].astype(np.int16)


def share_far_off(image: QImage, other: QImage) -> float:
    """Return the share of pixels that differ by more than smoothing can explain; 1 if the sizes differ."""
    if image.size() != other.size():
        return 1.0
    return float((np.abs(pixels(image) - pixels(other)).max(axis=2) > FAR_OFF).mean())


def main() -> int:
    """Draw both themes and write them to the baseline folder."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    FOLDER.mkdir(exist_ok=True)
    for theme in (dark(), light()):
        assert draw(theme, made_up_state()).save(str(FOLDER / f"map_{theme.name}.png"))
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
