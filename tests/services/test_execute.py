"""Approved commands are carried out once: through conflicts, lost answers, refusals and changed facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.decide import DecisionRequest, decide
from app.services.execute import MAX_ATTEMPTS, Executor
from app.services.execution_turn import ExecutionReport
from app.services.tell_cases import road, tell_cases
from app.signing.statements import SignedEntry
from connectors.protocol import IdempotencyLevel
from domain.approval_states import ApprovalState, CommandState
from domain.approvals import Execution, Verdict
from domain.cases import CaseState
from domain.commands import CommandResult
from domain.errors import RefusedError
from domain.ids import CaseId
from domain.statements import ENDING_TYPE, EXECUTION_TYPE
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, order_line, two_prices

LEVELS = pytest.mark.parametrize("level", [IdempotencyLevel.A, IdempotencyLevel.C])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def approve(desk: Desk, entry: SignedEntry, user: str = "j.okafor") -> None:
    request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(desk.room, desk.people[user], request, desk.facts.fresh)


def executor(desk: Desk, system: CountingSystem) -> Executor:
    return Executor(
        room=desk.room,
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 1.0,
    )


def run_until_settled(desk: Desk, system: CountingSystem, rounds: int = 60) -> ExecutionReport:
    worker = executor(desk, system)
    for _ in range(rounds):
        report = worker.run_once()
        if all(state not in {ApprovalState.EXECUTING, ApprovalState.IN_DOUBT} for _, state in report.settled):
            return report
        desk.clock.turn(timedelta(minutes=6))
    raise AssertionError("it never settled")


@LEVELS
def test_an_approved_command_is_carried_out_once(desk: Desk, level: IdempotencyLevel) -> None:
    system = CountingSystem(level)
    entry = desk.propose()
    approve(desk, entry)
    worker = executor(desk, system)
    first, second = worker.run_once(), worker.run_once()
    assert (first.begun, first.sent, second.sent) == (1, 1, 0)
    assert system.effects == {f"{entry.action_id}-1": 1}
    view = desk.ledger.approval(entry.action_id)
    assert view.state is ApprovalState.EXECUTED
    assert view.commands[0].result is CommandResult.SUCCEEDED
    assert desk.ledger.verify().problems == ()


def test_nothing_is_carried_out_before_it_is_approved(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose()
    executor(desk, system).run_once()
    assert not system.submits
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.SUBMITTED


@LEVELS
@pytest.mark.parametrize("fault", ["lost", "silent", "down"])
def test_a_command_in_doubt_is_probed_and_happens_once(
    desk: Desk, level: IdempotencyLevel, fault: str
) -> None:
    system = CountingSystem(level)
    system.faults = [fault]
    entry = desk.propose()
    approve(desk, entry)
    run_until_settled(desk, system)
    assert list(system.effects.values()) == [1]
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTED


def test_a_silent_success_is_found_by_asking_not_by_sending_again(desk: Desk) -> None:
    system = CountingSystem(IdempotencyLevel.C)
    system.faults = ["silent"]
    entry = desk.propose()
    approve(desk, entry)
    run_until_settled(desk, system)
    assert len(system.submits) == 1
    outcome = outcomes(desk)[entry.action_id]
    assert outcome.probed


def outcomes(desk: Desk) -> dict[str, Execution]:
    found = {}
    for view in desk.ledger.approvals():
        for event in desk.ledger.entries_of(view.action_id):
            if isinstance(event.value, Execution):
                found[view.action_id] = event.value
    return found


def test_while_nobody_can_tell_it_stays_in_doubt_and_nothing_is_sent(desk: Desk) -> None:
    system = CountingSystem(IdempotencyLevel.C)
    system.faults, system.probe_is_down = ["lost"], True
    entry = desk.propose()
    approve(desk, entry)
    worker = executor(desk, system)
    for _ in range(5):
        worker.run_once()
        desk.clock.turn(timedelta(minutes=6))
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.IN_DOUBT
    assert len(system.submits) == 1
    system.probe_is_down = False
    run_until_settled(desk, system)
    assert list(system.effects.values()) == [1]


def test_after_twenty_probes_a_person_has_to_look(desk: Desk) -> None:
    system = CountingSystem(IdempotencyLevel.C)
    system.faults, system.probe_is_down = ["lost"], True
    entry = desk.propose()
    approve(desk, entry)
    worker = executor(desk, system)
    for _ in range(25):
        worker.run_once()
        desk.clock.turn(timedelta(minutes=6))
    view = desk.ledger.approval(entry.action_id)
    assert (view.state, view.commands[0].state) == (ApprovalState.IN_DOUBT, CommandState.MANUAL)


def test_a_system_that_cannot_tell_is_never_sent_to_twice(desk: Desk) -> None:
    system = CountingSystem(IdempotencyLevel.D)
    system.faults = ["lost"]
    entry = desk.propose()
    approve(desk, entry)
    worker = executor(desk, system)
    worker.run_once()
    desk.clock.turn(timedelta(minutes=6))
    worker.run_once()
    assert desk.ledger.commands(entry.action_id)[0].state is CommandState.MANUAL
    assert len(system.submits) == 1


def test_a_system_that_stays_down_is_given_up_after_twelve_attempts(desk: Desk) -> None:
    system = CountingSystem()
    system.faults = ["down"] * 50
    entry = desk.propose()
    approve(desk, entry)
    run_until_settled(desk, system)
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.FAILED
    assert len(system.submits) == MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("fault", "state"), [("refuse", ApprovalState.FAILED), ("conflict", ApprovalState.STALE)]
)
def test_a_no_of_the_system_ends_it(desk: Desk, fault: str, state: ApprovalState) -> None:
    system = CountingSystem()
    system.faults = [fault]
    entry = desk.propose()
    approve(desk, entry)
    run_until_settled(desk, system)
    assert desk.ledger.approval(entry.action_id).state is state
    assert not system.effects


def test_a_failure_in_the_middle_cancels_the_rest_and_takes_back_what_was_done(desk: Desk) -> None:
    system = CountingSystem()
    system.faults = ["", "refuse"]
    three = (*two_prices(), *two_prices()[1:])
    entry = desk.propose(actions=three)
    approve(desk, entry)
    run_until_settled(desk, system)
    view = desk.ledger.approval(entry.action_id)
    assert view.state is ApprovalState.COMPENSATED
    assert [(c.key.removeprefix(entry.action_id), c.state) for c in view.commands] == [
        ("-1", CommandState.SUCCEEDED),
        ("-2", CommandState.REJECTED),
        ("-3", CommandState.CANCELLED),
        ("-1-undo-1", CommandState.SUCCEEDED),
    ]


def test_facts_that_changed_after_the_approval_hold_it_as_stale(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose()
    approve(desk, entry)
    desk.facts.put(order_line(1, price=2000), version="2")
    report = executor(desk, system).run_once()
    view = desk.ledger.approval(entry.action_id)
    assert view.state is ApprovalState.STALE
    assert "order_line/L1" in view.why
    assert "order_line/L1" in report.held[0][1]
    assert not system.submits


@pytest.mark.parametrize(
    ("level", "state"),
    [(IdempotencyLevel.C, ApprovalState.EXECUTED), (IdempotencyLevel.A, ApprovalState.STALE)],
)
def test_a_command_that_was_half_done_goes_on_although_it_changed_its_own_record(
    desk: Desk, level: IdempotencyLevel, state: ApprovalState
) -> None:
    system = CountingSystem(level)
    system.faults = ["lost"]
    entry = desk.propose()
    approve(desk, entry)
    executor(desk, system).run_once()
    desk.facts.put(order_line(1, node="DC-2"), version="2")
    run_until_settled(desk, system)
    assert desk.ledger.approval(entry.action_id).state is state
    assert sum(system.effects.values()) == (1 if state is ApprovalState.EXECUTED else 0)


def test_a_new_version_without_a_relevant_change_is_not_stale(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose()
    approve(desk, entry)
    desk.facts.put(order_line(1), version="2")
    executor(desk, system).run_once()
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTED
    (sent,) = system.submits
    assert [item.version for item in sent.expected] == ["2"], "the system's lock sees the present version"


def test_its_own_first_command_does_not_make_the_second_stale(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose(actions=two_prices())
    approve(desk, entry)
    system.faults = ["", "down"]
    worker = executor(desk, system)
    worker.run_once()
    desk.facts.put(order_line(1, node="DC-2"), version="2")
    desk.clock.turn(timedelta(minutes=6))
    worker.run_once()
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTED
    assert [len(c.expected) for c in system.submits] == [1, 0, 0]


def test_an_approval_that_expired_is_not_carried_out(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose()
    approve(desk, entry)
    desk.clock.turn(timedelta(days=2))
    executor(desk, system).run_once()
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXPIRED
    assert not system.submits


def test_large_amounts_take_two_people(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose(loss_cents=20_000_000)
    approve(desk, entry)
    executor(desk, system).run_once()
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.PARTIAL
    assert not system.submits
    approve(desk, entry, "m.silva")
    executor(desk, system).run_once()
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTED


def test_a_state_column_alone_entitles_to_nothing(desk: Desk) -> None:
    system = CountingSystem()
    entry = desk.propose()
    request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.REJECT, reason="Too dear.")
    decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE approval_case SET state = 'approved'")
        connection.exec_driver_sql(
            "INSERT INTO command VALUES (?, ?, 1, 'erp', 'reallocate_line', 'planned', 1, '', 0, 0,"
            " NULL, NULL, '', 0)",
            (f"{entry.action_id}-1", entry.action_id),
        )
    report = executor(desk, system).run_once()
    assert "takes 1 approvers and has 0" in report.held[0][1]
    assert not system.submits


def test_without_a_connector_it_waits_and_says_so(desk: Desk) -> None:
    entry = desk.propose()
    approve(desk, entry)
    worker = Executor(
        room=desk.room,
        connectors={},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    )
    report = worker.run_once()
    assert "no connector to erp" in report.held[0][1]
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTING


def test_what_goes_to_a_system_that_is_away_waits_without_using_up_its_attempts(desk: Desk) -> None:
    entry = desk.propose()
    approve(desk, entry)
    system = CountingSystem()
    worker = Executor(
        room=desk.room,
        connectors={ERP: system},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 1.0,
        away={ERP},
    )
    for _ in range(2 * MAX_ATTEMPTS):
        report = worker.run_once()
        assert [action for action, _ in report.waiting] == [entry.action_id]
        desk.clock.turn(timedelta(minutes=6))
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.APPROVED
    assert not system.submits
    run_until_settled(desk, system)
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTED
    assert len(system.submits) == 1


def test_cases_are_told_and_told_once(desk: Desk) -> None:
    moves: list[CaseState] = []

    def move(_case_id: CaseId, state: CaseState, _why: str) -> None:
        moves.append(state)

    entry = desk.propose()
    assert tell_cases(desk.room, move) == 1
    approve(desk, entry)
    executor(desk, CountingSystem()).run_once()
    assert tell_cases(desk.room, move) == 1
    assert tell_cases(desk.room, move) == 0
    assert moves == [CaseState.PROPOSED, CaseState.EXECUTING, CaseState.VERIFYING]


def test_a_mirror_built_anew_is_told_again(desk: Desk) -> None:
    done, waiting = desk.propose(), desk.propose(number=2)
    approve(desk, done)
    executor(desk, CountingSystem()).run_once()
    tell_cases(desk.room, lambda *_: None)
    with desk.ledger.transaction() as tx:
        tx.forget_told()
    assert [due.action_id for due in desk.ledger.cases_to_tell()] == [waiting.action_id]


def test_a_case_that_went_its_own_way_is_left_alone(desk: Desk) -> None:
    def refuse(_case_id: CaseId, state: CaseState, _why: str) -> None:
        raise RefusedError(what=f"No way to {state}.", remedy="")

    desk.propose()
    assert tell_cases(desk.room, refuse) == 1
    assert desk.ledger.cases_to_tell() == ()


def test_the_road_of_a_case_leaves_out_no_state() -> None:
    assert road("", CaseState.VERIFYING) == (CaseState.PROPOSED, CaseState.EXECUTING, CaseState.VERIFYING)
    assert road("", CaseState.IN_PROGRESS) == (CaseState.PROPOSED, CaseState.IN_PROGRESS)
    assert road("executing", CaseState.IN_PROGRESS) == (CaseState.IN_PROGRESS,)
    assert road("in_progress", CaseState.PROPOSED) == (CaseState.PROPOSED,)


def test_outcomes_are_signed_by_the_executor(desk: Desk) -> None:
    entry = desk.propose()
    approve(desk, entry)
    executor(desk, CountingSystem()).run_once()
    *_, outcome, ending = desk.ledger.entries_of(entry.action_id)
    assert (outcome.predicate_type, ending.predicate_type) == (EXECUTION_TYPE, ENDING_TYPE)
    assert (outcome.value.actor.role, ending.value.actor.role) == ("executor", "executor")
