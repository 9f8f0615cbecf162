"""All ways out of a shortage weighed together: one remedy is an option, several at once are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.services.recommend.question import SolverQuestion
from app.services.recommend.recommend import ask
from domain.commands import ExpediteSupply, TransferStock
from domain.customers import SplitPolicy
from domain.ids import EntityKind, NodeId
from domain.recommendations import Recommendation, Remedy
from optimization.limits import Limits
from optimization.solve import solve
from optimization.split_problem import SplitProblem
from tests.support.distributor import (
    CUSTOMER,
    DFW,
    LINE,
    MEM,
    NOW,
    SUPPLY,
    FakeFacts,
    lane,
    make_case,
    node,
    outlook,
)

ATL = NodeId("ATL")
WHOLE = replace(CUSTOMER, split=SplitPolicy(max_shipments=1, ship_complete=True))


def question(facts: FakeFacts, short: int) -> SolverQuestion:
    case = make_case("AL-SHORT", EntityKind.ORDER_LINE, LINE.line_id, [("short_quantity", str(short))])
    found = ask(case, facts, recommendation_id="R1", now=NOW)
    assert isinstance(found, SolverQuestion)
    return found


def recommend(facts: FakeFacts, short: int = 40) -> Recommendation:
    asked = question(facts, short)
    return asked.answer(solve(asked.problem, Limits(), 1))


def whole_only(facts: FakeFacts) -> FakeFacts:
    """The customer takes all or nothing, in one shipment."""
    facts.entities = [WHOLE if each is CUSTOMER else each for each in facts.entities]
    return facts


class ThreeNodes(FakeFacts):
    """A third node, so that goods can be brought here from two."""

    def nodes(self) -> tuple:  # type: ignore[type-arg]
        return (*super().nodes(), node(ATL, "Atlanta"))

    def lanes_to(self, zone_id: object) -> tuple:  # type: ignore[type-arg]
        return (*super().lanes_to(zone_id), lane(ATL, 4_000))  # type: ignore[arg-type]


def test_goods_are_brought_from_two_nodes_where_one_has_too_few() -> None:
    stock = (outlook(MEM, 20, 20), outlook(DFW, 25), outlook(ATL, 25))
    found = recommend(whole_only(ThreeNodes(stock=stock)))
    best = next(each for each in found.options if each.recommended)
    assert best.remedy is Remedy.TRANSFER
    brought = {each.from_node_id: each.quantity for each in best.actions if isinstance(each, TransferStock)}
    assert sum(brought.values()) == 40
    assert set(brought) == {DFW, ATL}
    assert len(best.actions) == 2
    assert any("the cheapest" in reason for reason in best.reasons)


def test_several_remedies_at_once_are_told_and_not_signed_as_one() -> None:
    late = replace(SUPPLY, ordered_quantity=15, eta_at=NOW + timedelta(days=20))
    found = recommend(whole_only(FakeFacts(stock=(outlook(MEM, 20, 20), outlook(DFW, 25)), inbound=(late,))))
    told = [reason for option in found.options for reason in option.reasons if "by itself" in reason]
    assert any("expedite PO-1" in reason and "transfer 25 from Dallas" in reason for reason in told)
    for option in found.options:
        kinds = {type(action) for action in option.actions}
        assert not {TransferStock, ExpediteSupply} <= kinds


def test_an_option_that_is_there_already_is_named_and_not_doubled() -> None:
    late = replace(SUPPLY, eta_at=NOW + timedelta(days=9))
    found = recommend(FakeFacts(stock=(outlook(MEM, 20, 20),), inbound=(late,)))
    sooner = [each for each in found.options if each.remedy is Remedy.EXPEDITE]
    assert len(sooner) == 1
    assert any("the cheapest" in reason for reason in sooner[0].reasons)
    assert len({each.actions for each in found.options}) == len(found.options)


def test_a_question_without_the_wider_decision_keeps_the_digest_it_had() -> None:
    problem = question(FakeFacts(stock=(outlook(DFW, 60),)), 40).problem
    assert isinstance(problem, SplitProblem)
    assert problem.together is not None
    narrow = replace(problem, together=None)
    assert narrow.digest != problem.digest
    outcome = solve(narrow, Limits(), 1)
    assert outcome.together is None
    assert replace(outcome, solve_ms=outcome.solve_ms + 1).digest == outcome.digest
