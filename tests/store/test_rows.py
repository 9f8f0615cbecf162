"""Every entity goes into its rows and comes back the same, whatever its values."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store.rows import FORMS, _canonical, fields_sha256, record_of, record_rows
from app.store.schema import TABLES
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND, Entity, SourceRecord
from tests.support import facts
from tests.support.any_entity import TIMES, entities_of


@pytest.mark.parametrize("kind", list(TYPE_OF_KIND))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_every_entity_survives_its_rows(kind: EntityKind, data: st.DataObject) -> None:
    entity: Entity = data.draw(entities_of(TYPE_OF_KIND[kind]))
    given_record = facts.record(entity, stamp=7, observed_at=data.draw(TIMES))
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


def test_a_digest_is_of_columns_that_there_are() -> None:
    for kind, form in FORMS.items():
        assert set(form.decisive) <= set(TABLES[kind].c.keys()), kind
        assert len(set(form.decisive)) == len(form.decisive), kind


def test_books_may_hold_less_than_nothing() -> None:
    below = facts.record(facts.position("MEM", -12))
    row, children = record_rows(below, EntityKind.INVENTORY_POSITION)
    assert row["on_hand_quantity"] == -12
    assert record_of(EntityKind.INVENTORY_POSITION, row, children) == below


def test_the_digest_covers_the_lines_inside_a_record() -> None:
    assert fields_sha256(facts.invoice(credited=0)) != fields_sha256(facts.invoice(credited=1))


def test_the_digest_of_a_record_is_that_of_its_entity() -> None:
    record: SourceRecord = facts.record(facts.shipment(), stamp=3)
    row, _ = record_rows(record, EntityKind.SHIPMENT)
    assert row["fields_sha256"] == fields_sha256(record.entity)


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text()


@given(fields=st.lists(PLAIN, max_size=6), lines=st.lists(st.lists(PLAIN, max_size=3), max_size=3))
def test_digests_are_of_the_same_bytes_as_ever(fields: list[object], lines: list[list[object]]) -> None:
    """What was signed before the writer of these bytes was exchanged must still be found unchanged."""
    as_ever = json.dumps(["order_line", fields, lines], ensure_ascii=False, separators=(",", ":")).encode()
    assert _canonical.encode(["order_line", fields, lines]) == as_ever
