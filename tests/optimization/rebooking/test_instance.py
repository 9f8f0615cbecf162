"""What an instance refuses, what the independent check finds, and that tariffs make honest options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from domain.errors import BadValueError
from optimization.rebooking.bound import bound_cents
from optimization.rebooking.checker import check_plan
from optimization.rebooking.columns import whole_numbers
from optimization.rebooking.generator import generate_instance
from optimization.rebooking.instance import RebookingInstance
from optimization.rebooking.nodes import UnitPrices
from optimization.rebooking.tariffs import Demand, Guides, RateCard, make_options
from tests.support.rebooking_cases import small_instance

Change = Callable[[RebookingInstance], object]


def ones(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A column."""
    return np.array(values, dtype=np.int64)


def changed(table: str, column: str, row: int, value: int) -> Change:
    """Rebuild an instance with one cell changed."""

    def change(instance: RebookingInstance) -> object:
        old = getattr(instance, table)
        cells = getattr(old, column).copy()
        cells[row] = value
        return replace(instance, **{table: replace(old, **{column: cells})})

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed("shipments", "unbooked_cents", 1, -5), "shipment unbooked_cents of row 1 is -5"),
        (changed("options", "rate_cents", 2, -1), "option rate_cents of row 2 is -1"),
        (changed("options", "slot", 0, 9), "option slot of row 0 is 9"),
        (changed("options", "slot", 1, 0), "is not above the slot before it"),
        (changed("slots", "pickups", 1, 0), "slot pickups of row 1 is 0"),
        (changed("slots", "node", 0, 1), "is at another node than its shipment"),
        (changed("shipments", "ready_day", 0, 3), "picks up before its shipment is ready"),
        (changed("shipments", "current_option", 0, 2), "is an option of another shipment"),
        (changed("weight_limits", "limit", 0, 0), "weight limit limit of row 0 is 0"),
        (changed("services", "premium", 0, 2), "service premium of row 0 is 2"),
        (lambda one: replace(one, first_option=ones(0, 2, 3)), "first_option ends at 3, expected 4"),
        (lambda one: replace(one, first_option=ones(0, 2)), "first_option has 2 rows, expected 3"),
        (lambda one: replace(one, currency=" "), "currency is empty"),
        (
            lambda one: replace(one.options, rate_cents=np.array([1.5, 2, 3, 4])),
            "option rate_cents holds float64",
        ),
        (lambda one: replace(one.options, rate_cents=ones(1)), "option rate_cents has 1 rows, expected 4"),
    ],
)
def test_what_cannot_be_true_is_refused_with_field_and_row(change: Change, words: str) -> None:
    instance = small_instance([[(0, 10), (1, 20)], [(0, 10), (1, 20)]], pickups=[1, 1], limits=[5, 5])
    with pytest.raises(BadValueError, match=words.replace("(", r"\(")):
        change(instance)


def test_columns_cannot_be_changed_behind_an_instance() -> None:
    rates = np.array([10, 20, 10, 20])
    column = whole_numbers(rates, "rate")
    rates[0] = 99
    assert column[0] == 10
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1


def test_a_sum_that_could_overflow_is_refused() -> None:
    with pytest.raises(BadValueError, match="too large a sum"):
        small_instance([[(0, 1)]] * 3, pickups=[3], unbooked=[10**9] * 3, minimum=(10**8, 10**9))


def test_equal_instances_have_equal_digests_and_a_cell_makes_another() -> None:
    one, other = generate_instance(50, 3, seed=7), generate_instance(50, 3, seed=7)
    assert one.digest == other.digest
    assert generate_instance(50, 3, seed=8).digest != one.digest


def test_the_check_finds_what_is_wrong_and_prices_what_is_right() -> None:
    instance = small_instance(
        [[(0, 10), (1, 20)], [(0, 10), (1, 20)]],
        pickups=[1, 2],
        weights=[3, 3],
        limits=[5, 5],
        minimum=(2, 7),
    )
    both = check_plan(instance, [0, 2])
    assert both.violations == ("slot 0: 2 pickups, 1 possible", "carrier 0 day 0: weight 6, 5 possible")
    good = check_plan(instance, [0, -1])
    assert good.passed
    assert good.terms is not None
    assert (good.terms.freight_fixed_cents, good.terms.unfilled_cents, good.terms.shortfall_cents) == (
        10,
        1_000,
        7,
    )
    assert check_plan(instance, [2, -1]).violations == ("shipment 0: option 2 is not one of its own",)
    assert check_plan(instance, [0]).violations == ("1 bookings for 2 shipments",)


def test_a_bound_needs_prices_that_a_relaxation_allows() -> None:
    instance = small_instance([[(0, 10)]], pickups=[1], minimum=(1, 7))
    none = np.zeros(0, dtype=np.int64)
    with pytest.raises(BadValueError, match="price of slot of row 0 is -1"):
        bound_cents(instance, UnitPrices(np.array([-1]), none, np.array([0])))
    with pytest.raises(BadValueError, match="above its shortfall"):
        bound_cents(instance, UnitPrices(np.array([0]), none, np.array([70_001])))
    with pytest.raises(BadValueError, match="price of slot has 0 rows, expected 1"):
        bound_cents(instance, UnitPrices(none, none, np.array([0])))


CARD = RateCard(
    carrier=ones(0, 1), premium=ones(0, 1), base_cents=ones(500, 900), cents_per_100kg_km=ones(1_000, 1_000),
    minimum_cents=ones(800, 0), fuel_basis_points=ones(1_000, 0), volume_divisor=ones(500, 500),
    heaviest=ones(5_000, 5_000), km_per_day=ones(100, 1_000), cutoff_minute=ones(900, 900),
    accessorial_cents=np.array([[250, 40], [0, 0]]),
)  # fmt: skip


def demand(**changes: int) -> Demand:
    """One shipment of 100 kg for 100 km, ready at noon of day 0 and due on day 1."""
    values = {
        "node": 0, "customer": 0, "ready_day": 0, "ready_minute": 720, "due_day": 1, "weight": 1_000,
        "volume": 0, "km": 100, "accessorials": 0, "late_cents_per_day": 100, "risk_cents": 0,
        "unbooked_cents": 9_000,
    }  # fmt: skip
    return Demand(**{name: ones(value) for name, value in {**values, **changes}.items()})


EVERY_DAY = np.array([[[0, 1]], [[2, 3]]])


@pytest.mark.parametrize(
    ("changes", "rule", "allowed", "slots", "rates"),
    [
        # 500 + 100 kg over 100 km, with a tenth of fuel; premium at 900 without.
        ({}, 0, 3, [0, 1, 2, 3], [660, 660, 1_000, 1_000]),
        ({}, 2, 3, [0, 1], [660, 660]),  # never premium
        ({}, 1, 3, [0, 1], [660, 660]),  # 340 more would save 100
        ({"late_cents_per_day": 400}, 1, 3, [0, 1, 2], [660, 660, 1_000]),  # 400 saved on day 0
        ({"risk_cents": 300}, 1, 3, [0, 1, 2], [660, 660, 1_000]),  # the margin at risk tips it
        ({}, 0, 2, [2, 3], [1_000, 1_000]),  # the routing guide names only service 1
        ({"ready_minute": 901}, 0, 3, [1, 3], [660, 1_000]),  # the cut-off of day 0 is missed
        ({"weight": 5_001}, 0, 3, [], []),  # too heavy for both
        ({"volume": 1_000_000}, 2, 3, [0, 1], [770, 770]),  # 200 kg by volume
        ({"accessorials": 3}, 2, 3, [0, 1], [950, 950]),
        ({"km": 0}, 2, 3, [0, 1], [880, 880]),  # the minimum charge
    ],
)
def test_options_follow_tariff_guide_calendar_and_premium_rule(
    changes: dict[str, int], rule: int, allowed: int, slots: list[int], rates: list[int]
) -> None:
    guides = Guides(allowed=ones(allowed), premium_rule=ones(rule))
    card = CARD._replace(minimum_cents=ones(800 if changes.get("km") == 0 else 0, 0))
    made = make_options(card, demand(**changes), guides, EVERY_DAY)
    assert made.slot.tolist() == slots
    assert made.rate_cents.tolist() == rates
