"""What every test starts from: Qt without a screen, repeatable random data, nothing left running."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings

os.environ["QT_QPA_PLATFORM"] = "offscreen"

GRACE_SECONDS = 5.0
#: Where a few tests take long: servers to start, processes to kill, long histories.
LONG = (
    "tests/e2e/",
    "tests/soak/",
    "tests/journeys/",
    "tests/connectors/test_tryton_",
    "tests/connectors/test_karrio_",
    "tests/connectors/test_sync_killed",
    "tests/connectors/test_drop_folders_killed",
    "tests/connectors/test_sql_killed",
    "tests/connectors/test_world_",
    "tests/detection/test_world_truth",
    "tests/services/test_execute_kill",
    "tests/services/test_upstream_edits",
    "tests/hub/test_hub_kill",
    "tests/simulator/",
    "tests/app/test_cli_",
    "tests/test_",
)

settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the settings of pytest-qt where it is not installed: one configuration serves both runs."""
    if find_spec("pytestqt") is None:
        parser.addini("qt_log_level_fail", "of pytest-qt")
        parser.addini("qt_log_ignore", "of pytest-qt", type="linelist")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where workers share the files, long ones come first: one begun last would leave the others idle."""
    if not hasattr(config, "workerinput"):
        return
    tests_in = Counter(item.path for item in items)

    def turn(item: pytest.Item) -> tuple[int, int, str]:
        long = [n for n, start in enumerate(LONG) if item.nodeid.startswith(start)]
        return min(long, default=len(LONG)), -tests_in[item.path], str(item.path)

    items.sort(key=turn)


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
