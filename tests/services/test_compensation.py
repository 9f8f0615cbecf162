"""A later command fails for good: what was done is taken back, the last one first, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.decide import DecisionRequest, decide
from app.services.ending_settled import say_settled
from app.services.propose import propose
from app.signing.canonical import digest_of
from connectors.protocol import IdempotencyLevel
from domain.approval_states import ApprovalState, CommandState
from domain.approvals import Execution, Verdict
from domain.commands import (
    Action,
    ReallocateLine,
    SetLinePrice,
    SplitLine,
    SplitPart,
)
from domain.compensation import undo_key
from domain.endings import CommandFate, EndedAs
from domain.ids import LineId, NodeId, OrderId
from tests.support.approval_desk import reallocation, transfer
from tests.support.executor_room import Killed, Room
from tests.support.keeping_system import KeepingSystem, KeptLine

ORDER = OrderId("SO-1")
PRICE = SetLinePrice(order_id=ORDER, line_id=LineId("L1"), unit_price_cents=900)
OTHER = SetLinePrice(order_id=ORDER, line_id=LineId("L2"), unit_price_cents=800)
SPLIT = SplitLine(
    order_id=ORDER,
    line_id=LineId("L3"),
    from_node_id=NodeId("DC-1"),
    parts=tuple(SplitPart(node_id=NodeId(f"DC-{n}"), quantity=n) for n in (1, 2, 3)),
)
TRANSFER = transfer()
CHOICES: tuple[Action, ...] = (reallocation(1), PRICE, OTHER, SPLIT, TRANSFER)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_in_reverse_order_each_step_signed(room: Room) -> None:
    entry = room.approve(reallocation(1), SPLIT, OTHER, PRICE)
    room.system.refuse_key = "-4"
    room.run()
    back = ["3-undo-1", "2-undo-1", "2-undo-2", "1-undo-1"]
    assert room.sent(entry) == ["1", "2", "3", "4", *back]
    assert all(line.seen() == KeptLine().seen() for line in room.system.lines.values())
    ending = room.ending(entry)
    assert ending.outcome is EndedAs.COMPENSATED
    assert [each.key for each in ending.commands] == [each.key for each in room.system.submits]
    outcomes = [e.value for e in room.desk.ledger.entries_of(entry.action_id)]
    signed = {v.command_key: v.request_sha256 for v in outcomes if isinstance(v, Execution)}
    assert signed == {each.key: digest_of(each.action) for each in room.system.submits}


@settings(max_examples=25, deadline=None)
@given(picked=st.lists(st.sampled_from(CHOICES), min_size=2, max_size=4), data=st.data())
def test_the_systems_are_left_as_they_were_at_the_point_of_no_return(
    picked: list[Action], data: st.DataObject
) -> None:
    failing = data.draw(st.integers(2, len(picked)))
    with TemporaryDirectory() as folder:
        room = Room(Path(folder))
        entry = room.approve(*picked)
        room.system.refuse_key = f"{entry.action_id}-{failing}"
        room.run()
        done = picked[: failing - 1]
        kept = max((n for n, action in enumerate(done, 1) if action is TRANSFER), default=0)
        wanted = KeepingSystem()
        for number, action in enumerate(picked[:kept], 1):
            command = next(c for c in room.system.submits if c.key == f"{entry.action_id}-{number}")
            assert command.action == action
            wanted.submit(replace(command, expected=()))
        seen = {name: line.seen() for name, line in room.system.lines.items()}
        # A price that was set twice goes back to the first one, whichever of the two is taken back.
        if picked.count(PRICE) < 2 and picked.count(OTHER) < 2:
            assert seen == {name: line.seen() for name, line in wanted.lines.items()}
        assert room.ending(entry).outcome is (EndedAs.PARTIALLY_EXECUTED if kept else EndedAs.COMPENSATED)
        room.desk.close()


def test_the_point_of_no_return_is_in_what_is_signed(room: Room) -> None:
    entry = room.approve(reallocation(1), TRANSFER)
    planned = room.desk.ledger.approval(entry.action_id).proposal.terms.commands
    back = ReallocateLine(
        order_id=ORDER,
        line_id=LineId("L1"),
        from_node_id=NodeId("DC-2"),
        to_node_id=NodeId("DC-1"),
        quantity=4,
    )
    assert [each.undone_by for each in planned] == [(back,), None]


def test_a_change_of_somebody_else_is_not_overwritten(room: Room) -> None:
    entry = room.approve(PRICE, OTHER)
    room.system.refuse_key = "-2"

    def somebody_edits(point: str) -> None:
        line = room.system.lines["L1"]
        if point == "execute:recorded" and line.version == 2:
            line.price, line.version = 1234, 3

    room.run(somebody_edits)
    assert room.system.lines["L1"].price == 1234
    ending = room.ending(entry)
    assert (ending.outcome, ending.commands[-1].fate) == (EndedAs.COMPENSATION_FAILED, CommandFate.CONFLICT)


def test_a_failed_step_back_ends_the_way_back(room: Room) -> None:
    entry = room.approve(reallocation(1), OTHER, PRICE)
    room.system.refuse_key = "-3"

    def refuse_the_way_back(_point: str) -> None:
        if room.system.submits and room.system.submits[-1].key.endswith("-3"):
            room.system.refuse_key = "-undo-1"

    room.run(refuse_the_way_back)
    ending = room.ending(entry)
    assert room.sent(entry) == ["1", "2", "3", "2-undo-1"]
    assert [each.fate for each in ending.commands[-2:]] == [CommandFate.REJECTED, CommandFate.CANCELLED]
    assert ending.outcome is EndedAs.COMPENSATION_FAILED


def test_the_kill_switch_holds_the_way_back_too(room: Room) -> None:
    entry = room.approve(reallocation(1), PRICE)
    room.system.refuse_key = "-2"

    def halt(_point: str) -> None:
        if room.system.submits and room.system.submits[-1].key.endswith("-2"):
            room.halted = "the ERP is being moved"

    room.executor(halt).run_once()
    room.executor().run_once()
    assert room.desk.ledger.approval(entry.action_id).state is ApprovalState.COMPENSATING
    assert room.sent(entry) == ["1", "2"]
    room.halted = ""
    room.run()
    assert room.ending(entry).outcome is EndedAs.COMPENSATED


@pytest.mark.parametrize("level", [IdempotencyLevel.A, IdempotencyLevel.C])
@pytest.mark.parametrize(
    "point",
    ["before-sending", "sending", "answered", "probing", "probed", "recorded"],
)
def test_killed_anywhere_on_the_way_back_it_is_gone_once(
    tmp_path: Path, level: IdempotencyLevel, point: str
) -> None:
    room = Room(tmp_path, level)
    entry = room.approve(reallocation(1), OTHER, PRICE)
    room.system.refuse_key = "-3"
    struck: list[str] = []

    def kill(now: str) -> None:
        back = any("-undo-" in row.key for row in room.desk.ledger.commands(entry.action_id))
        if back and now == f"execute:{point}" and len(struck) < 2:
            struck.append(now)
            raise Killed(now)

    room.run(kill)
    assert set(room.system.effects.values()) == {1}
    assert room.ending(entry).outcome is EndedAs.COMPENSATED
    assert all(line.seen() == KeptLine().seen() for line in room.system.lines.values())
    room.desk.close()


@pytest.mark.parametrize(("point", "happened"), [("sending", False), ("answered", True)])
def test_killed_in_a_step_back_that_cannot_be_asked_about_a_person_tells(
    tmp_path: Path, point: str, happened: bool
) -> None:
    room = Room(tmp_path, IdempotencyLevel.D)
    entry = room.approve(reallocation(1), OTHER, PRICE)
    room.system.refuse_key = "-3"
    step = f"{entry.action_id}-2-undo-1"

    def kill(now: str) -> None:
        steps = {row.key: row.state for row in room.desk.ledger.commands(entry.action_id)}
        if now == f"execute:{point}" and steps.get(step) is CommandState.SENDING:
            raise Killed(now)

    with pytest.raises(Killed):
        room.executor(kill).run_once()
    room.executor().run_once()
    assert room.ending(entry).doubts == (step,)
    assert (step in room.system.effects) is happened
    who = room.desk.people["j.okafor"]
    say_settled(room.desk.room, who, entry.action_id, step, happened=happened, reason="I looked there.")
    room.run()
    assert room.desk.ledger.approval(entry.action_id).state is ApprovalState.COMPENSATED
    assert room.sent(entry) == ["1", "2", "3", "2-undo-1", "1-undo-1"]
    assert set(room.system.effects.values()) == {1}
    assert all(line.seen() == KeptLine().seen() for line in room.system.lines.values())
    room.desk.close()


def test_a_step_back_that_nobody_approved_is_not_sent(room: Room) -> None:
    entry = room.approve(TRANSFER, PRICE)
    room.system.refuse_key = "-2"
    room.run()
    assert room.ending(entry).outcome is EndedAs.PARTIALLY_EXECUTED
    forged = undo_key(f"{entry.action_id}-1", 1)
    with room.desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE approval_case SET state = 'compensating'")
        connection.exec_driver_sql(
            "INSERT INTO command VALUES (?, ?, 3, 'erp', 'transfer_stock', 'planned', 1, '', 0, 0,"
            " NULL, NULL, '', 0)",
            (forged, entry.action_id),
        )
    report = room.executor().run_once()
    assert (entry.action_id, f"Nobody approved the command {forged}.") in report.held
    assert forged not in room.system.effects


def test_a_proposal_from_before_takes_nothing_back(room: Room) -> None:
    desk = room.desk
    request = desk.request(actions=(reallocation(1), PRICE))
    drafts = tuple(replace(draft, undone_by=None) for draft in request.drafts)
    entry = propose(desk.room, desk.people["a.moreno"], replace(request, drafts=drafts))
    yes = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(desk.room, desk.people["j.okafor"], yes, desk.facts.fresh)
    room.system.refuse_key = "-2"
    room.run()
    assert room.ending(entry).outcome is EndedAs.PARTIALLY_EXECUTED
    assert room.sent(entry) == ["1", "2"]
