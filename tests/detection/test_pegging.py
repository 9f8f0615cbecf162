"""The laws of pegging: nothing is covered twice, nothing is short while supply for it is left."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.detection.pegging import Demand, Supply, shortfalls, waiting_for

_DEMANDS = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 9)), min_size=1, max_size=8
).map(
    lambda drawn: sorted(
        (
            Demand(f"L{n}", quantity, reserved, promised)
            for n, (quantity, reserved, promised) in enumerate(drawn)
        ),
        key=lambda demand: not demand.reserved,
    )
)
_SUPPLIES = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 4)), max_size=4).map(
    lambda drawn: [Supply(f"S{n}", units, due, due + slip) for n, (units, due, slip) in enumerate(drawn)]
)
_STOCK = st.integers(0, 12)


def best_cover(demands: list[Demand], stock: int, supplies: list[Supply]) -> int:
    """The most units any plan could cover: over every deadline, demand by then fits supply by then."""
    total = sum(demand.quantity for demand in demands)
    worst = 0
    for deadline in {-1, *(demand.promised_ms for demand in demands)}:
        wanted = sum(d.quantity for d in demands if d.promised_ms <= deadline)
        there = stock + sum(s.quantity for s in supplies if s.eta_ms <= deadline)
        worst = max(worst, wanted - there)
    return total - worst


@given(demands=_DEMANDS, stock=_STOCK, supplies=_SUPPLIES)
def test_no_plan_leaves_less_uncovered(demands: list[Demand], stock: int, supplies: list[Supply]) -> None:
    unreserved = [Demand(d.line_id, d.quantity, False, d.promised_ms) for d in demands]
    short = shortfalls(unreserved, stock, supplies)
    missing = sum(peg.short for peg in short.values())
    assert sum(d.quantity for d in demands) - missing == best_cover(unreserved, stock, supplies)


@given(demands=_DEMANDS, stock=_STOCK, supplies=_SUPPLIES)
def test_who_comes_first_does_not_depend_on_who_comes_after(
    demands: list[Demand], stock: int, supplies: list[Supply]
) -> None:
    whole = shortfalls(demands, stock, supplies)
    alone = shortfalls(demands[:1], stock, supplies)
    first = demands[0].line_id
    assert (first in whole) is (first in alone)


@given(demands=_DEMANDS, stock=_STOCK, supplies=_SUPPLIES, more=st.integers(1, 5))
def test_more_stock_never_makes_more_units_short(
    demands: list[Demand], stock: int, supplies: list[Supply], more: int
) -> None:
    before = sum(peg.short for peg in shortfalls(demands, stock, supplies).values())
    after = sum(peg.short for peg in shortfalls(demands, stock + more, supplies).values())
    assert after <= before


@given(demands=_DEMANDS, stock=_STOCK, supplies=_SUPPLIES)
def test_a_supply_is_waited_for_only_by_lines_that_are_short(
    demands: list[Demand], stock: int, supplies: list[Supply]
) -> None:
    short = shortfalls(demands, stock, supplies)
    for supply in supplies:
        waiting = waiting_for(supply, demands, stock, supplies, short)
        assert all(0 < units <= short[line].short for line, units in waiting.items())
        assert not waiting or supply.eta_ms > supply.due_ms


def test_a_late_promise_leaves_early_supply_to_those_who_need_it() -> None:
    patient = Demand("patient", 5, False, 9)
    hurried = Demand("hurried", 5, False, 1)
    assert shortfalls([patient, hurried], 5, [Supply("S", 5, 4, 4)]) == {}


def test_the_next_arrival_is_told() -> None:
    short = shortfalls([Demand("a", 5, False, 1)], 0, [Supply("S", 3, 2, 2), Supply("T", 3, 6, 6)])
    assert short["a"].next_eta_ms == 6
