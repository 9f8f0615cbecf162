"""A desk notices a hub whose log is no longer what it was: says so, keeps both notes, carries nothing out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.deliver import deliver, pull_feed
from app.services.execute import Executor
from app.services.take_over import take_over
from app.services.watch_log import LogRewrittenError, accept_notes, require_whole_log, stand_witness
from app.signing.notes import Checkpoint, cosigned_at, open_checkpoint, origin_of, sign_checkpoint
from domain.approval_states import ApprovalState
from domain.errors import UnavailableError
from tests.support.approval_desk import ERP, default_policy
from tests.support.hub_site import hub_key
from tests.support.trail_room import HubInHand, TrailRoom, trail_room

ORIGIN = origin_of(hub_key().public)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TrailRoom]:
    with trail_room(tmp_path) as room:
        yield room


@pytest.fixture
def restored(room: TrailRoom) -> Iterator[HubInHand]:
    """The same hub as it was before the desk's first entry: a backup put back, or a rewritten log."""
    old = room.folder / "old.db"
    with room.log._engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        shutil.copy(room.folder / "hub.db", old)
    engine = open_hub_database(f"sqlite:///{old}")
    log = HubLog(engine=engine, policy=default_policy(), key=hub_key(), clock=room.desk.clock)
    yield HubInHand(log)
    engine.dispose()


def seen_size(room: TrailRoom) -> int:
    note = room.desk.ledger.checkpoint_seen(ORIGIN)
    assert note is not None
    return open_checkpoint(note, hub_key().public).size


def test_each_newer_checkpoint_is_accepted_with_its_proof(room: TrailRoom) -> None:
    sizes = []
    for number in (1, 2, 3):
        room.propose(number=number)
        deliver(room.desk.room, room.hub)
        sizes.append(seen_size(room))
    assert sizes == [7, 8, 9]
    assert room.desk.ledger.forks(ORIGIN) == ()
    require_whole_log(room.desk.room)


def test_an_older_checkpoint_of_the_same_log_is_fine(room: TrailRoom) -> None:
    first = room.hub.checkpoint()
    room.propose()
    deliver(room.desk.room, room.hub)
    accept_notes(room.desk.room, room.hub, [first])
    assert seen_size(room) == 7


def test_a_log_put_back_is_noticed_at_the_next_delivery(room: TrailRoom, restored: HubInHand) -> None:
    room.propose()
    room.propose(number=2)
    deliver(room.desk.room, room.hub)
    report = deliver(room.desk.room, restored)
    assert not report.unreachable, "nothing waits, so the hub was not asked"
    entry = room.propose(number=3, user="j.okafor")
    report = deliver(room.desk.room, restored)
    assert "was rewritten" in report.unreachable
    assert (report.recorded, report.waiting) == (0, 1)
    assert room.desk.ledger.receipt(entry.sha256) is None


def test_after_that_nothing_is_carried_out_and_both_notes_are_kept(
    room: TrailRoom, restored: HubInHand
) -> None:
    entry = room.propose()
    room.decide(entry)
    deliver(room.desk.room, room.hub)
    room.propose(number=3, user="m.silva")
    deliver(room.desk.room, restored)
    (fork,) = room.desk.ledger.forks(ORIGIN)
    notes = [open_checkpoint(note, hub_key().public) for note in (fork.accepted_note, fork.other_note)]
    assert {note.size for note in notes} == {7, 8}

    executor = Executor(
        room=room.desk.room,
        connectors={ERP: room.system},
        fresh=room.desk.facts.fresh,
        signer=room.desk.people["executor@desk"],
        jitter=lambda: 0.5,
    )
    ((held, why),) = executor.run_once().held
    assert held == entry.action_id
    assert "was rewritten" in why
    assert room.system.submits == []
    assert room.desk.ledger.approval(entry.action_id).state is ApprovalState.APPROVED
    with pytest.raises(LogRewrittenError):
        require_whole_log(room.desk.room)
    assert any("was rewritten" in p for p in room.desk.ledger.verify(hub_key().public).problems)


def test_the_same_fork_is_kept_once(room: TrailRoom, restored: HubInHand) -> None:
    room.propose()
    room.propose(number=2)
    deliver(room.desk.room, room.hub)
    room.propose(number=3, user="m.silva")
    for _ in range(3):
        deliver(room.desk.room, restored)
    assert len(room.desk.ledger.forks(ORIGIN)) == 1
    for statement in ("UPDATE log_fork SET why = ''", "DELETE FROM log_fork"):
        with pytest.raises(DatabaseError, match="append-only"), room.desk.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_two_checkpoints_of_one_size_are_a_fork(room: TrailRoom) -> None:
    room.settle()
    twin = Checkpoint(origin=ORIGIN, size=seen_size(room), root=b"r" * 32)
    with pytest.raises(LogRewrittenError, match="two checkpoints of 6 entries differ"):
        accept_notes(room.desk.room, room.hub, [sign_checkpoint(twin, hub_key())])
    assert len(room.desk.ledger.forks(ORIGIN)) == 1


def test_a_proof_that_does_not_hold_is_a_fork(room: TrailRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.settle()
    monkeypatch.setattr(HubInHand, "consistency", lambda _self, _sizes: ((b"r" * 32,),))
    room.propose()
    assert "does not begin with" in deliver(room.desk.room, room.hub).unreachable
    assert len(room.desk.ledger.forks(ORIGIN)) == 1


def test_without_an_answer_nothing_is_accepted_and_nobody_is_accused(
    room: TrailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: HubInHand, _sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        raise UnavailableError(what="The hub cannot be reached.", remedy="Wait.")

    room.settle()
    before = seen_size(room)
    with monkeypatch.context() as cut:
        cut.setattr(HubInHand, "consistency", away)
        room.propose()
        assert deliver(room.desk.room, room.hub).waiting == 1
    assert (seen_size(room), room.desk.ledger.forks(ORIGIN)) == (before, ())
    assert deliver(room.desk.room, room.hub).recorded == 1
    assert seen_size(room) == before + 1


def test_a_feed_of_a_rewritten_log_is_not_taken_over(room: TrailRoom, restored: HubInHand) -> None:
    room.propose()
    room.propose(number=2)
    deliver(room.desk.room, room.hub)
    with pytest.raises(LogRewrittenError):
        pull_feed(room.desk.room, restored)
    assert room.desk.ledger.feed_position(hub_key().public.keyid) == -1


def test_a_desk_stands_witness_once_a_checkpoint(room: TrailRoom) -> None:
    key = room.desk.people["executor@desk"].key
    assert stand_witness(room.desk.room, room.hub, key)
    assert not stand_witness(room.desk.room, room.hub, key)
    assert cosigned_at(room.hub.checkpoint(), key.public) is not None
    room.propose()
    deliver(room.desk.room, room.hub)
    assert cosigned_at(room.hub.checkpoint(), key.public) is None
    assert stand_witness(room.desk.room, room.hub, key)
    assert cosigned_at(room.hub.checkpoint(), key.public) is not None


def test_a_look_at_the_hub_takes_over_and_cosigns(room: TrailRoom) -> None:
    signer = room.desk.people["executor@desk"]
    room.propose()
    deliver(room.desk.room, room.hub)
    assert take_over(room.desk.room, room.hub, signer) == (0, ""), "its own entries are here already"
    assert cosigned_at(room.hub.checkpoint(), signer.key.public) is not None
    assert room.desk.ledger.feed_position(hub_key().public.keyid) == 6


def test_a_look_at_a_rewritten_log_says_so(room: TrailRoom, restored: HubInHand) -> None:
    signer = room.desk.people["executor@desk"]
    room.propose()
    room.propose(number=2)
    deliver(room.desk.room, room.hub)
    assert take_over(room.desk.room, room.hub, signer) == (0, "")
    new, said = take_over(room.desk.room, restored, signer)
    assert new == 0
    assert "was rewritten" in said
    assert "Nothing more is carried out" in said


def test_a_cosignature_that_is_not_taken_holds_nothing_up(
    room: TrailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> int | None:
        raise UnavailableError(what="The hub cannot be reached.", remedy="Wait.")

    monkeypatch.setattr(HubInHand, "send_cosignature", away)
    room.propose()
    deliver(room.desk.room, room.hub)
    assert take_over(room.desk.room, room.hub, room.desk.people["executor@desk"]) == (0, "")
