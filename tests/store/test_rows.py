"""Every entity goes into its rows and comes back the same, whatever its values."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store.rows import FORMS, fields_sha256, record_of, record_rows
from domain.errors import BadValueError
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND, Entity, SourceRecord
from tests.support import facts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = st.integers(min_value=0, max_value=4 * 10**12).map(lambda ms: _EPOCH + timedelta(milliseconds=ms))
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, as wide as the domain allows (what it refuses is dropped later)."""
    origin = get_origin(hint)
    if origin in {UnionType, Union}:
        return st.one_of(*(values_of(part) for part in get_args(hint)))
    if origin is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: _TEXT,
        bool: st.booleans(),
        datetime: _TIMES,
        type(None): st.none(),
        int: st.integers(min_value=0, max_value=6),
    }
    if hint in simple:
        return simple[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert isinstance(hint, type)
    return entities_of(hint)


def entities_of(kind: type) -> st.SearchStrategy[Any]:
    """Values of a domain class that its constructor accepts."""
    hints = get_type_hints(kind)
    parts = st.fixed_dictionaries({each.name: values_of(hints[each.name]) for each in fields(kind)})

    def build(chosen: dict[str, Any]) -> Any:
        try:
            return kind(**chosen)
        except BadValueError:
            return None

    return parts.map(build).filter(lambda made: made is not None)


@pytest.mark.parametrize("kind", list(TYPE_OF_KIND))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_every_entity_survives_its_rows(kind: EntityKind, data: st.DataObject) -> None:
    entity: Entity = data.draw(entities_of(TYPE_OF_KIND[kind]))
    given_record = facts.record(entity, stamp=7, observed_at=data.draw(_TIMES))
    row, children = record_rows(given_record, kind)
    assert record_of(kind, row, children) == given_record


def test_every_kind_of_record_has_a_form() -> None:
    assert set(FORMS) == set(TYPE_OF_KIND)


def test_the_digest_is_of_what_decisions_rest_on_only() -> None:
    plain = facts.order()
    renamed = facts.order(number="SO-1 (copy)")
    moved = facts.order(promised_at=facts.PROMISED + facts.DAY)
    assert fields_sha256(plain) == fields_sha256(renamed)
    assert fields_sha256(plain) != fields_sha256(moved)


def test_the_digest_covers_the_lines_inside_a_record() -> None:
    assert fields_sha256(facts.invoice(credited=0)) != fields_sha256(facts.invoice(credited=1))


def test_the_digest_of_a_record_is_that_of_its_entity() -> None:
    record: SourceRecord = facts.record(facts.shipment(), stamp=3)
    row, _ = record_rows(record, EntityKind.SHIPMENT)
    assert row["fields_sha256"] == fields_sha256(record.entity)
