"""Closed cases like an open one, from a real mirror and ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.read_models.past import past_rows
from app.services.approval_room import fresh_from
from app.services.decide import DecisionRequest, decide
from app.services.draft_commands import draft_commands
from app.services.execute import Executor
from app.services.propose import ProposalRequest, propose
from app.services.recommend.mirror_facts import MirrorFacts
from app.services.recommend.question import RuleQuestion
from app.services.recommend.recommend import ask
from domain.approvals import Verdict
from domain.cases import CaseState, ExceptionCase
from domain.orders import OrderLine
from tests.support import facts
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock
from tests.support.tower_room import TowerRoom, tower_room


def too_dear(number: int) -> OrderLine:
    """A line of another order for the same item, at twice its price."""
    plain = facts.line(f"SO-{number}/1")
    return replace(plain, unit_price_cents=plain.unit_price_cents * 2)


def put_right_by_the_tower(room: TowerRoom, desk: Desk, case: ExceptionCase) -> str:
    """Propose the price that was agreed, approve and execute it; gives what that is called."""
    question = ask(case, MirrorFacts(room.mirror), recommendation_id="R1", now=room.clock.now())
    assert isinstance(question, RuleQuestion)
    option = next(o for o in question.recommendation.options if o.recommended)
    request = ProposalRequest(
        action_id=desk.ids.new_id(),
        case=case,
        recommendation=question.recommendation,
        option_id=option.option_id,
        drafts=draft_commands(option, room.mirror),
        reason="As agreed in the contract.",
    )
    fresh = fresh_from(room.mirror)
    entry = propose(desk.room, desk.people["a.moreno"], request)
    wanted = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(desk.room, desk.people["j.okafor"], wanted, fresh)
    signer = desk.people["executor@desk"]
    Executor(
        room=desk.room, connectors={ERP: CountingSystem()}, fresh=fresh, signer=signer, jitter=lambda: 0.5
    ).run_once()
    return option.label


def test_what_happened_to_the_same_item_before_is_told_with_what_was_done(tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        desk = Desk(tmp_path, clock=TurnedClock(room.clock.now()))
        room.sync(*facts.quiet_world(), *(facts.order(f"SO-{n}") for n in (2, 3)), too_dear(2))
        first = room.only_case("OE-PRICE")
        assert past_rows(room.mirror, desk.ledger, first) == ()

        done = put_right_by_the_tower(room, desk, first)
        room.clock.advance(hours=4)
        room.sync(facts.line("SO-2/1"))
        room.clock.advance(hours=1)
        room.sync(too_dear(3))
        again = room.only_case("OE-PRICE")
        (past,) = past_rows(room.mirror, desk.ledger, again)
        assert (past.case_id, past.same_cause, past.done) == (first.case_id, True, done)
        assert past.state in {CaseState.AUTO_CLEARED, CaseState.RESOLVED}
        assert (past.closed_at - past.opened_at).total_seconds() == 4 * 3600
        desk.close()


def test_at_most_three_are_told_the_latest_first_and_none_of_another_type(tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        desk = Desk(tmp_path, clock=TurnedClock(room.clock.now()))
        room.sync(*facts.quiet_world(), *(facts.order(f"SO-{n}") for n in range(2, 7)))
        for number in range(2, 6):
            room.sync(too_dear(number))
            room.clock.advance(hours=1)
            room.sync(facts.line(f"SO-{number}/1"))
        room.sync(too_dear(6))
        found = past_rows(room.mirror, desk.ledger, room.only_case("OE-PRICE"))
        assert [row.closed_at for row in found] == sorted((row.closed_at for row in found), reverse=True)
        assert [row.title.split()[0] for row in found] == ["SO-5", "SO-4", "SO-3"]
        other = replace(room.only_case("OE-PRICE"), code="AL-SHORT")
        assert past_rows(room.mirror, desk.ledger, other) == ()
        desk.close()
