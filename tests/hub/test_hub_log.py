"""The hub's log itself: one order under concurrency, tampering found, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_batch import OutOfOrderError, Recorded
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.approval_room import Signer
from app.services.decide import DecisionRequest, decide
from app.services.propose import propose
from app.signing.canonical import digest_of, sha256_hex
from app.signing.receipts import HubOutcome, open_receipt
from app.signing.statements import SignedEntry
from app.signing.trust_entries import open_trust
from domain.approvals import Verdict
from domain.errors import BadInputError, RefusedError, TowerError
from domain.trust import EnforcePolicy, RevokeKey
from tests.support.approval_desk import PEOPLE, Desk, TurnedClock, default_policy
from tests.support.hub_postgresql import postgresql_url, why_not
from tests.support.hub_site import hub_key


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(bool(why_not()), reason=why_not()))]
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'hub.db'}"
        engine = open_hub_database(url)
        yield engine
        engine.dispose()
        return
    with postgresql_url() as url:
        engine = open_hub_database(url)
        yield engine
        engine.dispose()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, hub_key=hub_key().public, clock=TurnedClock())
    yield desk
    desk.close()


#: What a log says of trust before the first entry of a desk: the decision rights, and a key a person.
TRUST = 1 + len(PEOPLE)


def open_log(engine: Engine, desk: Desk) -> HubLog:
    log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=desk.clock)
    for signer in desk.people.values():
        log.enrol(request_of(signer), token="")
    return log


def request_of(signer: Signer) -> EnrolmentRequest:
    return EnrolmentRequest(
        owner=signer.key.owner, public_key=signer.key.public, proof=prove_possession(signer.key)
    )


def test_proposal_decision_and_a_late_rival(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    proposal = desk.propose()
    decisions = []
    for user in ("j.okafor", "m.silva"):
        request = DecisionRequest(action_id=proposal.action_id, verdict=Verdict.APPROVE, reason="Yes.")
        decisions.append(decide(desk.room, desk.people[user], request, desk.facts.fresh))
    recorded = [log.append(e.envelope, str(n)) for n, e in enumerate((proposal, *decisions))]
    assert [r.index - TRUST for r in recorded] == [0, 1, 2]
    assert [r.outcome for r in recorded] == [
        HubOutcome.ACCEPTED,
        HubOutcome.ACCEPTED,
        HubOutcome.ALREADY_DECIDED,
    ]
    assert log.verify() == ()
    assert [r.index - TRUST for r in log.feed(TRUST)] == [1, 2]


def test_rivals_at_the_same_moment_get_one_winner(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    proposal = desk.propose()
    log.append(proposal.envelope, "0")
    request = DecisionRequest(action_id=proposal.action_id, verdict=Verdict.APPROVE, reason="Yes.")
    entries = [
        decide(desk.room, desk.people[user], request, desk.facts.fresh)
        for user in ("j.okafor", "m.silva", "r.ito")
    ]
    logs = [HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=desk.clock) for _ in entries]
    with ThreadPoolExecutor(len(entries)) as pool:
        outcomes = list(
            pool.map(lambda pair: pair[0].append(pair[1].envelope, "d"), zip(logs, entries, strict=True))
        )
    assert sorted(o.outcome for o in outcomes) == [
        HubOutcome.ACCEPTED,
        HubOutcome.ALREADY_DECIDED,
        HubOutcome.ALREADY_DECIDED,
    ]
    assert sorted(o.index - TRUST for o in outcomes) == [1, 2, 3]
    assert log.verify() == ()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE log_entry SET outcome = 'forbidden' WHERE idx = 6",
        "UPDATE log_entry SET why = 'because' WHERE idx = 6",
        "DELETE FROM log_entry WHERE idx = 8",
        "DELETE FROM log_entry WHERE idx = 0",
        "UPDATE log_entry SET receipt = (SELECT receipt FROM log_entry WHERE idx = 6) WHERE idx = 7",
        "UPDATE log_entry SET envelope = (SELECT envelope FROM log_entry WHERE idx = 6) WHERE idx = 7",
        "UPDATE log_head SET size = 8",
        "UPDATE tile SET data = receipt FROM log_entry WHERE idx = 0",
        "DELETE FROM tile",
        "UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 7) WHERE size = 8",
        "UPDATE checkpoint SET size = 20 WHERE size = 9",
        "UPDATE checkpoint SET note = 'x' WHERE size = 9",
    ],
)
def test_tampering_with_the_log_shows(engine: Engine, desk: Desk, tampering: str) -> None:
    log = open_log(engine, desk)
    for number in (1, 2, 3):
        log.append(desk.propose(number=number).envelope, str(number))
    assert log.verify() == ()
    with engine.begin() as connection:
        connection.execute(text(tampering))
    assert log.verify() != ()


def together(log: HubLog, *entries: SignedEntry) -> list[Recorded | TowerError]:
    """Have entries recorded in one batch."""
    return log.record_all([(log.verified(entry.envelope), entry.action_id) for entry in entries])


def taken(answer: Recorded | TowerError) -> Recorded:
    """The answer, when the entry was recorded."""
    assert isinstance(answer, Recorded)
    return answer


def test_entries_that_wait_together_share_one_checkpoint(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    entries = [desk.propose(number=number) for number in (1, 2, 3)]
    receipts = [
        open_receipt(taken(answer).receipt, log.public_key, entry.envelope)
        for answer, entry in zip(together(log, *entries), entries, strict=True)
    ]
    assert len({receipt.checkpoint for receipt in receipts}) == 1
    assert [receipt.index - TRUST for receipt in receipts] == [0, 1, 2]
    assert log.verify() == ()


def test_one_that_is_refused_does_not_hold_up_its_batch(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    desk.propose()
    gap = desk.propose(number=2)
    other = propose(desk.room, desk.people["j.okafor"], desk.request(number=3))
    refused, accepted = together(log, gap, other)
    assert taken(accepted).index == TRUST
    assert isinstance(refused, OutOfOrderError)
    assert log.verify() == ()


def test_the_same_entry_twice_in_a_batch_is_recorded_once(engine: Engine, desk: Desk) -> None:
    log, entry = open_log(engine, desk), desk.propose()
    found = [taken(answer) for answer in together(log, entry, entry)]
    assert sorted(each.repeated for each in found) == [False, True]
    assert {each.receipt for each in found} == {found[0].receipt}


def test_a_revoked_key_signs_nothing_any_more(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    planner = desk.people["a.moreno"].key.public.keyid
    log.append(desk.propose().envelope, "1")
    index = log.revoke(planner, "The laptop was stolen.")
    with pytest.raises(RefusedError, match="does not count any more"):
        log.append(desk.propose(number=2).envelope, "2")
    other = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=desk.clock)
    with pytest.raises(RefusedError, match="nobody here has registered"):
        other.append(desk.propose(number=3).envelope, "3")
    with pytest.raises(RefusedError, match="was revoked"):
        log.enrol(request_of(desk.people["a.moreno"]), token="")
    with pytest.raises(BadInputError, match="no key"):
        log.revoke(planner, "Again.")
    said = open_trust(log.entry(index).envelope, log.public_key).value
    assert said.act == RevokeKey(keyid=planner, reason="The laptop was stolen.")
    assert log.verify() == ()


def test_rights_are_put_into_the_log_once_and_when_they_change(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    before = len(log.feed(-1))
    again = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=desk.clock)
    assert len(again.feed(-1)) == before
    stricter = replace(default_policy(), version=2)
    HubLog(engine=engine, policy=stricter, key=hub_key(), clock=desk.clock)
    said = open_trust(log.feed(before - 1)[0].envelope, log.public_key).value.act
    assert isinstance(said, EnforcePolicy)
    assert said.policy == stricter
    assert said.policy_sha256 == digest_of(stricter)
    assert log.verify() == ()


def test_a_receipt_names_the_trust_it_was_made_under(engine: Engine, desk: Desk) -> None:
    log, entry = open_log(engine, desk), desk.propose()
    receipt = open_receipt(log.append(entry.envelope, "1").receipt, log.public_key, entry.envelope)
    assert receipt.trust_sha256 == sha256_hex(log.entry(TRUST - 1).envelope)


def test_the_log_of_another_key_is_not_gone_on_with(engine: Engine, desk: Desk) -> None:
    open_log(engine, desk)
    with pytest.raises(BadInputError, match="another key signs"):
        HubLog(engine=engine, policy=default_policy(), key=hub_key(seed=1), clock=desk.clock)


def test_a_database_from_before_the_tree_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = open_hub_database(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE log_head"))
        connection.execute(text("CREATE TABLE log_head (id INTEGER, size INTEGER, link_sha256 TEXT)"))
    engine.dispose()
    with pytest.raises(BadInputError, match="by an earlier program"):
        open_hub_database(url)
