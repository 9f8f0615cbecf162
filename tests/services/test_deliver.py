"""Entries reach the hub once each, in order; cut networks, crashes and refusals lose and double nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from app.hub.client import HubClient, HubDevice, HubEntry
from app.services.decide import DecisionRequest, decide
from app.services.deliver import DeliveryReport, HubPort, deliver, pull_feed
from app.services.execute import Executor
from app.services.propose import ProposalRequest, propose
from app.signing.keys import PublicKey
from app.signing.statements import SignedEntry
from domain.approval_states import ApprovalState, CommandState, DeliveryState
from domain.approvals import Decision, Proposal, Verdict
from domain.errors import UnavailableError
from tests.support.approval_desk import ERP, CountingSystem, Desk, credit_release, order_line
from tests.support.hub_site import Site, running_site


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("hub")) as site:
        yield site


_NAMES = iter(range(10_000))


@pytest.fixture
def desks(shared: Site) -> Iterator[list[Desk]]:
    """Two desks that nobody has used before, at the same hub."""
    pair = [shared.desk(f"desk-{next(_NAMES)}") for _ in range(2)]
    yield pair
    for desk in pair:
        desk.close()


class Flaky:
    """A hub whose network is cut: before the request leaves, or before the answer comes back."""

    def __init__(self, hub: HubClient) -> None:
        self.hub = hub
        self.cut = ""
        self.submits = 0

    @property
    def hub_key(self) -> PublicKey:
        return self.hub.hub_key

    def submit(self, envelope: bytes, idempotency_key: str) -> HubEntry:
        if self.cut == "before":
            raise UnavailableError(what="The hub cannot be reached.", remedy="Wait.")
        self.submits += 1
        answer = self.hub.submit(envelope, idempotency_key)
        if self.cut == "after":
            raise UnavailableError(what="The hub did not answer in time.", remedy="Wait.")
        return answer

    def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
        return self.hub.feed(after, wait_seconds)

    def devices(self) -> tuple[HubDevice, ...]:
        return self.hub.devices()

    def checkpoint(self) -> str:
        return self.hub.checkpoint()

    def consistency(self, sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        return self.hub.consistency(sizes)

    def send_cosignature(self, old: int, proof: tuple[bytes, ...], note: str) -> int | None:
        return self.hub.send_cosignature(old, proof, note)


def say(
    desk: Desk, entry: SignedEntry, user: str, verdict: Verdict = Verdict.APPROVE, *, offline: bool = False
) -> SignedEntry:
    request = DecisionRequest(
        action_id=entry.action_id, verdict=verdict, reason="I compared the code.", offline=offline
    )
    return decide(desk.room, desk.people[user], request, desk.facts.fresh)


def run(desk: Desk, system: CountingSystem, hub: HubPort | None = None) -> None:
    """Carry out what is approved; what begins is recorded by the hub first, where one is given."""
    Executor(
        room=desk.room,
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.5,
        record=None if hub is None else lambda: deliver(desk.room, hub),
    ).run_once()


def state(desk: Desk, entry: SignedEntry) -> ApprovalState:
    return desk.ledger.approval(entry.action_id).state


def test_the_whole_way_through_the_hub(shared: Site, desks: list[Desk]) -> None:
    desk, hub, system = desks[0], shared.client(desks[0]), CountingSystem()
    proposal = desk.propose()
    say(desk, proposal, "j.okafor")
    assert desk.ledger.approval(proposal.action_id).signed_unrecorded
    run(desk, system)
    assert not system.submits, "nothing is executed before the hub has recorded it"
    assert deliver(desk.room, hub) == DeliveryReport(recorded=2)
    view = desk.ledger.approval(proposal.action_id)
    assert view.state is ApprovalState.APPROVED
    assert view.deciding is not None
    assert view.deciding.hub_index is not None
    run(desk, system)
    assert not system.submits, "nothing is sent before the hub has recorded that it begins"
    assert deliver(desk.room, hub).recorded == 1
    run(desk, system)
    assert deliver(desk.room, hub).recorded == 2, "the outcome, and how the action ended"
    assert state(desk, proposal) is ApprovalState.EXECUTED
    report = desk.ledger.verify(hub.hub_key)
    assert (report.problems, report.entries, report.receipts) == ((), 5, 5)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_offline_it_waits_and_is_delivered_once(shared: Site, desks: list[Desk], cut: str) -> None:
    desk = desks[0]
    hub = Flaky(shared.client(desk))
    hub.cut = cut
    before = len(shared.client(desk).feed(-1))
    proposal = desk.propose()
    say(desk, proposal, "j.okafor", offline=True)
    for _ in range(3):
        report = deliver(desk.room, hub)
        assert report.waiting == 2
        assert report.unreachable
    assert desk.ledger.approval(proposal.action_id).signed_unrecorded
    hub.cut = ""
    assert deliver(desk.room, hub).recorded == 2
    assert deliver(desk.room, hub) == DeliveryReport()
    assert state(desk, proposal) is ApprovalState.APPROVED
    assert len(shared.client(desk).feed(-1)) == before + 2


@pytest.mark.parametrize("point", ["deliver:sent", "deliver:answered", "deliver:recorded"])
def test_a_kill_while_delivering_loses_and_doubles_nothing(
    shared: Site, desks: list[Desk], point: str
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def crash(passed: str) -> None:
        if passed == point:
            raise Killed

    desk, hub = desks[0], shared.client(desks[0])
    before = len(hub.feed(-1))
    proposal = desk.propose()
    say(desk, proposal, "j.okafor")
    for _ in range(2):
        with suppress(Killed):
            deliver(desk.room, hub, crash)
    deliver(desk.room, hub)
    assert state(desk, proposal) is ApprovalState.APPROVED
    assert len(hub.feed(-1)) == before + 2
    assert desk.ledger.outbox(DeliveryState.PENDING, DeliveryState.SENT) == ()


def test_facts_that_changed_while_offline_hold_the_decision_as_stale(shared: Site, desks: list[Desk]) -> None:
    desk, system = desks[0], CountingSystem()
    proposal = desk.propose()
    say(desk, proposal, "j.okafor", offline=True)
    desk.facts.put(order_line(1, price=1), version="2")
    deliver(desk.room, shared.client(desk))
    run(desk, system)
    assert state(desk, proposal) is ApprovalState.STALE
    assert not system.submits


def test_of_two_supervisors_offline_the_first_recorded_wins(shared: Site, desks: list[Desk]) -> None:
    here, there = desks
    hubs = [shared.client(desk) for desk in desks]
    proposal = here.propose()
    deliver(here.room, hubs[0])
    pull_feed(there.room, hubs[1])
    say(here, proposal, "j.okafor")
    say(there, proposal, "m.silva")
    assert deliver(there.room, hubs[1]).recorded == 1
    assert deliver(here.room, hubs[0]) == DeliveryReport(refused=1)
    lost = here.ledger.approval(proposal.action_id)
    assert "m.silva approved it first" in lost.decisions[0].why
    assert [c.state for c in lost.commands] == [CommandState.CANCELLED]
    for desk, hub in zip(desks, hubs, strict=True):
        pull_feed(desk.room, hub)
        assert state(desk, proposal) is ApprovalState.APPROVED
    system = CountingSystem()
    run(here, system, hubs[0])
    assert not system.submits, "the desk that lost does not carry it out"
    run(there, system, hubs[1])
    assert list(system.effects.values()) == [1]
    shared.clock.turn(timedelta(days=2))
    try:
        run(here, system)
        assert state(here, proposal) is ApprovalState.APPROVED, "it does not expire: it is under way there"
    finally:
        shared.clock.turn(timedelta(days=-2))
    deliver(there.room, hubs[1])
    pull_feed(here.room, hubs[0])
    assert state(here, proposal) is ApprovalState.EXECUTED
    for desk in desks:
        assert desk.ledger.verify(hubs[0].hub_key).problems == ()


def test_two_approvers_at_two_desks_execute_it_once(shared: Site, desks: list[Desk]) -> None:
    here, there = desks
    hubs = [shared.client(desk) for desk in desks]
    proposal = here.propose(loss_cents=20_000_000)
    deliver(here.room, hubs[0])
    pull_feed(there.room, hubs[1])
    say(here, proposal, "j.okafor")
    say(there, proposal, "r.ito")
    deliver(here.room, hubs[0])
    deliver(there.room, hubs[1])
    for desk, hub in zip(desks, hubs, strict=True):
        pull_feed(desk.room, hub)
        assert state(desk, proposal) is ApprovalState.APPROVED
    system = CountingSystem()
    for desk, hub in (*zip(desks, hubs, strict=True), *zip(desks, hubs, strict=True)):
        run(desk, system, hub)
    assert len(system.submits) == 1


def test_a_refusal_never_blocks_the_next(shared: Site, desks: list[Desk]) -> None:
    desk, hub = desks[0], shared.client(desks[0])
    first = desk.propose()
    say(desk, first, "j.okafor", offline=True)
    second = desk.propose(number=2)
    shared.clock.turn(timedelta(hours=5))
    try:
        say(desk, second, "m.silva")
        report = deliver(desk.room, hub)
    finally:
        shared.clock.turn(timedelta(hours=-5))
    assert (report.recorded, report.refused) == (3, 1)
    assert "after it was signed" in desk.ledger.approval(first.action_id).decisions[0].why
    assert state(desk, first) is ApprovalState.SUBMITTED
    assert state(desk, second) is ApprovalState.APPROVED


def test_the_hub_enforces_rights_that_a_desk_forgot(shared: Site, desks: list[Desk]) -> None:
    desk, hub = desks[0], shared.client(desks[0])
    case, recommendation, drafts = credit_release()
    request = ProposalRequest(
        action_id=desk.ids.new_id(),
        case=case,
        recommendation=recommendation,
        option_id="act",
        drafts=drafts,
        reason="They always pay.",
    )
    entry = propose(desk.room, desk.people["a.moreno"], request)
    head = desk.ledger.entries_of(entry.action_id)[-1].value
    assert isinstance(head, Proposal)
    forger = desk.people["a.moreno"]
    with desk.ledger.transaction() as tx:
        place = tx.head(forger.key.public.keyid)
    decision = Decision(
        terms=head.terms,
        verdict=Verdict.APPROVE,
        proposer=head.actor.user_id,
        proposal_sha256=entry.sha256,
        actor=forger.actor,
        reason="I approve my own.",
        issued_at=desk.room.now(),
        expires_at=head.expires_at,
        offline=False,
        seq=place.next_seq,
        prev=place.prev,
    )
    from app.signing.statements import sign_value

    forged = sign_value(decision, forger.key)
    with desk.ledger.transaction() as tx:
        tx.append(forged, desk.room.now())
        tx.add_decision(forged, decision, plan_commands=True)
        tx.enqueue(forged, desk.room.now())
    report = deliver(desk.room, hub)
    assert (report.recorded, report.refused) == (1, 1)
    view = desk.ledger.approval(entry.action_id)
    assert view.state is ApprovalState.SUBMITTED
    assert "another person must decide" in view.decisions[0].why


def test_a_proposal_the_hub_refuses_ends(shared: Site, desks: list[Desk]) -> None:
    desk = desks[0]
    entry = desk.propose()
    shared.clock.turn(timedelta(days=2))
    try:
        report = deliver(desk.room, shared.client(desk))
    finally:
        shared.clock.turn(timedelta(days=-2))
    assert report.refused == 1
    assert state(desk, entry) is ApprovalState.REJECTED


def test_taking_the_feed_over_twice_changes_nothing(shared: Site, desks: list[Desk]) -> None:
    here, there = desks
    entry = here.propose()
    deliver(here.room, shared.client(here))
    assert pull_feed(there.room, shared.client(there)) > 0
    assert pull_feed(there.room, shared.client(there)) == 0
    assert state(there, entry) is ApprovalState.SUBMITTED
    assert there.ledger.verify(shared.client(there).hub_key).problems == ()
