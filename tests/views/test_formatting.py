"""Amounts, spans and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views import formatting as f

NOW = datetime(2026, 11, 12, 10, 26, 41, tzinfo=UTC)
DESK = timezone(timedelta(hours=-6), "CST")


@pytest.mark.parametrize(
    ("cents", "whole", "short"),
    [
        (0, "$0", "$0"),
        (18_640_000, "$186,400", "$186.4k"),
        (284_000_000, "$2,840,000", "$2.84M"),
        (12_000_000, "$120,000", "$120k"),
        (-1_120_000, f"{f.MINUS}$11,200", f"{f.MINUS}$11.2k"),
        (31_000, "$310", "$310"),
        (1_240, "$12", "$12"),
        (405, "$4.05", "$4"),
        (99_999_999, "$1,000,000", "$1M"),
    ],
)
def test_money(cents: int, whole: str, short: str) -> None:
    assert f.money(cents) == whole
    assert f.money_short(cents) == short


def test_money_with_a_sign_of_its_own_or_the_code() -> None:
    assert f.money(500_000, "EUR") == "€5,000"
    assert f.money(500_000, "CHF") == "CHF 5,000"
    assert f.money_exact(1_234_505) == "$12,345.05"
    assert f.money_delta(210_000) == "+$2.1k"
    assert f.money_delta(-210_000) == f"{f.MINUS}$2.1k"
    assert f.money_delta(0) == "$0"


@given(st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1))
def test_an_exact_amount_says_every_cent(cents: int) -> None:
    digits = f.money_exact(cents).replace("$", "").replace(",", "").replace(".", "").replace(f.MINUS, "-")
    assert int(digits) == cents


@pytest.mark.parametrize(
    ("seconds", "narrow", "sentence"),
    [
        (6_480, "1 h 48 m", "in 1 h 48 min"),
        (3_120, "0 h 52 m", "in 52 min"),
        (39_700, "11 h", "in 11 h 1 min"),
        (187_300, "2 d 4 h", "in 2 d 4 h"),
        (-3_900, "late 1 h 05 m", "1 h 5 min ago"),
        (12, "0 h 00 m", "in 12 s"),
    ],
)
def test_time_left(seconds: int, narrow: str, sentence: str) -> None:
    assert f.countdown(seconds) == narrow
    assert f.time_left(seconds) == sentence


def test_ages_have_one_unit() -> None:
    assert [f.age(s) for s in (-3, 8, 151, 7_300, 200_000)] == ["0 s", "8 s", "2 min", "2 h", "2 d"]


def test_times_are_those_of_the_desk() -> None:
    assert f.clock(NOW, DESK) == "04:26"
    assert f.clock_with_zone(NOW, DESK) == "04:26:41 CST"
    assert f.moment(NOW - timedelta(minutes=30), NOW, DESK) == "03:56"
    assert f.moment(NOW - timedelta(hours=5), NOW, DESK) == "11 Nov 23:26"
    assert f.full_moment(NOW, UTC) == "12 Nov 2026 10:26 UTC"


def test_counts_and_shares() -> None:
    assert f.count(1_277) == "1,277"
    assert f.counted(1, "order") == "1 order"
    assert f.counted(42, "order") == "42 orders"
    assert f.percent(9_310) == "93.1 %"
    assert f.percent(0) == "0 %"
