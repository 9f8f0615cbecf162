"""The map looks as it did: ``python -m tests.support.map_baseline`` renews the kept pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.support.map_baseline import FOLDER, draw, share_far_off
from tests.support.map_scene import made_up_state
from views.map.state import MapMarkers
from views.theme import Theme, dark, light

MOST_FAR_OFF = 0.0015


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_the_map_looks_like_its_kept_picture(qapp: QApplication, theme: Theme, tmp_path: Path) -> None:
    kept = QImage(str(FOLDER / f"map_{theme.name}.png"))
    drawn = draw(theme, made_up_state())
    share = share_far_off(drawn, kept)
    seen = tmp_path / f"map_{theme.name}.png"
    drawn.save(str(seen))
    assert share <= MOST_FAR_OFF, f"{share:.2%} of the pixels differ from the kept picture: look at {seen}"


def test_the_comparison_notices_a_missing_bubble(qapp: QApplication) -> None:
    state = made_up_state()
    markers = state.markers
    rest = np.abs(markers.lon + 95.4) > 1.5
    without_houston = MapMarkers(
        lon=markers.lon[rest],
        lat=markers.lat[rest],
        severity=markers.severity[rest],
        ids=tuple(case_id for case_id, stays in zip(markers.ids, rest, strict=True) if stays),
    )
    whole, missing = draw(dark(), state), draw(dark(), replace(state, markers=without_houston))
    assert share_far_off(whole, whole) == 0.0
    assert share_far_off(missing, whole) > MOST_FAR_OFF
