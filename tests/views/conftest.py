"""What every module of window tests leaves behind: no running timer, no window."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication


def running_timers() -> dict[int, str]:
    """The timers that run now, by identity; Qt's own have no Python object and are not counted."""
    return {
        id(each): f"{each.interval()} ms of {type(each.parent()).__name__}"
        for each in gc.get_objects()
        if type(each) is QTimer and shiboken6.isValid(each) and each.isActive()
    }


@pytest.fixture(scope="module", autouse=True)
def _leaves_no_timer_behind() -> Iterator[None]:
    """Fail the module whose windows are gone and whose timers still run, and name them."""
    before = running_timers()
    yield
    if QApplication.instance() is None:
        return
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    left = {key: words for key, words in running_timers().items() if key not in before}
    assert not left, f"timers are left running: {', '.join(left.values())}"
