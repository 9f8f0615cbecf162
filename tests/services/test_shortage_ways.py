"""A short line can also be served by goods brought here, by goods that come sooner, or by other goods."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.recommend.question import RuleQuestion, SolverQuestion
from app.services.recommend.recommend import ask
from domain.cases import ExceptionCase
from domain.commands import ExpediteSupply, SubstituteItem, TransferStock
from domain.customers import SplitPolicy
from domain.ids import EntityKind, ItemId
from domain.items import Item, Substitute
from domain.recommendations import Option, Recommendation, Remedy
from optimization.limits import Limits
from optimization.solve import solve
from tests.support.distributor import (
    CUSTOMER,
    DFW,
    ITEM,
    LINE,
    MEM,
    NOW,
    SUPPLY,
    FakeFacts,
    make_case,
    outlook,
)

OTHER = replace(ITEM, item_id=ItemId("I2"), sku="KT-2202", name="Kit, new box")


def short_case(short: int = 40) -> ExceptionCase:
    return make_case("AL-SHORT", EntityKind.ORDER_LINE, LINE.line_id, [("short_quantity", str(short))])


def recommend(facts: FakeFacts, short: int = 40) -> Recommendation:
    question = ask(short_case(short), facts, recommendation_id="R1", now=NOW)
    assert isinstance(question, SolverQuestion)
    return question.answer(solve(question.problem, Limits(), 1))


def option(found: Recommendation, remedy: Remedy) -> Option | None:
    return next((each for each in found.options if each.remedy is remedy), None)


class WithSubstitute(FakeFacts):
    """The item may be replaced by another one, of which the home node has some."""

    other_quantity: int = 80

    def stock_outlook(self, item_id: ItemId) -> tuple:  # type: ignore[type-arg]
        return (
            (outlook(MEM, self.other_quantity),)
            if item_id == OTHER.item_id
            else super().stock_outlook(item_id)
        )


def with_substitute(units: int = 80, *, allowed: bool = True) -> WithSubstitute:
    facts = WithSubstitute(stock=(outlook(MEM, 20, 20),))
    facts.other_quantity = units
    item: Item = replace(ITEM, substitutes=(Substitute(item_id=OTHER.item_id, extra_cost_cents=150),))
    customer = replace(CUSTOMER, allows_substitutes=allowed)
    kept = [e for e in facts.entities if e not in (ITEM, CUSTOMER)]
    facts.entities = [*kept, item, customer, OTHER]
    return facts


@pytest.mark.parametrize(
    ("units", "allowed", "helps"), [(80, True, True), (59, True, False), (80, False, False)]
)
def test_an_item_that_is_not_sold_any_more_is_substituted_where_that_is_possible(
    units: int, allowed: bool, helps: bool
) -> None:
    case = make_case("OE-OBSOLETE", EntityKind.ORDER_LINE, LINE.line_id, [("open_quantity", "60")])
    facts = with_substitute(units, allowed=allowed)
    question = ask(case, facts, recommendation_id="R1", now=NOW)
    assert isinstance(question, RuleQuestion)
    found = option(question.recommendation, Remedy.SUBSTITUTE)
    assert (found is not None) is helps
    if found is not None:
        (action,) = found.actions
        assert isinstance(action, SubstituteItem)
        assert (action.substitute_item_id, action.quantity) == (OTHER.item_id, 60)
        assert found.cost_delta_cents == 60 * 150 - 80_000


def test_goods_of_another_node_can_be_brought_here() -> None:
    found = option(recommend(FakeFacts(stock=(outlook(MEM, 20, 20), outlook(DFW, 100)))), Remedy.TRANSFER)
    assert found is not None
    (action,) = found.actions
    assert isinstance(action, TransferStock)
    assert (action.from_node_id, action.to_node_id, action.quantity) == (DFW, MEM, 40)
    assert action.arrive_at > NOW + timedelta(hours=12)
    assert "Transfer 40 from Dallas" in found.label
    assert any("assumed" in reason for reason in found.reasons)


def test_a_ship_complete_customer_gets_it_whole_by_transfer_where_no_node_has_it_all() -> None:
    whole = replace(CUSTOMER, split=SplitPolicy(max_shipments=1, ship_complete=True))
    facts = FakeFacts(stock=(outlook(MEM, 20, 20), outlook(DFW, 45)))
    facts.entities = [whole if e is CUSTOMER else e for e in facts.entities]
    found = recommend(facts)
    best = next(each for each in found.options if each.recommended)
    assert best.remedy is Remedy.TRANSFER
    assert best.cost_delta_cents < 0


def test_late_goods_can_be_asked_for_sooner() -> None:
    late = replace(SUPPLY, eta_at=NOW + timedelta(days=9))
    found = option(recommend(FakeFacts(stock=(outlook(MEM, 20, 20),), inbound=(late,))), Remedy.EXPEDITE)
    assert found is not None
    (action,) = found.actions
    assert isinstance(action, ExpediteSupply)
    assert action.supply_id == SUPPLY.supply_id
    assert action.eta_at < late.eta_at


def test_a_substitute_that_is_here_ships_in_its_place() -> None:
    found = option(recommend(with_substitute()), Remedy.SUBSTITUTE)
    assert found is not None
    (action,) = found.actions
    assert isinstance(action, SubstituteItem)
    assert (action.substitute_item_id, action.quantity) == (OTHER.item_id, LINE.open_quantity)
    assert found.late_orders == 0
    assert found.label == "Substitute KT-2202"


def test_no_substitute_where_the_customer_or_the_shelf_does_not_allow_it() -> None:
    assert option(recommend(with_substitute(allowed=False)), Remedy.SUBSTITUTE) is None
    assert option(recommend(with_substitute(units=LINE.open_quantity - 1)), Remedy.SUBSTITUTE) is None


@settings(max_examples=20)
@given(st.integers(1, 60), st.integers(0, 90), st.integers(0, 30))
def test_all_ways_are_in_the_order_of_cost_and_ask_for_no_more_than_there_is(
    short: int, there: int, committed: int
) -> None:
    found = recommend(FakeFacts(stock=(outlook(DFW, there, committed),)), short)
    costs = [each.cost_delta_cents for each in found.options]
    transfer = option(found, Remedy.TRANSFER)
    if transfer is not None:
        assert costs == sorted(costs)
        (action,) = transfer.actions
        assert isinstance(action, TransferStock)
        assert action.quantity <= min(short, there - committed)
    assert sum(each.recommended for each in found.options) == 1
    assert found.options[0].recommended
