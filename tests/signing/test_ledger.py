"""The ledger only grows, every state has its history, and whatever is tampered with shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from app.services.decide import DecisionRequest, decide
from app.services.execute import Executor
from app.store.engine import read_only_engine
from app.store.ledger_machines import Cause
from app.store.ledger_reads import LedgerReads
from domain.approval_states import ApprovalState, CommandState, DeliveryState
from domain.approvals import Verdict
from domain.errors import ConflictError, CorruptError, RefusedError
from domain.ids import CaseId
from tests.support.approval_desk import ERP, START, CountingSystem, Desk, TurnedClock, signer_of
from tests.support.hub_site import hub_key

CAUSE = Cause(actor="test", why="because", at=START)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def executed(desk: Desk) -> str:
    entry = desk.propose()
    request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Yes.")
    decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)
    Executor(
        room=desk.room,
        connectors={ERP: CountingSystem()},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    ).run_once()
    with desk.ledger.transaction() as tx:
        tx.add_note("N1", CaseId("EX-1"), "a.moreno", "Called the customer.", START)
    return entry.action_id


def tamper(desk: Desk, *statements: str) -> None:
    with desk.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for table in ("audit_entry", "state_event", "hub_receipt", "note", "log_fork"):
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def test_an_untouched_ledger_is_intact(desk: Desk) -> None:
    executed(desk)
    report = desk.ledger.verify()
    assert report.intact
    assert (report.entries, report.devices, report.receipts) == (4, 3, 0)


@pytest.mark.parametrize("table", ["audit_entry", "state_event", "note"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_what_is_written_stays(desk: Desk, table: str, verb: str) -> None:
    executed(desk)
    with pytest.raises(DatabaseError, match="append-only"), desk.engine.begin() as connection:
        connection.exec_driver_sql(verb.format(table))
    assert desk.ledger.verify().intact


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_entry SET envelope = zeroblob(100) WHERE entry_id = 2", "bytes were changed"),
        ("DELETE FROM audit_entry WHERE entry_id = 3", "missing or broken"),
        ("DELETE FROM audit_entry WHERE entry_id = 1", "missing or broken"),
        ("UPDATE audit_entry SET action_id = 'x' WHERE entry_id = 1", "filed under other names"),
        ("UPDATE audit_entry SET seq = 9 WHERE entry_id = 1", "filed under other names"),
        ("UPDATE audit_entry SET sha256 = 'x' WHERE entry_id = 1", "bytes were changed"),
        ("UPDATE known_key SET spki = zeroblob(44)", "not an Ed25519 public key"),
        ("DELETE FROM known_key", "nobody here has registered"),
        ("UPDATE decision SET standing = 'waiting'", "executed without a recorded approval"),
        ("UPDATE command SET key = key || '9'", "executed without a recorded approval"),
        ("DELETE FROM audit_entry WHERE predicate_type LIKE '%execution%'", "no signed outcome"),
    ],
)
def test_tampering_shows(desk: Desk, statement: str, words: str) -> None:
    executed(desk)
    tamper(desk, statement)
    problems = desk.ledger.verify().problems
    assert any(words in problem for problem in problems), problems


def test_a_key_replaced_by_another_shows(desk: Desk) -> None:
    executed(desk)
    other = signer_of("a.moreno", "elsewhere").key.public.spki.hex()
    swap = f"UPDATE known_key SET spki = X'{other}' WHERE user_id = 'a.moreno'"  # noqa: S608 - the tampering
    tamper(desk, swap)
    assert any("replaced by another key" in p for p in desk.ledger.verify().problems)


def test_a_receipt_without_a_pinned_hub_cannot_be_believed(desk: Desk) -> None:
    entry = desk.propose()
    with desk.ledger.transaction() as tx:
        tx.add_receipt(entry.sha256, 0, START, b"{}")
        tx.add_receipt(entry.sha256, 1, START, b"second one is dropped")
    assert "no hub key is pinned" in desk.ledger.verify().problems[0]
    assert desk.ledger.verify(hub_key().public).problems != ()
    receipt = desk.ledger.receipt(entry.sha256)
    assert receipt is not None
    assert receipt.hub_index == 0


def test_a_transaction_happens_whole_or_not_at_all(desk: Desk) -> None:
    entry = desk.propose()

    def cut_short() -> None:
        with desk.ledger.transaction() as tx:
            tx.machines.move_approval(entry.action_id, ApprovalState.REJECTED, CAUSE)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        cut_short()
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.SUBMITTED


def test_illegal_moves_are_refused(desk: Desk) -> None:
    action_id = executed(desk)
    with pytest.raises(RefusedError, match="cannot become rejected"), desk.ledger.transaction() as tx:
        tx.machines.move_approval(action_id, ApprovalState.REJECTED, CAUSE)
    with pytest.raises(RefusedError, match="cannot become ready"), desk.ledger.transaction() as tx:
        tx.machines.move_command(f"{action_id}-1", CommandState.READY, CAUSE)
    with pytest.raises(ConflictError, match="no outbox"), desk.ledger.transaction() as tx:
        tx.machines.move_delivery("absent", DeliveryState.SENT, CAUSE)


def test_an_entry_out_of_its_place_is_refused(desk: Desk) -> None:
    entry = desk.propose()
    with pytest.raises(CorruptError, match="does not follow"), desk.ledger.transaction() as tx:
        tx.append(entry, START)


def test_a_key_belongs_to_one_person(desk: Desk) -> None:
    mine, theirs = desk.people["a.moreno"].key, desk.people["j.okafor"].key
    taken = pytest.raises(ConflictError, match=r"already known as that of a\.moreno")
    with taken, desk.ledger.transaction() as tx:
        tx.register_key(mine.public, theirs.owner, "test", START)


def test_every_move_is_written_down(desk: Desk) -> None:
    action_id = executed(desk)
    events = desk.ledger.events([action_id, f"{action_id}-1"])
    moves = [(e.machine, e.to_state) for e in events]
    assert moves == [
        ("approval_case", "submitted"),
        ("approval_case", "approved"),
        ("approval_case", "executing"),
        ("command", "ready"),
        ("command", "claimed"),
        ("command", "sending"),
        ("command", "succeeded"),
        ("approval_case", "executed"),
    ]
    assert events[0].cause == "The line would ship two days late."


def test_the_window_reads_with_a_read_only_engine(desk: Desk, tmp_path: Path) -> None:
    action_id = executed(desk)
    engine = read_only_engine(tmp_path / "desk-1.db")
    reads = LedgerReads(engine)
    view = reads.approval(action_id)
    assert view.state is ApprovalState.EXECUTED
    assert reads.approvals(case_id=view.case_id) == (view,)
    assert [note.body for note in reads.notes(CaseId("EX-1"))] == ["Called the customer."]
    engine.dispose()


def test_evidence_is_kept_under_its_digest_and_damage_is_found(desk: Desk) -> None:
    with desk.ledger.transaction() as tx:
        sha256 = tx.keep_blob(b"the facts", START)
        assert tx.keep_blob(b"the facts", START) == sha256
    assert desk.ledger.blob(sha256) == b"the facts"
    assert desk.ledger.blob("0" * 64) is None
    for damage in ("zeroblob(9)", "X'789C030000000001'"):
        tamper_blob(desk, damage)
        with pytest.raises(CorruptError, match="is damaged"):
            desk.ledger.blob(sha256)


def tamper_blob(desk: Desk, value: str) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE blob SET deflated = {value}")  # noqa: S608 - the tampering
