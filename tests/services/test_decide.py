"""Deciding: another person, within their rights, on fresh facts, signing exactly what was shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.decide import (
    DecisionRequest,
    PreparedDecision,
    decide,
    prepare_decision,
    sign_decision,
)
from app.services.propose import ProposalRequest, propose
from app.signing.statements import SignedEntry, open_entry
from domain.approval_states import ApprovalState, CommandState
from domain.approvals import Decision, Verdict
from domain.errors import BadInputError, ConflictError, RefusedError
from tests.support.approval_desk import Desk, TurnedClock, credit_release, order_line


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def asked(
    entry: SignedEntry, verdict: Verdict = Verdict.APPROVE, *, offline: bool = False
) -> DecisionRequest:
    return DecisionRequest(
        action_id=entry.action_id, verdict=verdict, reason="I compared the code.", offline=offline
    )


def test_an_approval_names_the_proposal_and_repeats_its_terms(desk: Desk) -> None:
    proposal = desk.propose()
    entry = decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)
    value = open_entry(entry.envelope, desk.ledger.public_key).value
    assert isinstance(value, Decision)
    assert value.proposal_sha256 == proposal.sha256
    assert value.terms == getattr(proposal.value, "terms", None)
    view = desk.ledger.approval(proposal.action_id)
    assert view.state is ApprovalState.APPROVED
    assert [c.state for c in view.commands] == [CommandState.PLANNED]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.REJECT, ApprovalState.REJECTED),
        (Verdict.REQUEST_CHANGES, ApprovalState.CHANGES_REQUESTED),
    ],
)
def test_a_no_plans_nothing_and_needs_no_fresh_facts(
    desk: Desk, verdict: Verdict, state: ApprovalState
) -> None:
    proposal = desk.propose()
    desk.facts.records.clear()
    decide(desk.room, desk.people["j.okafor"], asked(proposal, verdict), desk.facts.fresh)
    view = desk.ledger.approval(proposal.action_id)
    assert view.state is state
    assert view.commands == ()
    assert view.deciding is not None
    assert view.deciding.decision.reason == "I compared the code."


@pytest.mark.parametrize(
    ("user", "role", "words"),
    [
        ("a.moreno", "planner", "a.moreno proposed this"),
        ("a.moreno", "supervisor", "a.moreno proposed this"),
        ("executor@desk", "supervisor", "does not hold the role supervisor"),
        ("executor@desk", "executor", "takes supervisor or manager"),
    ],
)
def test_who_may_not_decide(desk: Desk, user: str, role: str, words: str) -> None:
    proposal = desk.propose()
    signer = replace(desk.people[user], role=role)
    with pytest.raises(RefusedError, match=words):
        decide(desk.room, signer, asked(proposal), desk.facts.fresh)
    assert desk.ledger.approval(proposal.action_id).decisions == ()


def test_stale_facts_are_held_and_named(desk: Desk) -> None:
    proposal = desk.propose()
    desk.facts.put(order_line(1, node="DC-9"), version="2")
    with pytest.raises(ConflictError, match="order_line/L1"):
        decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)
    assert desk.ledger.approval(proposal.action_id).state is ApprovalState.STALE


def test_an_expired_proposal_cannot_be_decided(desk: Desk) -> None:
    proposal = desk.propose()
    desk.clock.turn(timedelta(hours=25))
    with pytest.raises(RefusedError, match="expired"):
        decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)


def test_nobody_decides_twice(desk: Desk) -> None:
    proposal = desk.propose(loss_cents=20_000_000)
    decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)
    with pytest.raises(RefusedError, match="already decided"):
        decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)


def test_after_a_decision_nothing_is_left_to_decide(desk: Desk) -> None:
    proposal = desk.propose()
    decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)
    with pytest.raises(RefusedError, match="is approved already"):
        decide(desk.room, desk.people["m.silva"], asked(proposal), desk.facts.fresh)


def test_credit_is_released_online_only(desk: Desk) -> None:
    case, recommendation, drafts = credit_release()
    request = ProposalRequest(
        action_id=desk.ids.new_id(),
        case=case,
        recommendation=recommendation,
        option_id="act",
        drafts=drafts,
        reason="They always pay.",
    )
    proposal = propose(desk.room, desk.people["a.moreno"], request)
    with pytest.raises(RefusedError, match="online only"):
        decide(desk.room, desk.people["j.okafor"], asked(proposal, offline=True), desk.facts.fresh)
    decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)
    assert desk.ledger.approval(proposal.action_id).state is ApprovalState.APPROVED


def test_an_unknown_proposal_is_a_clear_sentence(desk: Desk) -> None:
    request = DecisionRequest(action_id="01", verdict=Verdict.APPROVE, reason="Yes.")
    with pytest.raises(BadInputError, match="no proposal 01"):
        decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)


def prepared(desk: Desk) -> tuple[SignedEntry, PreparedDecision]:
    proposal = desk.propose()
    return proposal, prepare_decision(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)


def test_what_is_shown_is_what_is_signed(desk: Desk) -> None:
    proposal, shown = prepared(desk)
    assert shown.code == proposal.code
    entry = sign_decision(desk.room, desk.people["j.okafor"], shown)
    assert entry.payload == shown.payload
    assert entry.value == shown.decision


def test_a_decision_that_was_altered_after_it_was_shown_is_not_signed(desk: Desk) -> None:
    _, shown = prepared(desk)
    altered = replace(shown, decision=replace(shown.decision, reason="Something else."))
    with pytest.raises(ConflictError, match="not the bytes shown"):
        sign_decision(desk.room, desk.people["j.okafor"], altered)


def test_a_prepared_decision_is_void_once_the_same_key_signed_something_else(desk: Desk) -> None:
    _, shown = prepared(desk)
    other = desk.propose(number=2)
    decide(desk.room, desk.people["j.okafor"], asked(other), desk.facts.fresh)
    with pytest.raises(ConflictError, match="Open it again"):
        sign_decision(desk.room, desk.people["j.okafor"], shown)


def test_a_proposal_whose_bytes_were_changed_cannot_be_decided(desk: Desk) -> None:
    proposal = desk.propose()
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_entry_no_update")
        flipped = bytearray(proposal.envelope)
        place = flipped.index(b'"sig":"') + 10
        flipped[place] = ord("A") if flipped[place] != ord("A") else ord("B")
        connection.exec_driver_sql("UPDATE audit_entry SET envelope = ?", (bytes(flipped),))
    with pytest.raises(RefusedError, match="signature does not hold"):
        decide(desk.room, desk.people["j.okafor"], asked(proposal), desk.facts.fresh)


def test_what_was_sent_back_for_changes_is_proposed_again(desk: Desk) -> None:
    first = desk.propose()
    with pytest.raises(RefusedError, match="already has the proposal"):
        desk.propose()
    asking = asked(first, Verdict.REQUEST_CHANGES)
    decide(desk.room, desk.people["j.okafor"], asking, desk.facts.fresh)
    with pytest.raises(RefusedError, match="changes requested already"):
        decide(desk.room, desk.people["m.silva"], asked(first), desk.facts.fresh)
    second = desk.propose()
    decide(desk.room, desk.people["j.okafor"], asked(second), desk.facts.fresh)
    assert desk.ledger.approval(second.action_id).state is ApprovalState.APPROVED
