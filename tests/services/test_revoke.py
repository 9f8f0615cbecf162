"""Taking an approval back: by whom, until when, and who wins when the executor begins at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver, pull_feed
from app.services.execute import Executor
from app.services.execution_turn import ExecutionReport
from app.signing.statements import SignedEntry
from app.signing.verifier.report import verify
from domain.approval_states import ApprovalState, CommandState
from domain.approvals import Verdict
from domain.errors import RefusedError
from domain.ids import UserId
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, default_policy
from tests.support.hub_site import hub_key
from tests.support.rights_cases import said
from tests.support.trail_room import TrailRoom, enrol_all, trail_room

REASON = "The customer cancelled."


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TrailRoom]:
    with trail_room(tmp_path) as room:
        yield room


def word(
    desk: Desk, entry: SignedEntry, user: str, verdict: Verdict, *, offline: bool = False
) -> SignedEntry:
    request = DecisionRequest(action_id=entry.action_id, verdict=verdict, reason=REASON, offline=offline)
    return decide(desk.room, desk.people[user], request, desk.facts.fresh)


def revoke(desk: Desk, entry: SignedEntry, user: str = "j.okafor", *, offline: bool = False) -> SignedEntry:
    return word(desk, entry, user, Verdict.REVOKE, offline=offline)


def carry_out(desk: Desk, system: CountingSystem, room: TrailRoom | None = None) -> ExecutionReport:
    return Executor(
        room=desk.room,
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.5,
        record=None if room is None else lambda: deliver(desk.room, room.hub),
    ).run_once()


@pytest.mark.parametrize("user", ["j.okafor", "m.silva", "r.ito"])
def test_who_approved_or_might_have_takes_it_back(alone: Desk, user: str) -> None:
    system, entry = CountingSystem(), alone.propose()
    word(alone, entry, "j.okafor", Verdict.APPROVE)
    revoke(alone, entry, user)
    carry_out(alone, system)
    view = alone.ledger.approval(entry.action_id)
    assert (view.state, [row.state for row in view.commands]) == (
        ApprovalState.REVOKED,
        [CommandState.CANCELLED],
    )
    assert (system.submits, view.why) == ([], REASON)


def test_who_may_not_take_it_back(alone: Desk) -> None:
    entry = alone.propose()
    with pytest.raises(RefusedError, match="Nobody approved"):
        revoke(alone, entry)
    word(alone, entry, "j.okafor", Verdict.APPROVE)
    with pytest.raises(RefusedError, match=r"a\.moreno proposed this"):
        revoke(alone, entry, "a.moreno")
    with pytest.raises(RefusedError, match="takes supervisor or manager"):
        revoke(alone, entry, "executor@desk")


def test_an_approver_takes_an_own_word_back_also_without_the_role(alone: Desk) -> None:
    nobody = default_policy().with_users({"m.silva": ("supervisor",)})
    assent = said(1, user="j.okafor")
    assert nobody.may_revoke(assent, UserId("a.moreno"), {UserId("j.okafor")}).allowed
    assert not nobody.may_revoke(assent, UserId("a.moreno"), {UserId("m.silva")}).allowed
    entry = alone.propose(loss_cents=20_000_000)
    word(alone, entry, "j.okafor", Verdict.APPROVE)
    revoke(alone, entry)
    assert alone.ledger.approval(entry.action_id).state is ApprovalState.REVOKED


def test_what_is_begun_is_not_taken_back(alone: Desk) -> None:
    system, entry = CountingSystem(), alone.propose()
    system.faults.append("lost")
    word(alone, entry, "j.okafor", Verdict.APPROVE)
    carry_out(alone, system)
    with pytest.raises(RefusedError, match="only before it is begun"):
        revoke(alone, entry)
    assert alone.ledger.approval(entry.action_id).state is ApprovalState.IN_DOUBT


def test_a_revoked_action_can_be_proposed_again(alone: Desk) -> None:
    entry = alone.propose()
    word(alone, entry, "j.okafor", Verdict.APPROVE)
    revoke(alone, entry)
    assert alone.propose().action_id != entry.action_id


def test_the_hub_records_it_and_the_trail_says_so(room: TrailRoom) -> None:
    entry = room.propose()
    room.decide(entry)
    deliver(room.desk.room, room.hub)
    revoke(room.desk, entry, "m.silva", offline=True)
    report = carry_out(room.desk, room.system)
    assert report.waiting == ((entry.action_id, "it is revoked here, and the hub has not recorded that yet"),)
    room.desk.clock.turn(timedelta(hours=5))
    room.settle()
    assert room.desk.ledger.approval(entry.action_id).state is ApprovalState.REVOKED
    assert room.system.submits == []
    (action,) = verify(room.bundle()[:-1])["actions"]
    assert (action["state"], action["rejected_by"]["user"], action["begun_by"]) == ("revoked", "m.silva", {})
    assert room.desk.ledger.verify(hub_key().public).intact


@pytest.mark.parametrize("revoked_first", [True, False])
def test_the_log_decides_between_revoking_and_beginning(room: TrailRoom, revoked_first: bool) -> None:
    here = room.desk
    there = Desk(room.folder, hub_key=hub_key().public, name="desk-2", clock=here.clock)
    enrol_all(room.log, there)
    entry = room.propose()
    room.decide(entry)
    deliver(here.room, room.hub)
    for desk in (here, there):
        pull_feed(desk.room, room.hub)
    revoke(there, entry, "m.silva")
    carry_out(here, room.system)
    assert room.system.submits == [], "the beginning is signed and not recorded"
    for desk in (there, here) if revoked_first else (here, there):
        deliver(desk.room, room.hub)
    reports = []
    for _ in range(2):
        reports.append(carry_out(here, room.system, room))
        for desk in (here, there):
            deliver(desk.room, room.hub)
            pull_feed(desk.room, room.hub)
    assert len(room.system.effects) == (0 if revoked_first else 1)
    wanted = ApprovalState.REVOKED if revoked_first else ApprovalState.EXECUTED
    assert [desk.ledger.approval(entry.action_id).state for desk in (here, there)] == [wanted] * 2
    lost = there if not revoked_first else here
    refused = [each.outcome for each in room.log.feed(-1) if each.outcome != "accepted"]
    assert refused == ["already_decided"]
    if lost is there:
        words = there.ledger.approval(entry.action_id).decisions
        assert [d.why for d in words if d.decision.verdict is Verdict.REVOKE] == ["it has begun"]
    assert reports[-1].held == ()
    (action,) = verify(room.bundle()[:-1])["actions"]
    assert action["state"] == ("revoked" if revoked_first else "executed")
    there.close()


def test_the_executor_reads_a_recorded_revocation_from_the_signed_bytes(room: TrailRoom) -> None:
    entry = room.propose()
    room.decide(entry)
    deliver(room.desk.room, room.hub)
    revoke(room.desk, entry)
    deliver(room.desk.room, room.hub)
    with room.desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE approval_case SET state = 'approved'")
        connection.exec_driver_sql("UPDATE command SET state = 'planned'")
    report = carry_out(room.desk, room.system, room)
    ((held, why),) = report.held
    assert (held, room.system.submits) == (entry.action_id, [])
    assert "it was revoked" in why


def test_only_an_executor_begins(room: TrailRoom) -> None:
    entry = room.propose()
    room.decide(entry)
    deliver(room.desk.room, room.hub)
    people = room.desk.people
    report = Executor(
        room=room.desk.room,
        connectors={ERP: room.system},
        fresh=room.desk.facts.fresh,
        signer=replace(people["m.silva"], role="executor"),
        jitter=lambda: 0.5,
        record=lambda: deliver(room.desk.room, room.hub),
    ).run_once()
    assert report.held == ((entry.action_id, "It is not begun: m.silva is no executor."),)
    assert room.system.submits == []
