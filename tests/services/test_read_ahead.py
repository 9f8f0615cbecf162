"""Values taken ahead: all of them, in order, never too many at once, and errors at their place."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.read_ahead import read_ahead

PATIENCE_SECONDS = 10


def weigh(value: int) -> int:
    return value


@given(values=st.lists(st.integers(0, 5)), most=st.integers(1, 12))
def test_every_value_comes_once_and_in_order(values: list[int], most: int) -> None:
    with read_ahead(values, weight=weigh, most=most) as batches:
        found = list(batches)
    assert [value for batch in found for value in batch] == values
    assert all(batch for batch in found)
    assert all(sum(batch) <= most or len(batch) == 1 for batch in found)


def test_taking_goes_on_while_a_value_is_used_until_enough_wait() -> None:
    taken: list[int] = []
    three, four = Event(), Event()

    def values() -> Iterator[int]:
        for number in range(1, 6):
            taken.append(number)
            if number == 3:
                three.set()
            if number == 4:
                four.set()
            yield number

    with read_ahead(values(), weight=lambda _: 1, most=2) as batches:
        first = next(batches)
        assert three.wait(PATIENCE_SECONDS)
        rest = [value for batch in batches for value in batch]
    assert first[0] == 1
    assert first + rest == [1, 2, 3, 4, 5]
    assert four.is_set()


def test_no_more_is_taken_than_may_wait() -> None:
    taken: list[int] = []

    def values() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with read_ahead(values(), weight=lambda _: 1, most=3) as batches:
        first = next(batches)
    # What was given, what waited, and the one that found no room.
    assert len(taken) <= len(first) + 3 + 1
    assert taken == list(range(len(taken)))


def test_a_value_heavier_than_all_that_may_wait_comes_alone() -> None:
    with read_ahead([1, 50, 1], weight=weigh, most=2) as batches:
        found = list(batches)
    assert [50] in found
    assert sum(map(sum, found)) == 52


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_what_taking_raises_comes_after_what_was_taken(error: BaseException) -> None:
    def values() -> Iterator[int]:
        yield 1
        raise error

    found: list[int] = []
    with (
        pytest.raises(type(error)),
        read_ahead(values(), weight=weigh, most=9) as batches,
    ):
        found += [value for batch in batches for value in batch]
    assert found == [1]


def test_an_error_of_the_user_ends_the_taking() -> None:
    taken: list[int] = []

    def values() -> Iterator[int]:
        for number in range(1_000):
            taken.append(number)
            yield number

    def use() -> float:
        with read_ahead(values(), weight=lambda _: 1, most=2) as batches:
            return 1 / next(batches)[0]

    with pytest.raises(ZeroDivisionError):
        use()
    assert len(taken) < 10
