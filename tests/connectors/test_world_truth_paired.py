"""Causes by paired runs, money, null spells, and the truth on file: the same from the same seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.truth.agreement import Agreement
from connectors.world.truth.files import EXCEPTIONS_FILE, read_truth, write_truth
from connectors.world.truth.money import Fate
from connectors.world.truth.observer import Spell
from connectors.world.truth.paired import Run, caused_by, truth_of
from connectors.world.truth.values import WorldTruth
from domain.customers import SlaTerms
from domain.errors import BadInputError
from tests.support.small_history import LIVELY_SPECK, SEED, SPECK, one, plan_of

BLOW = one(DisruptionKind.DC_OUTAGE)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNTIL = BLOW.starts_at + 10 * DAY
SHORT_SPECK = replace(LIVELY_SPECK, span_days=5)
PLAN = plan_of(
    one(DisruptionKind.CREDIT_LIMIT_CUT, number=1),
    one(DisruptionKind.WRONG_PRICE_LIST, number=2, starts_at=BLOW.starts_at + 3 * HOUR),
)


def spell(onset_hours: int, clear_hours: int | None) -> Spell:
    """One condition, in hours from the beginning of the disruption."""
    clear = None if clear_hours is None else BLOW.starts_at + clear_hours * HOUR
    return Spell("AL-SHORT", "order_line/L-1", BLOW.starts_at + onset_hours * HOUR, clear)


def without(*spells: Spell) -> Run:
    """The run without the disruption, in which these held."""
    return Run(since=BLOW.starts_at, until=UNTIL, spells=spells, there_at={}, loss_cents={})


@pytest.mark.parametrize(
    ("here", "there", "is_caused"),
    [
        (spell(5, 20), [], True),
        (spell(5, 20), [spell(6, 21)], False),
        (spell(5, None), [spell(6, 12)], True),
        (spell(-30, 20), [spell(0, 18)], False),
        (spell(-30, 90), [spell(0, 2)], True),
        (spell(-30, -1), [], False),
        (spell(5, 9), [spell(11, 15)], False),
        (spell(5, 9), [spell(40, 44)], True),
        (spell(24 * 11, None), [], False),
    ],
    ids=[
        "absent there",
        "the same an hour later",
        "lasts far longer",
        "began before and ends alike",
        "began before and is drawn out",
        "over before",
        "merely shifted",
        "another time there",
        "after all was over",
    ],
)
def test_what_is_mostly_not_so_without_a_disruption_was_caused_by_it(
    here: Spell, there: list[Spell], is_caused: bool
) -> None:
    assert caused_by([here], without(*there)) == ([0] if is_caused else [])


def test_two_runs_agree_from_when_the_same_holds_in_both() -> None:
    key = ("AL-SHORT", "order_line/L-1")
    agreement = Agreement([spell(2, 6), spell(6, 9), spell(20, None)])
    at = BLOW.starts_at
    assert agreement.lasted({key: at}, at + HOUR) == timedelta()
    assert agreement.lasted({key: at}, at + 3 * HOUR) == timedelta()
    assert agreement.lasted({key: at}, at + 7 * HOUR) == 4 * HOUR
    assert agreement.lasted({key: at}, at + 9 * HOUR) == timedelta()
    assert agreement.lasted({}, at + 10 * HOUR) == timedelta()
    assert agreement.lasted({}, at + 19 * HOUR) == 9 * HOUR
    assert agreement.lasted({}, at + 20 * HOUR) == timedelta()


def fate(days_late: float, *, wanted: bool = True, cancels: bool = False) -> Fate:
    """A line of 1,000.00 that earns 200.00."""
    promised_at = datetime.fromisoformat("2026-11-10T18:00:00+00:00")
    return Fate(
        line_id="L-1",
        order_id="O-1",
        value_cents=100_000,
        margin_cents=20_000,
        terms=SlaTerms(late_penalty_bp_per_day=200, fixed_penalty_cents=500, penalty_cap_bp=1_000),
        promised_at=promised_at,
        there_at=promised_at + days_late * DAY,
        is_wanted=wanted,
        would_cancel=cancels,
        shipments=(),
    )


@pytest.mark.parametrize(
    ("line", "cents"),
    [
        (fate(-1), 0),
        (fate(0), 0),
        (fate(0.1), 2_500),
        (fate(2), 4_500),
        (fate(30), 10_000),
        (fate(1, cancels=True), 22_500),
        (fate(9, wanted=False), 0),
    ],
)
def test_a_line_costs_its_penalty_by_days_begun_and_its_margin_if_given_up(line: Fate, cents: int) -> None:
    assert line.loss_cents() == cents


@given(late=st.floats(0, 40), earlier=st.integers(0, 900))
def test_coming_earlier_never_costs_more(late: float, earlier: int) -> None:
    line = fate(late, cancels=True)
    assert 0 <= line.loss_cents(earlier * HOUR) <= line.loss_cents()


@pytest.fixture(scope="module")
def truth() -> WorldTruth:
    """Two disruptions in a small world with ordinary faults."""
    return truth_of(SEED, SHORT_SPECK, PLAN)


def test_the_same_seed_gives_the_same_bytes_by_any_number_of_processes(
    truth: WorldTruth, tmp_path: Path
) -> None:
    write_truth(truth, tmp_path / "one")
    write_truth(truth_of(SEED, SHORT_SPECK, PLAN, workers=2), tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["disruptions.jsonl", "exceptions.jsonl", "truth.json"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_truth_is_read_back_as_it_was_written(truth: WorldTruth, tmp_path: Path) -> None:
    write_truth(truth, tmp_path)
    assert read_truth(tmp_path) == truth


def test_a_truth_that_cannot_be_read_is_refused_by_name(truth: WorldTruth, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nowhere"):
        read_truth(tmp_path / "nowhere")
    write_truth(truth, tmp_path)
    (tmp_path / EXCEPTIONS_FILE).write_text('{"code": 7}\n')
    with pytest.raises(BadInputError, match="cannot be read"):
        read_truth(tmp_path)


def test_each_disruption_is_charged_with_its_own(truth: WorldTruth) -> None:
    held = [each for each in truth.exceptions if each.code == "OE-CREDIT"]
    priced = [each for each in truth.exceptions if each.code == "OE-PRICE"]
    assert any(each.causes == (PLAN[0].disruption_id,) for each in held)
    assert any(each.causes == (PLAN[1].disruption_id,) for each in priced)
    assert not any(PLAN[1].disruption_id in each.causes for each in held)
    assert {each.disruption_id for each in truth.disruptions} == {each.disruption_id for each in PLAN}


def test_what_could_be_saved_is_never_more_than_what_was_lost(truth: WorldTruth) -> None:
    assert truth.exceptions
    for each in truth.exceptions:
        assert 0 <= each.avoidable_cents <= max(each.loss_cents, 0)
        assert each.act_by is None or each.act_by >= each.onset or not each.avoidable_cents


def test_null_spells_keep_clear_of_disruptions_and_count_their_orders(truth: WorldTruth) -> None:
    assert truth.null_spells
    for start, end, orders in truth.null_spells:
        assert start < end
        assert orders > 0
        assert all(end <= each.starts_at or start >= each.ends_at for each in truth.disruptions)


def test_without_a_plan_all_is_null_and_nothing_has_a_cause() -> None:
    quiet = truth_of(SEED, replace(SPECK, span_days=4), ())
    assert quiet.null_spells == ((HISTORY_BEGINS_AT, HISTORY_BEGINS_AT + 4 * DAY, quiet.orders),)
    assert not any(each.causes for each in quiet.exceptions)


def test_what_each_of_two_would_have_caused_alone_was_caused_jointly() -> None:
    twice = plan_of(*(one(DisruptionKind.MASTER_DATA_LOSS, number=number) for number in (1, 2)))
    lost = [
        each
        for each in truth_of(SEED, replace(SPECK, span_days=4), twice).exceptions
        if each.code == "DQ-MASTER"
    ]
    assert lost
    assert all(each.jointly and not each.causes for each in lost)


def test_no_condition_has_causes_of_its_own_and_joint_ones(truth: WorldTruth) -> None:
    caused = next(each for each in truth.exceptions if each.causes)
    with pytest.raises(BadInputError, match="joint"):
        replace(caused, jointly=True)
