"""Every pair of states is tried: exactly the listed moves are legal, and outcomes follow from commands."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from domain.approval_states import (
    APPROVAL_MOVES,
    CASE_STATE_OF,
    COMMAND_MOVES,
    DELIVERY_MOVES,
    ApprovalState,
    CommandState,
    DeliveryState,
    approval_may_move,
    command_may_move,
    delivery_may_move,
    outcome_of,
)

#: Written out once more, as the design page has them, so that the table cannot change unnoticed.
APPROVAL = """
submitted: partial approved rejected changes_requested expired stale
partial: approved rejected changes_requested revoked expired stale
approved: executing revoked expired stale
executing: in_doubt executed partially_executed failed stale expired compensating
in_doubt: executing executed partially_executed failed stale compensating compensated
executed: compensating
compensating: in_doubt partially_executed compensated compensation_failed executed
expired: partial approved rejected changes_requested revoked
stale: partial approved rejected changes_requested revoked
"""
COMMAND = """
planned: ready cancelled
ready: claimed cancelled
claimed: sending ready cancelled
sending: succeeded rejected conflict retry_wait unknown
unknown: probing manual
probing: succeeded rejected conflict retry_wait unknown
retry_wait: ready dead cancelled
manual: succeeded retry_wait
"""
DELIVERY = """
pending: sent
sent: pending receipted refused
"""


def legal(table: str) -> set[tuple[str, str]]:
    pairs = set()
    for line in table.strip().splitlines():
        start, ends = line.split(": ")
        pairs |= {(start, end) for end in ends.split()}
    return pairs


def test_every_pair_of_approval_states() -> None:
    allowed = {(str(a), str(b)) for a, b in product(ApprovalState, repeat=2) if approval_may_move(a, b)}
    assert allowed == legal(APPROVAL)


def test_every_pair_of_command_states() -> None:
    allowed = {(str(a), str(b)) for a, b in product(CommandState, repeat=2) if command_may_move(a, b)}
    assert allowed == legal(COMMAND)


def test_every_pair_of_delivery_states() -> None:
    allowed = {(str(a), str(b)) for a, b in product(DeliveryState, repeat=2) if delivery_may_move(a, b)}
    assert allowed == legal(DELIVERY)


def test_no_state_is_forgotten() -> None:
    assert set(APPROVAL_MOVES) == set(ApprovalState)
    assert set(COMMAND_MOVES) == set(CommandState)
    assert set(DELIVERY_MOVES) == set(DeliveryState)
    assert set(CASE_STATE_OF) == set(ApprovalState)


def test_nothing_is_sent_without_being_marked_as_sending_first() -> None:
    answered = {CommandState.SUCCEEDED, CommandState.REJECTED, CommandState.CONFLICT}
    ways_in = {a for a, ends in COMMAND_MOVES.items() if ends & answered}
    # A person who was asked is the third way to learn that it happened.
    assert ways_in == {CommandState.SENDING, CommandState.PROBING, CommandState.MANUAL}
    assert COMMAND_MOVES[CommandState.MANUAL] & answered == {CommandState.SUCCEEDED}
    assert {a for a, ends in COMMAND_MOVES.items() if CommandState.SENDING in ends} == {CommandState.CLAIMED}


def test_what_may_have_happened_is_never_sent_again_without_asking() -> None:
    assert COMMAND_MOVES[CommandState.UNKNOWN] == {CommandState.PROBING, CommandState.MANUAL}


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ("succeeded", "executed"),
        ("succeeded planned", "executing"),
        ("succeeded retry_wait planned", "executing"),
        ("succeeded unknown planned", "in_doubt"),
        ("probing planned", "in_doubt"),
        ("manual planned", "in_doubt"),
        ("succeeded rejected cancelled", "partially_executed"),
        ("succeeded cancelled", "partially_executed"),
        ("rejected cancelled", "failed"),
        ("dead", "failed"),
        ("conflict cancelled", "stale"),
        ("cancelled cancelled", "stale"),
    ],
)
def test_outcomes(states: str, outcome: str) -> None:
    assert outcome_of(CommandState(s) for s in states.split()) == outcome


def test_every_outcome_can_be_reached_from_a_running_approval() -> None:
    running = {ApprovalState.EXECUTING, ApprovalState.IN_DOUBT}
    for states in combinations_with_replacement(CommandState, 3):
        outcome = outcome_of(states)
        assert all(outcome is now or approval_may_move(now, outcome) for now in running)
