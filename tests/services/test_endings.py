"""However an action ends, its executor signs it, the hub records it, and every desk shows the same end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.services.execute import MAX_ATTEMPTS
from app.signing.statements import SignedEntry
from connectors.protocol import IdempotencyLevel
from domain.approvals import Ending, Execution
from domain.endings import CommandFate, EndedAs
from tests.support.approval_desk import CountingSystem, order_line, two_prices
from tests.support.desk_pair import Pair
from tests.support.hub_site import hub_key

DAY = timedelta(days=1)


def require_told(pair: Pair, entry: SignedEntry, end: EndedAs) -> Ending:
    """Both desks, the log and the auditor say the same end, once."""
    assert pair.states(entry) == [end.value, end.value]
    (ending,) = pair.endings(entry)
    assert ending.outcome is end
    assert pair.verified_state(entry) == end.value
    for desk in (pair.here, pair.there):
        assert desk.ledger.verify(hub_key().public).problems == ()
    return ending


def test_done(pair: Pair) -> None:
    entry = pair.approved()
    pair.run()
    ending = require_told(pair, entry, EndedAs.EXECUTED)
    assert [(each.key, each.fate) for each in ending.commands] == [
        (f"{entry.action_id}-1", CommandFate.SUCCEEDED)
    ]


def test_facts_that_changed_before_it_was_begun(pair: Pair) -> None:
    entry = pair.approved()
    pair.here.facts.put(order_line(1, price=2000), version="2")
    pair.run()
    assert "order_line/L1" in require_told(pair, entry, EndedAs.STALE).why
    assert not pair.room.system.submits


def test_facts_that_changed_after_it_was_begun(pair: Pair) -> None:
    entry = pair.approved()
    pair.room.system.faults = ["down"]
    pair.run()
    pair.here.facts.put(order_line(1, price=2000), version="2")
    pair.run()
    ending = require_told(pair, entry, EndedAs.STALE)
    assert [each.fate for each in ending.commands] == [CommandFate.CANCELLED]


@pytest.mark.parametrize(
    ("fault", "end", "fate"),
    [
        ("refuse", EndedAs.FAILED, CommandFate.REJECTED),
        ("conflict", EndedAs.STALE, CommandFate.CONFLICT),
    ],
)
def test_a_no_of_the_system(pair: Pair, fault: str, end: EndedAs, fate: CommandFate) -> None:
    entry = pair.approved()
    pair.room.system.faults = [fault]
    pair.run()
    assert [each.fate for each in require_told(pair, entry, end).commands] == [fate]


def test_given_up_after_the_last_attempt(pair: Pair) -> None:
    entry = pair.approved()
    pair.room.system.faults = ["down"] * MAX_ATTEMPTS
    pair.run(MAX_ATTEMPTS + 1)
    ending = require_told(pair, entry, EndedAs.FAILED)
    assert ending.commands[0].fate is CommandFate.DEAD
    assert "given up" in ending.why


def test_halted_until_it_ran_out(pair: Pair) -> None:
    entry = pair.approved()
    pair.halted = "the ERP is being moved"
    pair.run()
    assert pair.states(entry) == ["approved", "approved"]
    pair.here.clock.turn(4 * DAY)
    pair.run()
    require_told(pair, entry, EndedAs.EXPIRED)
    assert not pair.room.system.submits


def test_a_desk_that_never_comes_back_does_not_keep_an_approval_open(pair: Pair) -> None:
    entry = pair.approved()
    pair.here.clock.turn(4 * DAY)
    pair.executor(pair.there).run_once()
    assert pair.states(entry)[1] == "approved", "another desk does not say so before the hub has recorded it"
    pair.share()
    pair.share()
    require_told(pair, entry, EndedAs.EXPIRED)
    pair.run(3)
    assert len(pair.endings(entry)) == 1


def test_nobody_ends_what_another_desk_may_still_begin(pair: Pair) -> None:
    entry = pair.approved()
    pair.executor(pair.there).run_once()
    pair.share()
    assert (pair.states(entry), pair.endings(entry)) == (["approved", "approved"], [])


def test_what_only_a_person_can_tell_is_told_as_in_doubt(pair: Pair) -> None:
    pair.room.system = CountingSystem(IdempotencyLevel.D)
    pair.room.system.faults = ["lost"]
    entry = pair.approved()
    pair.run(3)
    assert pair.states(entry) == ["in_doubt", "in_doubt"]
    (ending,) = pair.endings(entry)
    assert (ending.outcome, ending.commands[0].fate) == (EndedAs.IN_DOUBT, CommandFate.MANUAL)
    assert pair.verified_state(entry) == "begun"


def test_what_was_done_is_taken_back_at_every_desk(pair: Pair) -> None:
    entry = pair.approved(*two_prices())
    pair.room.system.faults = ["", "refuse"]
    pair.run()
    ending = require_told(pair, entry, EndedAs.COMPENSATED)
    assert [each.key.removeprefix(entry.action_id) for each in ending.commands] == ["-1", "-2", "-1-undo-1"]
    outcomes = [e.value for e in pair.there.ledger.entries_of(entry.action_id)]
    assert [v.command_key for v in outcomes if isinstance(v, Execution)] == [
        each.key for each in ending.commands
    ]


def test_a_step_back_that_is_refused_is_named(pair: Pair) -> None:
    entry = pair.approved(*two_prices())
    pair.room.system.faults = ["", "refuse", "refuse"]
    pair.run()
    ending = require_told(pair, entry, EndedAs.COMPENSATION_FAILED)
    assert [each.fate for each in ending.commands] == [
        CommandFate.SUCCEEDED,
        CommandFate.REJECTED,
        CommandFate.REJECTED,
    ]
