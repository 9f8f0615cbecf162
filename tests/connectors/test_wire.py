"""What is sent is what arrives; what cannot be understood is rejected alone."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.protocol import Page, StreamSpec
from connectors.wire import (
    decode_command,
    decode_ids,
    decode_manifest,
    decode_probe,
    decode_receipt,
    encode_command,
    encode_ids,
    encode_manifest,
    encode_probe,
    encode_receipt,
)
from connectors.wire_page import decode_page, encode_page
from domain.commands import Command, CommandResult, ExpectedVersion, Receipt
from domain.errors import BadInputError, BadValueError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import TYPE_OF_KIND, DeletedRecord, SourceRecord
from tests.support.any_entity import TIMES, entities_of
from tests.support.living_world import open_world, possible_actions

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
ERP = SourceName("erp")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[SourceName, StreamSpec, Page]]:
    """A page of every stream of a world: records of every kind."""
    world = open_world(tmp_path_factory.mktemp("world"))
    found = []
    for name in world.source_names:
        face = world.connector(name)
        found += [(face.source, s, face.changes(s.name, None, 400)) for s in face.manifest.streams]
    return found


def test_every_kind_of_record_survives_the_trip(pages: list[tuple[SourceName, StreamSpec, Page]]) -> None:
    for source, stream, page in pages:
        assert page.records
        assert decode_page(encode_page(page, as_of=NOW), source=source, stream=stream) == page


@pytest.mark.parametrize("kind", list(TYPE_OF_KIND))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_any_record_survives_the_trip(kind: EntityKind, data: st.DataObject) -> None:
    record = SourceRecord(
        source=ERP,
        entity=data.draw(entities_of(TYPE_OF_KIND[kind])),
        version="v1",
        stamp=1,
        observed_at=data.draw(TIMES),
    )
    gone = DeletedRecord(source=ERP, ref=record.ref, stamp=2, observed_at=NOW)
    page = Page(records=(record,), rejected=(), deleted=(gone,), cursor="1", more=False)
    body = encode_page(page, as_of=NOW)
    assert decode_page(body, source=ERP, stream=StreamSpec(name="all", kinds=(kind,))) == page
    assert set(msgspec.json.decode(body)["records"][0]["entity"]) == {f.name for f in fields(record.entity)}


@pytest.mark.parametrize("kind", sorted(set(EntityKind) - set(TYPE_OF_KIND)))
def test_what_has_no_records_does_not_travel(kind: EntityKind) -> None:
    with pytest.raises(BadValueError, match=f"carries {kind}, which has no records"):
        StreamSpec(name="all", kinds=(kind,))
    gone = {"kind": kind, "id": "MEM|A-01", "stamp": 1, "observed_at": NOW}
    body = msgspec.json.encode(
        {"as_of": NOW, "records": [], "rejected": [], "deleted": [gone], "cursor": "1", "more": False}
    )
    stream = StreamSpec(name="stock", kinds=(EntityKind.INVENTORY_POSITION,))
    got = decode_page(body, source=ERP, stream=stream)
    assert got.deleted == ()
    assert [each.message for each in got.rejected] == [f"{kind} is not a kind of record."]


def orders_page(pages: list[tuple[SourceName, StreamSpec, Page]]) -> tuple[StreamSpec, Page]:
    return next((stream, page) for _, stream, page in pages if stream.name == "orders")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("entity", "order_id"), None),
        (("entity", "number"), ""),
        (("entity", "total_cents"), "12"),
        (("entity", "total_cents"), 12.5),
        (("entity", "ordered_at"), "2026-11-22T14:00:00"),
        (("entity", "status"), "lost"),
        (("entity", "ship_to"), []),
        (("entity",), None),
        (("kind",), "spaceship"),
        (("kind",), "lane"),
        (("stamp",), -1),
        (("version",), ""),
        (("observed_at",), "yesterday"),
        (("extra",), 1),
    ],
)
def test_a_bad_record_is_rejected_and_the_rest_is_kept(
    pages: list[tuple[SourceName, StreamSpec, Page]], path: tuple[str, ...], value: object
) -> None:
    stream, page = orders_page(pages)
    tree = msgspec.json.decode(encode_page(page, as_of=NOW))
    index = next(i for i, r in enumerate(tree["records"]) if r["kind"] == "sales_order")
    branch = tree["records"][index]
    for name in path[:-1]:
        branch = branch[name]
    branch[path[-1]] = value
    got = decode_page(msgspec.json.encode(tree), source=ERP, stream=stream)
    kept = page.records[:index] + page.records[index + 1 :]
    assert got.records == kept
    assert len(got.rejected) == 1
    assert got.rejected[0].raw == msgspec.json.encode(tree["records"][index])
    assert got.rejected[0].message
    assert got.cursor == page.cursor


def test_a_missing_field_is_rejected_under_its_id(
    pages: list[tuple[SourceName, StreamSpec, Page]],
) -> None:
    stream, page = orders_page(pages)
    tree = msgspec.json.decode(encode_page(page, as_of=NOW))
    del tree["records"][0]["entity"]["requested_at"]
    got = decode_page(msgspec.json.encode(tree), source=ERP, stream=stream)
    assert got.rejected[0].external_id == page.records[0].ref.entity_id
    assert "requested_at" in got.rejected[0].message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"records": 3}',
        b"<html>",
        b'{"as_of":"2026-11-22T14:00:00","records":[],"rejected":[],"deleted":[],"cursor":"","more":false}',
        b"[" * 50_000,
    ],
)
def test_a_page_that_is_none_is_bad_input(body: bytes) -> None:
    stream = StreamSpec(name="orders", kinds=(EntityKind.SALES_ORDER,))
    with pytest.raises(BadInputError):
        decode_page(body, source=ERP, stream=stream)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_page_or_a_known_error(body: bytes) -> None:
    stream = StreamSpec(name="orders", kinds=(EntityKind.SALES_ORDER,))
    with pytest.raises(BadInputError):
        decode_page(body, source=ERP, stream=stream)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_any_record_is_kept_or_rejected(value: object) -> None:
    stream = StreamSpec(name="orders", kinds=(EntityKind.SALES_ORDER,))
    body = msgspec.json.encode(
        {"as_of": NOW, "records": [value], "rejected": [], "deleted": [], "cursor": "", "more": False}
    )
    got = decode_page(body, source=ERP, stream=stream)
    assert len(got.rejected) == 1
    assert got.rejected[0].raw == msgspec.json.encode(value)


def test_every_command_survives_the_trip(tmp_path: Path) -> None:
    ref = EntityRef(kind=EntityKind.SALES_ORDER, entity_id="SO-1")
    expected = (ExpectedVersion(ref=ref, version="4", fields_sha256="ab"),)
    for verb, action in possible_actions(open_world(tmp_path)).items():
        command = Command(key=f"k-{verb}", source=ERP, action=action, expected=expected, reason="because")
        assert decode_command(encode_command(command), source=ERP) == command


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"key":"k","verb":"explode","action":{}}',
        b'{"key":"k","verb":"release_credit_hold","action":{}}',
        b'{"key":"k","verb":"release_credit_hold","action":{"order_id":"o","also":"this"}}',
        b'{"key":"k","verb":"release_credit_hold","action":{"order_id":"o"},"more":1}',
        b'{"key":"","verb":"release_credit_hold","action":{"order_id":"o"}}',
        b'{"key":"k","verb":"release_credit_hold","action":{"order_id":7}}',
    ],
)
def test_a_command_is_never_guessed(body: bytes) -> None:
    with pytest.raises(BadInputError):
        decode_command(body, source=ERP)


def test_small_answers_survive_the_trip(tmp_path: Path) -> None:
    receipt = Receipt(
        key="k", result=CommandResult.CONFLICT, message="m", upstream_version="3", repeated=True
    )
    manifest = open_world(tmp_path).connector("erp").manifest
    assert decode_receipt(encode_receipt(receipt)) == receipt
    assert decode_probe(encode_probe(receipt)) == receipt
    assert decode_probe(encode_probe(None)) is None
    assert decode_manifest(encode_manifest(manifest)) == manifest
    assert decode_ids(encode_ids(frozenset({"b", "a"}))) == frozenset({"a", "b"})
    assert decode_ids(encode_ids(None)) is None


@pytest.mark.parametrize("body", [b"{}", b"null", b"[]", b'{"receipt": 1}'])
def test_an_answer_that_does_not_say_is_no_probe(body: bytes) -> None:
    with pytest.raises(BadInputError):
        decode_probe(body)
