"""Replaying a decision from its recorded inputs, and the switch that stops everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.cli.parser import parse
from app.kill_switch import KillSwitch
from app.services.decide import DecisionRequest, decide
from app.services.evidence import solver_input
from app.services.execute import Executor
from app.services.propose import propose
from app.services.recommend.question import Problem
from app.services.recommend.recommend import ask
from app.services.recommend.trail import trail_of
from app.services.replay import replay
from app.signing.canonical import sha256_hex
from domain.approval_states import ApprovalState, CommandState
from domain.approvals import Verdict
from domain.cases import ExceptionCase
from domain.commands import Command, Receipt
from domain.errors import BadInputError
from domain.recommendations import SolverTrail
from optimization.limits import Limits
from optimization.outcome import Outcome
from optimization.solve import solve
from tests.services.test_recommend import late_case
from tests.services.test_recommend import short_case as short_line
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, two_prices
from tests.support.distributor import DFW, MEM, NOW, FakeFacts, outlook

CASES = {
    "split or move": (short_line(), FakeFacts(stock=(outlook(MEM, 60), outlook(DFW, 200)))),
    "rebook": (late_case(), FakeFacts()),
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def work_out(problem: Problem) -> Outcome:
    return solve(problem, Limits(), 1)


def proposed(desk: Desk, trail: SolverTrail, *evidence: bytes) -> str:
    """A proposal whose terms name that trail."""
    request = desk.request()
    recommendation = replace(request.recommendation, trail=trail)
    request = replace(request, recommendation=recommendation, evidence=evidence)
    return propose(desk.room, desk.people["a.moreno"], request).action_id


def recorded(case: ExceptionCase, facts: FakeFacts) -> tuple[SolverTrail, bytes]:
    question = ask(case, facts, recommendation_id="R", now=NOW)
    data = solver_input(case, question)
    problem: Problem = question.problem  # type: ignore[union-attr]
    trail = trail_of(work_out(problem), "model")
    assert trail.problem_sha256 == sha256_hex(data)
    return trail, data


@pytest.mark.parametrize("name", CASES)
def test_a_decision_is_worked_out_again_to_the_last_bit(desk: Desk, name: str) -> None:
    trail, data = recorded(*CASES[name])
    found = replay(desk.ledger, proposed(desk, trail, data), work_out)
    assert (found.same, found.searched, found.problem_sha256) == (True, True, trail.problem_sha256)


def test_any_other_bit_shows(desk: Desk) -> None:
    trail, data = recorded(*CASES["rebook"])
    other = replace(trail, outcome_sha256="a" * 64)
    assert not replay(desk.ledger, proposed(desk, other, data), work_out).same


def test_an_answer_by_rule_needs_no_search(desk: Desk) -> None:
    data = b"CASE\nshort_quantity=4 units"
    trail = SolverTrail(
        model="rule AL-SHORT v1",
        status="exact",
        objective_cents=0,
        bound_cents=0,
        gap_bp=0,
        seed=0,
        solve_ms=0,
        problem_sha256=sha256_hex(data),
    )
    found = replay(desk.ledger, proposed(desk, trail, data), work_out)
    assert (found.same, found.searched) == (True, False)


def test_without_the_input_or_the_digest_it_says_so(desk: Desk) -> None:
    trail, data = recorded(*CASES["rebook"])
    action_id = proposed(desk, trail)
    with pytest.raises(BadInputError, match="is not in this ledger"):
        replay(desk.ledger, action_id, work_out)
    desk.clock.turn(timedelta(days=2))
    with pytest.raises(BadInputError, match="does not name the digest"):
        replay(desk.ledger, proposed(desk, replace(trail, outcome_sha256=""), data), work_out)


# ---- the kill switch


class Pulling(CountingSystem):
    """A system that pulls the switch when the first command arrives."""

    def __init__(self, switch: KillSwitch) -> None:
        super().__init__()
        self.switch = switch

    def submit(self, command: Command) -> Receipt:
        self.switch.pull("Wrong prices are going out.")
        return super().submit(command)


def test_nothing_is_begun_or_sent_while_it_is_pulled(desk: Desk, tmp_path: Path) -> None:
    switch = KillSwitch(tmp_path)
    system = Pulling(switch)
    entry = desk.propose(actions=two_prices())
    request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Yes.")
    decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)

    def run() -> tuple[tuple[str, str], ...]:
        executor = Executor(
            room=desk.room,
            connectors={ERP: system},
            fresh=desk.facts.fresh,
            signer=desk.people["executor@desk"],
            jitter=lambda: 0.0,
            halted=switch.why,
        )
        return executor.run_once().held

    switch.pull("A drill.")
    assert run() == ((entry.action_id, "Everything is halted: A drill."),)
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.APPROVED
    switch.release()
    run()
    assert len(system.submits) == 1, "it is pulled between two commands"
    assert next(row.state for row in desk.ledger.commands(entry.action_id)) is CommandState.SUCCEEDED
    run()
    assert len(system.submits) == 1
    switch.release()
    run()
    assert len(system.submits) == 2
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.EXECUTED


def test_the_command_pulls_tells_and_releases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'name = "x"\nkind = "connected"\n[[source]]\nname = "e"\nsystem = "s"\nurl = ""\n'
    (tmp_path / "profile.toml").write_text(text, encoding="utf-8")
    for words, said in (
        ([], "not halted"),
        (["--reason", "A drill."], "halted: nothing is sent (A drill.)"),
        ([], "A drill."),
        (["--release"], "not halted"),
    ):
        options = parse(["halt", "--profile", str(tmp_path), *words])
        assert options.run(options) == 0
        assert said in capsys.readouterr().out
