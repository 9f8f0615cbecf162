"""What was executed is taken back by another approved action, with a trail of its own, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.services.compensate import propose_way_back
from app.signing.statements import SignedEntry
from domain.approval_states import ApprovalState
from domain.approvals import Ending, Proposal
from domain.commands import SetLinePrice, SplitLine, SplitPart
from domain.errors import RefusedError
from domain.ids import LineId, NodeId, OrderId
from tests.support.approval_desk import order_line, reallocation, transfer
from tests.support.executor_room import Room
from tests.support.keeping_system import KeptLine

ORDER = OrderId("SO-1")
PRICE = SetLinePrice(order_id=ORDER, line_id=LineId("L2"), unit_price_cents=900)
SPLIT = SplitLine(
    order_id=ORDER,
    line_id=LineId("L3"),
    from_node_id=NodeId("DC-1"),
    parts=(SplitPart(node_id=NodeId("DC-2"), quantity=2), SplitPart(node_id=NodeId("DC-3"), quantity=3)),
)
TRANSFER = transfer()


class RoomWithWayBack(Room):
    """A desk that reads its system again before something is taken back."""

    def executed(self, *actions: object) -> SignedEntry:
        entry = self.approve(*actions)  # type: ignore[arg-type]
        self.run()
        self.look()
        return entry

    def look(self) -> None:
        for number in range(1, 6):
            line = self.system.lines[f"L{number}"]
            self.desk.facts.put(order_line(number, price=line.price), version=str(line.version))

    def take_back(self, entry: SignedEntry, user: str = "a.moreno") -> SignedEntry:
        desk = self.desk
        return propose_way_back(
            desk.room,
            desk.people[user],
            entry.action_id,
            action_id=desk.ids.new_id(),
            reason="The customer wants it as it was.",
            facts=desk.facts,
        )

    def states(self, *entries: SignedEntry) -> list[ApprovalState]:
        assert self.desk.ledger.verify().problems == ()
        return [self.desk.ledger.approval(entry.action_id).state for entry in entries]


@pytest.fixture
def room(tmp_path: Path) -> RoomWithWayBack:
    return RoomWithWayBack(tmp_path)


def test_everything_is_as_it_was_and_the_trail_leads_from_one_to_the_other(room: RoomWithWayBack) -> None:
    entry = room.executed(reallocation(1), PRICE, SPLIT)
    undo = room.take_back(entry)
    assert room.states(entry, undo) == [ApprovalState.EXECUTED, ApprovalState.SUBMITTED]
    room.agree(undo)
    room.run()
    assert room.states(entry, undo) == [ApprovalState.COMPENSATED, ApprovalState.EXECUTED]
    assert all(line.seen() == KeptLine().seen() for line in room.system.lines.values())
    assert isinstance(undo.value, Proposal)
    assert isinstance(entry.value, Proposal)
    back = [step for each in reversed(entry.value.terms.commands) for step in each.undone_by or ()]
    assert [each.action for each in undo.value.terms.commands] == back
    assert [each.action for each in room.system.submits[3:]] == back
    undone = undo.value.terms.undoes
    assert undone is not None
    ending = room.desk.ledger.entry(undone.ending_sha256)
    assert ending is not None
    assert isinstance(ending.value, Ending)
    assert (ending.value.action_id, undone.action_id) == (entry.action_id, entry.action_id)


def test_it_takes_another_person_as_any_action(room: RoomWithWayBack) -> None:
    undo = room.take_back(room.executed(PRICE))
    with pytest.raises(RefusedError, match=r"a\.moreno proposed this; another person must decide"):
        room.agree(undo, "a.moreno")


def test_a_command_that_nothing_takes_back_keeps_all_of_it(room: RoomWithWayBack) -> None:
    entry = room.executed(PRICE, TRANSFER)
    with pytest.raises(RefusedError, match=f"Nothing takes back transfer stock .{entry.action_id}-2."):
        room.take_back(entry)


def test_once_the_goods_have_left_it_is_too_late(room: RoomWithWayBack) -> None:
    entry = room.executed(reallocation(1))
    room.desk.facts.put(replace(order_line(1), shipped_quantity=8), version="9")
    with pytest.raises(RefusedError, match=r"point of no return is past: only 2 units of the line L1"):
        room.take_back(entry)


def test_what_somebody_set_since_is_not_overwritten(room: RoomWithWayBack) -> None:
    entry = room.executed(PRICE)
    room.desk.facts.put(order_line(2, price=950), version="9")
    with pytest.raises(RefusedError, match="the price of the line L2 is another one by now"):
        room.take_back(entry)


def test_not_before_it_is_done_and_not_twice(room: RoomWithWayBack) -> None:
    entry = room.approve(PRICE)
    with pytest.raises(RefusedError, match="is approved, not executed"):
        room.take_back(entry)
    room.run()
    room.look()
    undo = room.take_back(entry)
    with pytest.raises(RefusedError, match=f"already has the proposal {undo.action_id}"):
        room.take_back(entry)
    room.agree(undo)
    room.run()
    with pytest.raises(RefusedError, match="is compensated, not executed"):
        room.take_back(entry)


def test_a_way_back_that_changed_nothing_leaves_it_executed(room: RoomWithWayBack) -> None:
    entry = room.executed(reallocation(1), PRICE)
    before = {name: line.seen() for name, line in room.system.lines.items()}
    undo = room.take_back(entry)
    room.agree(undo)
    room.system.refuse_key = f"{undo.action_id}-2"
    room.run()
    assert room.states(entry, undo) == [ApprovalState.EXECUTED, ApprovalState.COMPENSATED]
    assert {name: line.seen() for name, line in room.system.lines.items()} == before


def test_a_way_back_is_not_taken_back_itself(room: RoomWithWayBack) -> None:
    undo = room.take_back(room.executed(PRICE))
    room.agree(undo)
    room.run()
    room.look()
    with pytest.raises(RefusedError, match="takes back another action itself"):
        room.take_back(undo)
