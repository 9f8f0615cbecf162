"""Pictures of every page in both themes and states, beside kept ones that were looked at.

They are kept small, so a difference in a few letters passes and a lost panel, colour or font does not. After
a change that is meant: ``WRITE_PICTURES=1 pytest tests/views/test_pictures.py``, then look at each new one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.first_run import FirstRun
from domain.health import HealthColour
from tests.support.fake_approvals import approvals, ledger
from tests.support.fake_detail import detail
from tests.support.fake_kpis import figures, no_figures
from tests.support.fake_rules import shown as rules_shown
from tests.support.fake_tower import FIRST_ID, SUPERVISOR, offline, snapshot, sources
from tests.support.fake_what_if import choices as what_if_choices
from tests.support.fake_what_if import solved as what_if_solved
from tests.support.open_window import open_window
from views.first_run.widget import FirstRunWindow
from views.settings.state import Part, SettingsShown
from views.shell.state import Page
from views.shell.window import TowerWindow
from views.sources.state import SourceSettingsRow, SourcesShown
from views.theme import Theme, apply, dark, light
from views.what_if.state import WhatIfFailed

KEPT = Path(__file__).parent / "baseline"
SIZE_PX = (320, 200)
#: Of 255, on average over all pixels and colours; and how many pixels may differ plainly.
MOST_MEAN, PLAIN, MOST_PLAIN_SHARE = 3.0, 48, 0.02
PAGES = get_args(Page)


def full(window: TowerWindow) -> None:
    window.apply_snapshot(snapshot(who=SUPERVISOR, approvals=approvals(SUPERVISOR)))
    window.tower_model.queue.select(FIRST_ID)
    window.apply_detail(detail())
    window.apply_page(ledger())
    window.apply_page(figures())
    window.apply_page(rules_shown())
    window.apply_page(SETTINGS)
    window.apply_page(SourcesShown(settings=(TMS,), secrets="system keyring (SecretService.Keyring)"))
    window.apply_page(what_if_choices())
    window.what_if.model.add()
    window.apply_page(what_if_solved())


def empty(window: TowerWindow) -> None:
    window.apply_snapshot(snapshot([], kpis=(), sources=(), quarantine=(), jobs=(), nodes=(), lanes=()))
    window.apply_page(no_figures())
    window.apply_page(rules_shown(policies=()))
    window.apply_page(replace(what_if_choices(), open_lines=0))


def loading(window: TowerWindow) -> None:
    window.toasts.place()


def without_network(window: TowerWindow) -> None:
    away = snapshot(offline=offline(), sources=(*sources()[:2], DOWN), approvals=approvals(SUPERVISOR))
    window.apply_snapshot(away)


def in_error(window: TowerWindow) -> None:
    window.apply_snapshot(
        snapshot(policy_notice="loss.toml was refused. The old one holds.", approvals=approvals(SUPERVISOR))
    )
    window.apply_page(WhatIfFailed(what="solve", text="The solver has ended: solve again."))
    window.show_toast("The TMS refused the booking: the service is not offered any more.", "error")


SETTINGS = SettingsShown(
    version="1.0",
    desk=(("Profile", "site (connected)"), ("Site", "North America"), ("Logs", "/home/am/tower/log")),
    parts=tuple(Part(name=name, version="6.11.3", licence="MIT") for name in ("Python", "PySide6", "numpy")),
    notice="Inter typeface, Copyright 2016-2018 The Inter Project Authors.",
    diagnostics="",
)
TMS = SourceSettingsRow(
    source="TMS",
    system="service",
    address="https://tms.example",
    poll_seconds=30,
    secret="tms-secret",
    options=(("auth", "token"),),
)
DOWN = replace(
    sources()[2], colour=HealthColour.RED, why="No answer for 44 min.", failures_in_row=12, lag_seconds=2_640
)


#: In the order of a day: nothing yet, nothing open, all of it, the network gone, an error.
STATES: dict[str, Callable[[TowerWindow], None]] = {
    "loading": loading,
    "empty": empty,
    "full": full,
    "offline": without_network,
    "error": in_error,
}


def pixels(picture: QImage) -> npt.NDArray[np.int16]:
    plain = picture.convertToFormat(QImage.Format.Format_RGB888)
    row = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return row[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).astype(np.int16)


def look(window: TowerWindow, app: QApplication) -> QImage:
    for _ in range(3):
        app.processEvents()
    window.tower.map.finish_painting()
    window.setFocus(Qt.FocusReason.OtherFocusReason)
    return shrunk(window)


def shrunk(window: QWidget) -> QImage:
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


def compare(wrong: list[str], seen: QImage, name: str) -> None:
    """Add what is wrong with a picture, or write it where that was asked for."""
    file = KEPT / f"{name}.png"
    if os.environ.get("WRITE_PICTURES"):
        assert seen.save(str(file))
    wrong += [found] if (found := difference(seen, file)) else []


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_every_page_looks_as_it_was_looked_at(theme: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    wrong: list[str] = []
    # One window goes from state to state, as it does in a day.
    window = open_window(qtbot, qapp, filled=False).window
    apply(qapp, theme)
    for state, fill in STATES.items():
        fill(window)
        for page in PAGES:
            window.show_page(page)
            compare(wrong, look(window, qapp), f"page_{page}_{state}_{theme.name}")
    sheets = (
        ("palette", window.open_palette, window.palette_overlay),
        ("keys", window.open_keys, window.key_sheet),
        ("source", lambda: window.settings_sheet.open_for("TMS"), window.settings_sheet),
        ("help", window.open_help, window.help),
    )
    for name, show, sheet in sheets:
        show()
        compare(wrong, look(window, qapp), f"over_{name}_{theme.name}")
        sheet.hide()
    apply(qapp, dark())
    assert wrong == []


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_the_first_run_looks_as_it_was_looked_at(theme: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    wrong: list[str] = []
    window = FirstRunWindow(FirstRun())
    qtbot.addWidget(window)
    apply(qapp, theme)
    window.show()
    for name, page in (("choices", 0), ("connect", 1), ("file", 2)):
        window.pages.setCurrentIndex(page)
        qapp.processEvents()
        window.setFocus()
        compare(wrong, shrunk(window), f"first_run_{name}_{theme.name}")
    apply(qapp, dark())
    assert wrong == []
