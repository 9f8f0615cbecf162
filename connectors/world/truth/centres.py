"""Whole centres: whether their people can do what is due, and whether they work at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.floor_desk import SHIFT_HOURS
from connectors.world.truth import limits
from connectors.world.truth.books import Books
from connectors.world.truth.watch import Claim, Watch, by
from domain.ids import EntityKind, NodeId
from domain.warehouse import PickStatus

NODE = EntityKind.NODE


def judge_labour(books: Books, node_id: str, at: datetime) -> Iterable[Claim]:
    """More units due within the shift than the node picks in the time left to the cut-off."""
    node = books.nodes.get(node_id)
    if node is None or node.pick_capacity_units_per_day <= 0:
        return
    due: Counter[datetime] = Counter()
    for pick in books.open_picks_of_node.of(node_id).values():
        if at < pick.due_at <= at + limits.SHIFT:
            due[pick.due_at] += pick.requested_quantity - pick.picked_quantity
    is_open = ("WH-LABOUR", f"{NODE}/{node_id}") in books.held
    backlog = 0
    for due_at in sorted(due):
        backlog += due[due_at]
        needed = limits.SHIFT * backlog / node.pick_capacity_units_per_day
        left = due_at - at
        beyond = needed >= left + limits.LABOUR_EXCESS
        if beyond or (is_open and needed * limits.ALL_BP > left * limits.LABOUR_CLEAR_BP):
            yield Claim("WH-LABOUR", NODE, node_id)
            return


def judge_outage(books: Books, node_id: str, at: datetime) -> Iterable[Claim]:
    """Within its shift a centre with work stands still: it does, by the world's own knowledge."""
    stopped = books.world.disruptions.on(DisruptionKind.DC_OUTAGE, node_id)
    if stopped is None or not _is_in_shift(books, node_id, at):
        return
    waiting = [
        pick
        for pick in books.open_picks_of_node.of(node_id).values()
        if pick.status is PickStatus.RELEASED and pick.due_at <= at + limits.SHIFT
    ]
    if len(waiting) >= limits.OUTAGE_LEAST_PICKS:
        yield Claim("WH-OUTAGE", NODE, node_id)


def _is_in_shift(books: Books, node_id: str, at: datetime) -> bool:
    site = books.world.master.site_of[NodeId(node_id)]
    first, last = SHIFT_HOURS
    return first <= (at + timedelta(hours=site.utc_offset_hours)).hour < last


WATCHES = (
    Watch(
        name="labour",
        judge=judge_labour,
        wakes={EntityKind.PICK_TASK: by("node_id")},
        every=timedelta(minutes=30),
    ),
    Watch(
        name="outages",
        judge=judge_outage,
        wakes={EntityKind.NODE: by("node_id")},
        every=timedelta(minutes=30),
    ),
)
