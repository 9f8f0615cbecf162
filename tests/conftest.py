"""What every test starts from: Qt without a screen, repeatable random data, nothing left running."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings

os.environ["QT_QPA_PLATFORM"] = "offscreen"

GRACE_SECONDS = 5.0

settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the settings of pytest-qt where it is not installed: one configuration serves both runs."""
    if find_spec("pytestqt") is None:
        parser.addini("qt_log_level_fail", "of pytest-qt")
        parser.addini("qt_log_ignore", "of pytest-qt", type="linelist")


@pytest.fixture(autouse=True)
def _leaves_no_thread_behind() -> Iterator[None]:
    """Fail a test that leaves a thread running which would keep the process alive, and name the thread."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(GRACE_SECONDS)
    running = [thread.name for thread in left if thread.is_alive()]
    assert not running, f"the test left threads running: {', '.join(running)}"
