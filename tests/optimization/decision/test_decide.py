"""One decision: options that no other beats, each checked by plain arithmetic and against brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInputError
from optimization.decision.decide import decide
from optimization.decision.measure import Move, measure
from optimization.decision.problem import (
    DecisionLine,
    DecisionProblem,
    Service,
    Way,
    WayKind,
    freight_cents_per_unit,
)
from optimization.outcome import OptionLabel

LINE = DecisionLine(
    line_id="L1", quantity=10, unit_grams=1_000, unfilled_cents_per_unit=5_000, late_cents_per_unit_day=30
)
GROUND = Service(
    service_id="GND", node_id="MEM", fixed_cents=1_000, cents_per_kg=20, transit_days=2, current=True
)
AIR = Service(service_id="AIR", node_id="MEM", fixed_cents=4_000, cents_per_kg=90, transit_days=1)
FROM_DFW = replace(GROUND, node_id="DFW", fixed_cents=1_800)
HERE = Way(way_id="here", line_id="L1", kind=WayKind.SHIP, node_id="MEM", ready_day=0, units=4)
LATER = Way(way_id="later", line_id="L1", kind=WayKind.WAIT, node_id="MEM", ready_day=6, units=20)
THERE = Way(way_id="there", line_id="L1", kind=WayKind.REALLOCATE, node_id="DFW", ready_day=0, units=20)
MOVED = Way(
    way_id="moved", line_id="L1", kind=WayKind.TRANSFER, node_id="MEM", ready_day=2, units=20, fixed_cents=600
)
OTHER = Way(
    way_id="other",
    line_id="L1",
    kind=WayKind.SUBSTITUTE,
    node_id="MEM",
    ready_day=0,
    units=20,
    unit_cents=200,
)
SOONER = replace(LATER, way_id="sooner", kind=WayKind.EXPEDITE, ready_day=3, fixed_cents=900)
EVERY_WAY = (HERE, LATER, THERE, MOVED, OTHER, SOONER)


def problem(*ways: Way, **changes: object) -> DecisionProblem:
    made = DecisionProblem(
        order_id="SO-1",
        promised_day=2,
        max_shipments=2,
        ship_complete=False,
        last_ship_day=10,
        lines=(LINE,),
        ways=ways,
        services=(GROUND, AIR, FROM_DFW),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def cheapest_by_hand(asked: DecisionProblem) -> int:
    """Every split of ten units over ways, services and days in turn."""
    slots = [
        (way, service, day)
        for way in asked.ways
        for service in asked.services
        if service.node_id == way.node_id
        for day in sorted({w.ready_day for w in asked.ways})
        if way.ready_day <= day <= asked.last_ship_day
    ]
    best = measure(asked, ()).total_cents
    for shares in product((0, 4, 6, 10), repeat=len(slots)):
        if 0 < sum(shares) <= LINE.quantity:
            moves = tuple(
                Move(line_id="L1", way_id=w.way_id, service_id=s.service_id, ship_day=d, units=units)
                for (w, s, d), units in zip(slots, shares, strict=True)
                if units
            )
            effect = measure(asked, moves)
            if not effect.broken:
                best = min(best, effect.total_cents)
    return best


@pytest.mark.parametrize("ways", [(HERE, THERE), (HERE, LATER), (THERE, OTHER), (HERE, MOVED)])
def test_the_cheapest_option_is_the_cheapest_there_is(ways: tuple[Way, ...]) -> None:
    asked = problem(*ways)
    assert decide(asked, seed=1).recommended.effect.total_cents == cheapest_by_hand(asked)


def test_every_kind_of_remedy_and_the_carrier_are_weighed_together() -> None:
    outcome = decide(problem(*EVERY_WAY), seed=1)
    labels = {label: option for option in outcome.options for label in option.labels}
    assert labels[OptionLabel.CHEAPEST] is outcome.recommended
    assert labels[OptionLabel.FASTEST].effect.lateness_unit_days == 0
    assert set(labels[OptionLabel.DO_NOTHING].kinds) <= {WayKind.SHIP, WayKind.WAIT}
    assert labels[OptionLabel.DO_NOTHING].effect.disturbance == 0
    assert outcome.complete


def test_no_option_of_the_front_is_beaten_in_cost_and_lateness() -> None:
    late = problem(HERE, LATER, SOONER, replace(THERE, unit_cents=400), promised_day=1)
    front = decide(late, seed=1).front
    points = [(o.effect.total_cents, o.effect.lateness_unit_days) for o in front]
    assert len(points) > 1
    assert points == sorted(points)
    assert [lateness for _, lateness in points] == sorted({lateness for _, lateness in points}, reverse=True)


def test_premium_freight_is_taken_only_where_it_saves_more_than_it_costs() -> None:
    slow = problem(HERE, replace(OTHER, units=10), promised_day=1)
    calm = replace(slow, lines=(replace(LINE, late_cents_per_unit_day=1),))
    dear = replace(slow, lines=(replace(LINE, late_cents_per_unit_day=2_000),))
    assert {move.service_id for move in decide(calm, seed=1).recommended.moves} == {"GND"}
    pressed = decide(dear, seed=1).recommended
    assert {move.service_id for move in pressed.moves} == {"AIR"}
    assert pressed.changes_carrier


def test_ways_that_draw_on_one_pool_share_its_goods() -> None:
    pooled = problem(
        replace(THERE, units=6, pool_id="DFW stock"), replace(MOVED, units=6, pool_id="DFW stock")
    )
    best = decide(pooled, seed=1).recommended
    assert sum(move.units for move in best.moves) == 6
    assert best.effect.unfilled_units == 4


def test_an_order_that_ships_complete_ships_whole_or_not_at_all() -> None:
    whole = problem(HERE, ship_complete=True)
    assert decide(whole, seed=1).recommended.moves == ()
    assert decide(problem(HERE), seed=1).recommended.effect.unfilled_units == 6


def test_a_service_that_leaves_on_some_days_only_is_waited_for() -> None:
    rare = problem(THERE, services=(replace(FROM_DFW, pickup_days=(4,)),))
    assert [move.ship_day for move in decide(rare, seed=1).recommended.moves] == [4]


def test_no_way_at_all_leaves_everything_and_says_so() -> None:
    outcome = decide(problem(), seed=1)
    assert outcome.recommended.moves == ()
    assert outcome.recommended.effect.unfilled_cents == 50_000


def test_the_same_seed_gives_the_same_options() -> None:
    asked = problem(*EVERY_WAY)
    assert decide(asked, seed=7) == decide(asked, seed=7)


@settings(max_examples=15, deadline=None)
@given(
    stock=st.integers(1, 12),
    there=st.integers(1, 12),
    late=st.integers(0, 400),
    fee=st.integers(0, 3_000),
    shipments=st.integers(1, 3),
)
def test_every_option_keeps_the_rules_and_costs_what_it_says(
    stock: int, there: int, late: int, fee: int, shipments: int
) -> None:
    asked = problem(
        replace(HERE, units=stock),
        replace(THERE, units=there),
        replace(SOONER, fixed_cents=fee),
        LATER,
        max_shipments=shipments,
        lines=(replace(LINE, late_cents_per_unit_day=late),),
    )
    outcome = decide(asked, seed=3)
    for option in outcome.options:
        assert option.effect == measure(asked, option.moves)
        assert option.effect.broken == ()
        assert option.regret_cents == option.effect.total_cents - outcome.recommended.effect.total_cents


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"ways": (HERE, replace(HERE, line_id="L9", way_id="x"))}, "way x line L9 is unknown"),
        ({"ways": (HERE, HERE)}, "way here is given twice"),
        ({"lines": ()}, "order SO-1 has no lines"),
        ({"max_shipments": 0}, "order SO-1 max_shipments is 0"),
        ({"lines": (replace(LINE, quantity=10**8, unfilled_cents_per_unit=10**9),)}, "too large"),
    ],
)
def test_a_problem_that_cannot_be_true_is_refused_with_field_and_row(
    field: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadInputError, match=words):
        problem(HERE, **field) if "ways" not in field else problem(*field["ways"])


def test_freight_of_a_unit_is_rounded_half_to_even() -> None:
    half = replace(LINE, unit_grams=500)
    assert [freight_cents_per_unit(half, replace(GROUND, cents_per_kg=c)) for c in (1, 3, 5)] == [0, 2, 2]
