"""The approvals page read from a real ledger: who may, what changed since, how far proofs reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.profile import Profile, ProfileKind
from app.read_models.approval_rights import ApprovalSources
from app.read_models.approvals import approval_rows
from app.read_models.ledger_page import ledger_shown
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver
from app.services.watch_log import stand_witness
from app.signing_desk import HUB_KEY_FILE
from domain.approvals import Verdict
from domain.delegations import Delegation
from domain.ids import UserId
from tests.support.approval_desk import Desk, TurnedClock, order_line
from tests.support.hub_site import running_site
from views.approvals.ledger_state import Proof
from views.approvals.state import ApprovalRow, ApprovalStage
from views.shell.state import Identity

PEOPLE = (
    Identity(user_id="a.moreno", name="A. Moreno", role="Planner"),
    Identity(user_id="j.okafor", name="J. Okafor", role="Supervisor"),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, clock=TurnedClock())
    yield made
    made.close()


def sources(desk: Desk, who: Identity = PEOPLE[1]) -> ApprovalSources:
    return ApprovalSources(
        ledger=desk.ledger,
        facts=desk.facts,
        policy=desk.room.policy,
        who=who,
        people=PEOPLE,
        now=desk.clock.now(),
    )


def only_row(desk: Desk, who: Identity = PEOPLE[1]) -> ApprovalRow:
    (row,) = approval_rows(sources(desk, who))
    return row


def test_the_choice_is_shown_among_its_alternatives(desk: Desk) -> None:
    desk.propose()
    content = only_row(desk).content
    assert content.chosen is not None
    assert content.chosen.label == only_row(desk).label
    assert content.alternatives[0].chosen
    assert content.proposer == "A. Moreno"


def test_who_may_decide_is_named_and_who_may_not_is_told_why(desk: Desk) -> None:
    desk.propose()
    row = only_row(desk)
    assert row.may_approve_now
    assert row.deciders == ("J. Okafor", "m.silva", "r.ito")
    own = only_row(desk, PEOPLE[0])
    assert own.why_not_decide == "A.moreno proposed this; another person must decide."


def test_a_delegate_is_named_with_whose_right_it_is(desk: Desk) -> None:
    now = desk.clock.now()
    lent = Delegation(
        delegation_id="d1",
        from_user=UserId("j.okafor"),
        to_user=UserId("p.new"),
        role="supervisor",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        currency="USD",
        up_to_minor=10_000_000,
    )
    policy = replace(desk.room.policy, delegations=(lent,))
    policy = replace(policy, users=(*policy.users, (UserId("p.new"), ("planner",))))
    desk.propose()
    (row,) = approval_rows(replace(sources(desk), policy=policy))
    assert "p.new for J. Okafor" in row.deciders


def test_a_changed_record_is_named_before_anybody_signs(desk: Desk) -> None:
    desk.propose()
    assert only_row(desk).changed_since == ()
    desk.facts.put(replace(order_line(1), ordered_quantity=4), version="2")
    row = only_row(desk)
    assert row.changed_since == ("order line L1",)
    assert not row.may_approve_now


def test_without_a_hub_every_entry_is_signed_and_verifies(desk: Desk, tmp_path: Path) -> None:
    desk.propose()
    shown = ledger_shown(desk.ledger, profile(tmp_path), PEOPLE)
    assert [(line.kind, line.proof, line.signed_by) for line in shown.lines] == [
        ("Proposal", Proof.SIGNED, "A. Moreno")
    ]
    assert shown.log_words == ""


def profile(folder: Path, hub_url: str = "") -> Profile:
    return Profile(
        name="site",
        title="Site",
        kind=ProfileKind.CONNECTED,
        folder=folder,
        sources=(),
        identities=(),
        hub_url=hub_url,
    )


def test_with_a_hub_an_entry_goes_from_waiting_to_witnessed(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        desk = site.desk()
        desk.propose()
        place = profile(tmp_path, site.server.url)
        unreached = ledger_shown(desk.ledger, place, PEOPLE)
        assert [line.proof for line in unreached.lines] == [Proof.WAITS]
        assert unreached.lines[0].why == "on its way; not tried yet"
        assert unreached.log_words == "This desk has not reached its hub yet."

        hub = site.client(desk)
        deliver(desk.room, hub)
        unpinned = ledger_shown(desk.ledger, place, PEOPLE)
        assert [line.proof for line in unpinned.lines] == [Proof.RECORDED]

        (tmp_path / HUB_KEY_FILE).write_text(hub.hub_key.to_text(), encoding="utf-8")
        proved = ledger_shown(desk.ledger, place, PEOPLE)
        assert [line.proof for line in proved.lines] == [Proof.VERIFIED]

        assert stand_witness(desk.room, hub, desk.people["a.moreno"].key)
        stand_witness(desk.room, hub, desk.people["a.moreno"].key)
        witnessed = ledger_shown(desk.ledger, place, PEOPLE)
        assert [(line.proof, line.witnesses > 0) for line in witnessed.lines] == [(Proof.WITNESSED, True)]
        assert "cosigned by" in witnessed.log_words

        desk.clock.turn(timedelta(minutes=1))
        decide_on(desk, Verdict.REQUEST_CHANGES)
        deliver(desk.room, hub)
        row = only_row(desk)
        assert (row.stage, row.decided_by) == (ApprovalStage.CHANGES_WANTED, "J. Okafor")
        desk.close()


def decide_on(desk: Desk, verdict: Verdict) -> None:
    action_id = desk.ledger.approvals()[0].action_id
    request = DecisionRequest(action_id=action_id, verdict=verdict, reason="Split it first.")
    decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)


def test_an_approval_can_be_taken_back_only_while_it_is_not_begun(desk: Desk) -> None:
    desk.propose()
    assert only_row(desk).why_not_revoke
    decide_on(desk, Verdict.APPROVE)
    row = only_row(desk)
    assert (row.stage, row.why_not_revoke) == (ApprovalStage.RECORDED, "")
    decide_on(desk, Verdict.REVOKE)
    assert only_row(desk).stage is ApprovalStage.REVOKED
