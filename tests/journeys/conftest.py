"""The window of a journey, on a site in the middle of an outage unless a journey names another situation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.journey_desk import JourneyDesk, journey_desk
from tests.support.outage import supplier_fails
from tests.support.tower_room import TowerRoom


@pytest.fixture
def situation() -> Callable[[TowerRoom], None]:
    """What the sources hold when the window opens."""
    return supplier_fails


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, situation: Callable[[TowerRoom], None]) -> Iterator[JourneyDesk]:
    """The open window, with the real worker's rooms behind it."""
    with journey_desk(qtbot, tmp_path, situation) as opened:
        yield opened
