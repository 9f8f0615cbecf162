"""The hub's log itself: one order under concurrency, tampering found, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.hub.enrolment import EnrolmentRequest, enrol, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.decide import DecisionRequest, decide
from app.signing.receipts import HubOutcome
from domain.approvals import Verdict
from tests.support.approval_desk import START, Desk, TurnedClock, default_policy
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


def open_log(engine: Engine, desk: Desk) -> HubLog:
    for signer in desk.people.values():
        request = EnrolmentRequest(
            owner=signer.key.owner, public_key=signer.key.public, proof=prove_possession(signer.key)
        )
        enrol(engine, default_policy(), request, token="", now=START)
    return HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=desk.clock)


def test_proposal_decision_and_a_late_rival(engine: Engine, desk: Desk) -> None:
    log = open_log(engine, desk)
    proposal = desk.propose()
    decisions = []
    for user in ("j.okafor", "m.silva"):
        request = DecisionRequest(action_id=proposal.action_id, verdict=Verdict.APPROVE, reason="Yes.")
        decisions.append(decide(desk.room, desk.people[user], request, desk.facts.fresh))
    recorded = [log.append(e.envelope, str(n)) for n, e in enumerate((proposal, *decisions))]
    assert [r.index for r in recorded] == [0, 1, 2]
    assert [r.outcome for r in recorded] == [
        HubOutcome.ACCEPTED,
        HubOutcome.ACCEPTED,
        HubOutcome.ALREADY_DECIDED,
    ]
    assert log.verify() == ()
    assert [r.index for r in log.feed(0)] == [1, 2]


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
    assert sorted(o.index for o in outcomes) == [1, 2, 3]
    assert log.verify() == ()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE log_entry SET outcome = 'forbidden' WHERE idx = 0",
        "DELETE FROM log_entry WHERE idx = 2",
        "DELETE FROM log_entry WHERE idx = 0",
        "UPDATE log_entry SET link_sha256 = 'x' WHERE idx = 1",
        "UPDATE log_entry SET receipt = (SELECT receipt FROM log_entry WHERE idx = 0) WHERE idx = 1",
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
