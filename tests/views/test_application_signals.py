"""A window at rest ends when the system asks it to."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from views.shell.application import run_until_closed

TOO_LATE_MS = 5_000


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal")
def test_a_window_where_nothing_happens_ends_on_a_signal(qapp: QApplication) -> None:
    ended_by: list[str] = []

    def end(_number: int, _frame: object) -> None:
        ended_by.append("signal")
        qapp.quit()

    def give_up() -> None:
        ended_by.append("patience")
        qapp.quit()

    before = signal.signal(signal.SIGTERM, end)
    impatient = QTimer()
    impatient.setSingleShot(True)
    impatient.timeout.connect(give_up)
    impatient.start(TOO_LATE_MS)
    asked = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
    asked.start()
    try:
        run_until_closed()
    finally:
        impatient.stop()
        asked.join()
        signal.signal(signal.SIGTERM, before)
    assert ended_by == ["signal"]
