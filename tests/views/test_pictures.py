"""Pictures of every page in both themes and states, beside kept ones that were looked at.

They are kept small, so a difference in a few letters passes and a lost panel, colour or font does not. After
a change that is meant: ``WRITE_PICTURES=1 pytest tests/views/test_pictures.py``, then look at each new one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_approvals import approvals, ledger
from tests.support.fake_detail import detail
from tests.support.fake_kpis import figures
from tests.support.fake_rules import shown as rules_shown
from tests.support.fake_tower import FIRST_ID, SUPERVISOR, offline, snapshot
from tests.support.open_window import open_window
from views.shell.window import TowerWindow
from views.theme import Theme, apply, dark, light

KEPT = Path(__file__).parent / "baseline"
SIZE_PX = (320, 200)
#: Of 255, on average over all pixels and colours; and how many pixels may differ plainly.
MOST_MEAN, PLAIN, MOST_PLAIN_SHARE = 3.0, 48, 0.02
PAGES = ("tower", "approvals", "kpis", "rules", "sources", "settings")


def full(window: TowerWindow) -> None:
    window.apply_snapshot(snapshot(who=SUPERVISOR, approvals=approvals(SUPERVISOR)))
    window.tower_model.queue.select(FIRST_ID)
    window.apply_detail(detail())
    window.apply_page(ledger())
    window.apply_page(figures())
    window.apply_page(rules_shown())


def empty(window: TowerWindow) -> None:
    window.apply_snapshot(snapshot([], kpis=(), sources=(), quarantine=(), jobs=(), nodes=(), lanes=()))


def loading(window: TowerWindow) -> None:
    window.toasts.place()


def without_network(window: TowerWindow) -> None:
    full(window)
    window.apply_snapshot(snapshot(offline=offline()))


def in_error(window: TowerWindow) -> None:
    full(window)
    window.show_toast("The TMS refused the booking: the service is not offered any more.", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A page in a state."""

    name: str
    page: str
    fill: Callable[[TowerWindow], None]


#: In the order of a day: nothing yet, nothing open, all of it, the network gone, an error.
SHOTS = (
    *(Shot(name=f"{page}_loading", page=page, fill=loading) for page in ("tower", "kpis", "rules")),
    *(Shot(name=f"{page}_empty", page=page, fill=empty) for page in ("tower", "approvals", "sources")),
    *(Shot(name=page, page=page, fill=full) for page in PAGES),
    Shot(name="tower_offline", page="tower", fill=without_network),
    Shot(name="tower_error", page="tower", fill=in_error),
)


def pixels(picture: QImage) -> npt.NDArray[np.int16]:
    plain = picture.convertToFormat(QImage.Format.Format_RGB888)
    row = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return row[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).astype(np.int16)


def look(window: TowerWindow, app: QApplication) -> QImage:
    for _ in range(3):
        app.processEvents()
    window.tower.map.finish_painting()
    window.setFocus(Qt.FocusReason.OtherFocusReason)
    ratio, mode = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return window.grab().toImage().scaled(*SIZE_PX, ratio, mode)


def difference(seen: QImage, file: Path) -> str:
    """What is wrong with a picture; empty where nothing is."""
    kept = QImage(str(file))
    if kept.isNull():
        return f"{file.name} is not there: write it and look at it"
    apart = np.abs(pixels(seen) - pixels(kept))
    plain = float((apart.max(axis=2) > PLAIN).mean())
    if apart.mean() <= MOST_MEAN and plain <= MOST_PLAIN_SHARE:
        return ""
    return f"{file.name}: {apart.mean():.1f} apart on average, {plain:.1%} of its pixels plainly"


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_every_page_looks_as_it_was_looked_at(theme: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    wrong = []
    # One window goes from state to state, as it does in a day.
    window = open_window(qtbot, qapp, filled=False).window
    apply(qapp, theme)
    for shot in SHOTS:
        shot.fill(window)
        window.show_page(shot.page)
        seen, file = look(window, qapp), KEPT / f"page_{shot.name}_{theme.name}.png"
        if os.environ.get("WRITE_PICTURES"):
            assert seen.save(str(file))
        wrong += [found] if (found := difference(seen, file)) else []
    apply(qapp, dark())
    assert wrong == []
