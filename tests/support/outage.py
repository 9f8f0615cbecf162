"""An outage: one supply that many orders wait for will be days late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.support import facts
from tests.support.tower_room import TowerRoom

LATE = facts.supply(
    quantity=900, eta_at=facts.PROMISED + timedelta(days=6), due_at=facts.PROMISED - timedelta(days=2)
)


def supplier_fails(room: TowerRoom) -> None:
    """A supply of many orders will be days late."""
    waiting = [each for n in range(2, 9) for each in (facts.order(f"SO-{n}"), facts.line(f"SO-{n}/1"))]
    stock = replace(facts.position(), on_hand_quantity=100)
    room.sync(*facts.quiet_world(), stock, LATE, *waiting)
