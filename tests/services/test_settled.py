"""What only a person can tell of a command in doubt is signed, recorded, followed, and gone on by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.services.approval_room import sign_next
from app.services.compensate import propose_way_back
from app.services.deliver import deliver
from app.services.ending_settled import open_doubts, say_settled
from app.services.propose import planned
from app.signing.receipts import HubOutcome
from app.signing.statements import SignedEntry
from app.signing.verifier.report import in_words, verify
from connectors.protocol import IdempotencyLevel
from domain.approvals import Proposal, Settlement, Signed
from domain.endings import EndedAs
from domain.errors import RefusedError
from tests.support.approval_desk import CountingSystem, Desk, order_line, two_prices
from tests.support.desk_pair import Pair
from tests.support.hub_site import hub_key

DAY = timedelta(days=1)


def in_doubt(pair: Pair, *faults: str) -> SignedEntry:
    """Two commands at a system that cannot be asked; of the first nobody knows what became."""
    pair.room.system = CountingSystem(IdempotencyLevel.D)
    pair.room.system.faults = list(faults)
    entry = pair.approved(*two_prices())
    pair.run(2)
    assert pair.states(entry) == ["in_doubt", "in_doubt"]
    return entry


def back_in_doubt(pair: Pair, fault: str) -> SignedEntry:
    """The second command is refused; of the step that takes the first one back nobody knows what became."""
    pair.room.system = CountingSystem(IdempotencyLevel.D)
    pair.room.system.faults = ["", "refuse", fault]
    entry = pair.approved(*two_prices())
    pair.run(2)
    assert pair.states(entry) == ["in_doubt", "in_doubt"]
    return entry


def tell(
    desk: Desk, entry: SignedEntry, *, happened: bool, user: str = "j.okafor", number: str = "1"
) -> SignedEntry:
    key = f"{entry.action_id}-{number}"
    who = desk.people[user]
    return say_settled(
        desk.room, who, entry.action_id, key, happened=happened, reason="I looked into the ERP."
    )


def sent(pair: Pair, entry: SignedEntry) -> list[str]:
    return [each.key.removeprefix(f"{entry.action_id}-") for each in pair.room.system.submits]


def require_intact(pair: Pair) -> None:
    for desk in (pair.here, pair.there):
        assert desk.ledger.verify(hub_key().public).problems == ()


@pytest.mark.parametrize(("happened", "commands"), [(True, ["1", "2"]), (False, ["1", "1", "2"])])
def test_the_executor_goes_on_by_what_a_person_told_at_another_desk(
    pair: Pair, happened: bool, commands: list[str]
) -> None:
    entry = in_doubt(pair, "silent" if happened else "lost")
    tell(pair.there, entry, happened=happened)
    deliver(pair.there.room, pair.room.hub)
    pair.share()
    assert pair.states(entry) == ["in_doubt", "executing"]
    pair.run(2)
    assert pair.states(entry) == ["executed", "executed"]
    assert sent(pair, entry) == commands
    assert set(pair.room.system.effects.values()) == {1}
    report = verify(pair.room.bundle()[:-1], whole=True)
    (action,) = report["actions"]
    (word,) = action["settled_by"]
    assert (action["state"], word["user"], word["happened"]) == ("executed", "j.okafor", happened)
    assert "settled j.okafor" in in_words(report)
    require_intact(pair)


@pytest.mark.parametrize(
    ("happened", "commands"), [(True, ["1", "2", "1-undo-1"]), (False, ["1", "2", "1-undo-1", "1-undo-1"])]
)
def test_a_step_back_in_doubt_waits_for_a_person_and_goes_on(
    pair: Pair, happened: bool, commands: list[str]
) -> None:
    entry = back_in_doubt(pair, "silent" if happened else "lost")
    (ending,) = pair.endings(entry)
    assert [each.fate for each in ending.commands] == ["succeeded", "rejected", "manual"]
    for desk in (pair.here, pair.there):
        assert open_doubts(desk.ledger, desk.ledger.approval(entry.action_id)) == (
            f"{entry.action_id}-1-undo-1",
        )
    # Nothing is sent until somebody tells.
    pair.run(3)
    assert (pair.states(entry), sent(pair, entry)) == (["in_doubt"] * 2, ["1", "2", "1-undo-1"])
    assert pair.verified_state(entry) == "begun"
    tell(pair.there, entry, happened=happened, number="1-undo-1")
    deliver(pair.there.room, pair.room.hub)
    pair.share()
    assert pair.states(entry) == ["in_doubt", "compensating"]
    pair.run(2)
    assert (pair.states(entry), sent(pair, entry)) == (["compensated", "compensated"], commands)
    assert pair.endings(entry)[-1].outcome is EndedAs.COMPENSATED
    assert set(pair.room.system.effects.values()) == {1}
    assert pair.verified_state(entry) == "compensated"
    require_intact(pair)


def test_a_step_back_that_is_refused_after_a_doubt_ends_the_way_back(pair: Pair) -> None:
    entry = back_in_doubt(pair, "lost")
    pair.room.system.faults = ["refuse"]
    tell(pair.here, entry, happened=False, number="1-undo-1")
    pair.share()
    pair.run(2)
    assert pair.states(entry) == ["compensation_failed", "compensation_failed"]
    assert pair.verified_state(entry) == "compensation_failed"
    require_intact(pair)


def test_what_a_person_told_is_taken_back_and_every_desk_says_so(pair: Pair) -> None:
    entry = in_doubt(pair, "silent", "refuse")
    tell(pair.here, entry, happened=True)
    pair.share()
    pair.run(3)
    assert sent(pair, entry) == ["1", "2", "1-undo-1"]
    assert pair.states(entry) == ["compensated", "compensated"]
    assert pair.verified_state(entry) == "compensated"


def test_only_who_may_decide_tells_and_nobody_of_their_own_proposal(pair: Pair) -> None:
    entry = in_doubt(pair, "silent")
    with pytest.raises(RefusedError, match="proposed this; another person must decide"):
        tell(pair.here, entry, happened=True, user="a.moreno")
    with pytest.raises(RefusedError, match="a executor may not decide"):
        tell(pair.here, entry, happened=True, user="executor@desk")
    with pytest.raises(RefusedError, match="-2 is not in doubt"):
        say_settled(
            pair.here.room,
            pair.here.people["j.okafor"],
            entry.action_id,
            f"{entry.action_id}-2",
            happened=True,
            reason="I looked.",
        )
    assert pair.states(entry) == ["in_doubt", "in_doubt"]


def test_of_two_who_tell_the_first_recorded_counts(pair: Pair) -> None:
    entry = in_doubt(pair, "silent")
    tell(pair.there, entry, happened=True, user="m.silva")
    said = tell(pair.here, entry, happened=False)
    deliver(pair.there.room, pair.room.hub)
    report = deliver(pair.here.room, pair.room.hub)
    assert report.refused == 1
    outcome = {each.envelope: each for each in pair.room.log.feed(-1)}[said.envelope]
    assert (outcome.outcome, outcome.why) == (
        HubOutcome.ALREADY_DECIDED,
        "somebody told before what became of it",
    )
    pair.share()
    pair.run(2)
    assert (pair.states(entry), sent(pair, entry)) == (["executed", "executed"], ["1", "2"])


def test_a_word_on_one_doubt_says_nothing_of_the_next(pair: Pair) -> None:
    entry = in_doubt(pair, "lost", "lost")
    tell(pair.here, entry, happened=False)
    pair.share()
    pair.run(2)
    assert (pair.states(entry), sent(pair, entry)) == (["in_doubt", "in_doubt"], ["1", "1"])
    tell(pair.here, entry, happened=False)
    pair.share()
    pair.run(2)
    assert (pair.states(entry), sent(pair, entry)) == (["executed", "executed"], ["1", "1", "1", "2"])


def test_the_hub_takes_no_word_on_what_is_not_in_doubt(pair: Pair) -> None:
    entry = pair.approved()
    pair.run()
    (ending,) = (
        e for e in pair.here.ledger.entries_of(entry.action_id) if e.predicate_type.endswith("ending/v1")
    )
    desk, who = pair.here, pair.here.people["j.okafor"]

    def false_word(seq: int, prev: str) -> Signed:
        return Settlement(
            action_id=entry.action_id,
            command_key=f"{entry.action_id}-1",
            ending_sha256=ending.sha256,
            happened=False,
            reason="Send it again.",
            actor=who.actor,
            issued_at=desk.room.now(),
            seq=seq,
            prev=prev,
        )

    with desk.ledger.transaction() as tx:
        tx.enqueue(sign_next(tx, who, false_word), desk.room.now())
    assert deliver(desk.room, pair.room.hub).refused == 1
    pair.run()
    assert (pair.states(entry), sent(pair, entry)) == (["executed", "executed"], ["1"])


def take_back(pair: Pair, entry: SignedEntry, desk: Desk) -> SignedEntry:
    return propose_way_back(
        desk.room,
        desk.people["a.moreno"],
        entry.action_id,
        action_id=desk.ids.new_id(),
        reason="As it was.",
        facts=desk.facts,
    )


def test_taking_back_is_followed_by_every_desk_and_by_the_auditor(pair: Pair) -> None:
    entry = pair.approved()
    pair.run()
    undo = take_back(pair, entry, pair.here)
    pair.agree(undo)
    assert (pair.states(undo), pair.states(entry)) == (["approved"] * 2, ["executed"] * 2)
    pair.run()
    assert (pair.states(undo), pair.states(entry)) == (["executed"] * 2, ["compensated"] * 2)
    report = verify(pair.room.bundle(undo.action_id)[:-1])
    told = {each["action"]: each for each in report["actions"]}
    assert told[undo.action_id]["takes_back"] == entry.action_id
    assert (told[entry.action_id]["state"], told[undo.action_id]["state"]) == ("compensated", "executed")
    require_intact(pair)


def test_the_hub_lets_one_of_two_take_it_back(pair: Pair) -> None:
    entry = pair.approved()
    pair.run()
    first, second = take_back(pair, entry, pair.here), take_back(pair, entry, pair.there)
    pair.share()
    pair.agree(first)
    pair.agree(second)
    pair.run(2)
    assert pair.states(entry) == ["compensated", "compensated"]
    assert sorted(pair.states(each)[0] for each in (first, second)) == ["approved", "executed"]
    # The hub refused the beginning of the other one: nothing of it is sent, and it runs out.
    pair.here.clock.turn(2 * DAY)
    pair.run(2)
    assert sorted(pair.states(each)[0] for each in (first, second)) == ["executed", "expired"]
    assert len(pair.room.system.submits) == 2


def test_the_hub_refuses_other_commands_in_the_name_of_taking_back(pair: Pair) -> None:
    entry = pair.approved()
    pair.run()
    real = take_back(pair, entry, pair.there)
    asked = real.value
    assert isinstance(asked, Proposal)
    pair.here.facts.put(order_line(1), version="2")
    request = pair.here.request(actions=two_prices())
    commands = planned(real.action_id, request.drafts)
    desk, who = pair.here, pair.here.people["a.moreno"]
    terms = replace(asked.terms, commands=commands)

    def false_proposal(seq: int, prev: str) -> Signed:
        return replace(asked, terms=terms, actor=who.actor, seq=seq, prev=prev)

    with desk.ledger.transaction() as tx:
        signed = sign_next(tx, who, false_proposal)
        assert isinstance(signed.value, Proposal)
        tx.open_approval(signed, signed.value, 1, desk.room.now())
        tx.enqueue(signed, desk.room.now())
    assert deliver(desk.room, pair.room.hub).refused == 1
    outcome = {each.envelope: each for each in pair.room.log.feed(-1)}[signed.envelope]
    assert outcome.why == "its commands are not those that take the other action back"
    assert pair.states(entry) == [EndedAs.EXECUTED, EndedAs.EXECUTED]
