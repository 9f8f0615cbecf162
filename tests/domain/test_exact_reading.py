"""A statement is read exactly: whatever is accepted is written back as the very same document."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.approvals import Signed
from domain.errors import BadInputError
from domain.statements import from_statement, to_statement
from tests.support.approval_values import decision, execution, proposal

SAMPLES: list[Signed] = [proposal(), decision(), execution(), execution(hub_index=7)]
VALUES: list[Any] = [
    "",
    "x",
    0,
    1,
    True,
    False,
    [],
    {},
    "0999-01-01T00:00:00.000Z",
    "2026-11-22T24:00:00.000Z",
]


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for name, each in inner:
        yield (*path, name)
        if isinstance(each, dict | list):
            yield from places(each, (*path, name))


EVERY = [(sample, path) for sample in SAMPLES for path in places(to_statement(sample))]


@settings(max_examples=400)
@given(place=st.sampled_from(EVERY), value=st.sampled_from(VALUES), drop=st.booleans())
def test_what_is_accepted_is_written_back_the_same(place: Any, value: Any, drop: bool) -> None:
    sample, path = place
    document: Any = copy.deepcopy(to_statement(sample))
    around = document
    for name in path[:-1]:
        around = around[name]
    if drop:
        del around[path[-1]]
    else:
        around[path[-1]] = value
    try:
        read = from_statement(document)
    except BadInputError:
        return
    assert to_statement(read) == document


@pytest.mark.parametrize("name", ["customer_id", "regulated"])
def test_a_default_that_was_left_out_is_refused(name: str) -> None:
    document: Any = to_statement(proposal())
    terms = document["predicate"]["terms"]
    if terms.pop(name, None) is None:
        assert from_statement(document) == proposal(), "what may be absent may be absent"
        return
    with pytest.raises(BadInputError, match=name):
        from_statement(document)
