"""What several tests of services begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk_pair import Pair
from tests.support.trail_room import trail_room


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two desks at one hub: this one carries out, the other one follows."""
    with trail_room(tmp_path) as room:
        found = Pair(room)
        yield found
        found.there.close()
