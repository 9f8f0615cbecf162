"""Whole centres: whether their people can do what is due, and whether they work at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.world.truth import limits
from connectors.world.truth.books import Books
from connectors.world.truth.watch import Claim, Watch, by
from domain.ids import EntityKind

STEP = timedelta(minutes=10)


def judge_labour(books: Books, node_id: str, at: datetime) -> Iterable[Claim]:
    """More units due within the shift than the node picks in the time left to the cut-off."""
    node = books.nodes.get(node_id)
    if node is None or node.pick_capacity_units_per_day <= 0:
        return
    due: Counter[datetime] = Counter()
    for pick in books.open_picks_of_node.of(node_id).values():
        if at < pick.due_at <= at + limits.SHIFT:
            due[pick.due_at] += pick.requested_quantity - pick.picked_quantity
    backlog = 0
    for due_at in sorted(due):
        backlog += due[due_at]
        needed = limits.SHIFT * backlog / node.pick_capacity_units_per_day
        if needed >= due_at - at + limits.LABOUR_EXCESS:
            yield Claim("WH-LABOUR", EntityKind.NODE, node_id)
            return


WATCHES = (
    Watch(
        name="labour",
        judge=judge_labour,
        wakes={EntityKind.PICK_TASK: by("node_id")},
        every=timedelta(minutes=30),
    ),
)
