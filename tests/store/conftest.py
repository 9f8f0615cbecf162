"""The room that these tests work in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tower_room import TowerRoom, tower_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    """A mirror in a temporary folder with one source in memory."""
    with tower_room(tmp_path) as made:
        yield made
