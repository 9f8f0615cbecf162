"""Whatever a service answers, every row becomes its records or is rejected with its bytes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.http import HttpClient
from connectors.odata.client import ODataClient
from connectors.odata.dialect import Answer, answer_of, body_value, literal, same, stamp_of, stamp_text
from connectors.odata.paging import Cursor, Reading, decode, read_page
from connectors.odata.profiles import ValueType, parse_profile
from connectors.protocol import Page
from domain.errors import BadInputError
from domain.ids import SourceName
from domain.orders import OrderLine, SalesOrder

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SOURCE = SourceName("sap")
PROFILE = parse_profile(
    (resources.files("connectors.odata") / "sap" / "orders.toml").read_text(encoding="utf-8"), "orders.toml"
)
ITEM: dict[str, Any] = {
    "SalesOrder": "4711", "SalesOrderItem": "10", "Material": "A-1", "Plant": "1710",
    "RequestedQuantity": "4", "NetAmount": "10.00", "RequestedDeliveryDate": "/Date(1795132800000)/",
}  # fmt: skip
GOOD: dict[str, Any] = {
    "SalesOrder": "4711", "SoldToParty": "C-1", "OverallSDProcessStatus": "A", "TotalCreditCheckStatus": "A",
    "SalesOrderDate": "/Date(1794960000000)/", "RequestedDeliveryDate": "/Date(1795132800000)/",
    "TransactionCurrency": "USD", "TotalNetAmount": "10.00",
    "LastChangeDate": "/Date(1795000000000+0000)/", "to_Item": {"results": [ITEM]},
}  # fmt: skip
LAST = GOOD | {"SalesOrder": "4799", "to_Item": {"results": [ITEM | {"SalesOrder": "4799"}]}}
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
    | st.sampled_from(["/Date(253402300799999+1439)/", "/Date(-62135596800000-0600)/", "/Date(1)/", "1e999"])
    | st.sampled_from(["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "x+10:00"])
)
_ANYTHING = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
#: The key is what a row is known by; a service that gives none is refused as a whole, and says so.
_SPOILED = st.tuples(st.sampled_from(sorted(set(GOOD) - {"SalesOrder"})), _ANYTHING)
_SPOILED_ITEM = st.tuples(st.sampled_from(sorted(ITEM)), _ANYTHING)


def page_of(rows: list[dict[str, Any]]) -> Page:
    """A whole answer of the service, read as a page."""
    return paged(answer_of(msgspec.json.encode({"d": {"results": rows}}), 2), decode(None, NOW), 100)


def paged(answer: Answer, cursor: Cursor, limit: int) -> Page:
    """A page of an answer that is there."""
    client = ODataClient(HttpClient("http://127.0.0.1:9"))
    return read_page(Reading(client=client, profile=PROFILE, source=SOURCE, now=NOW), cursor, limit, answer)


@given(_SPOILED)
@example(("RequestedDeliveryDate", "/Date(253402300799999+1439)/"))
@example(("LastChangeDate", "x+10:00"))
@example(("LastChangeDate", "0001-01-01T00:00:00+05:00"))
def test_a_spoiled_order_hides_no_other(change: tuple[str, object]) -> None:
    page = page_of([GOOD | dict([change]), LAST])
    assert {"4799", "4799-10"} <= {record.ref.entity_id for record in page.records}
    assert all(bad.message and bad.raw for bad in page.rejected)
    seen = {record.ref.entity_id for record in page.records} | {bad.external_id for bad in page.rejected}
    assert "4711" in seen, "read or rejected, never lost"


@given(_SPOILED_ITEM)
def test_a_spoiled_line_hides_neither_its_order_nor_another(change: tuple[str, object]) -> None:
    items = [ITEM | dict([change]), ITEM | {"SalesOrderItem": "20"}]
    page = page_of([GOOD | {"to_Item": {"results": items}}])
    found = {record.ref.entity_id for record in page.records}
    assert {"4711", "4711-20"} <= found
    assert len(found) + len(page.rejected) == 3 or change[1] == "4711-20"


@given(
    st.integers(1, 10**9),
    st.integers(1, 10**6),
    st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - V2 writes local times
)
def test_what_is_written_is_read_field_by_field(cents: int, quantity: int, changed: datetime) -> None:
    amount = f"{cents // 100}.{cents % 100:02}"
    ticks = f"/Date({(changed.replace(microsecond=0) - datetime(1970, 1, 1)) // timedelta(milliseconds=1)})/"  # noqa: DTZ001 - as above
    line = ITEM | {"RequestedQuantity": str(quantity), "NetAmount": f"{quantity * 25}.00"}
    page = page_of(
        [GOOD | {"TotalNetAmount": amount, "LastChangeDate": ticks, "to_Item": {"results": [line]}}]
    )
    order, item = (record.entity for record in page.records)
    assert isinstance(order, SalesOrder)
    assert isinstance(item, OrderLine)
    assert (order.total_cents, item.ordered_quantity, item.unit_price_cents) == (cents, quantity, 2_500)
    assert {record.observed_at for record in page.records} == {changed.replace(microsecond=0, tzinfo=UTC)}


@given(st.binary(max_size=60), st.integers(0, 600), st.sampled_from([2, 4]))
def test_an_answer_with_other_bytes_in_it_is_read_or_refused(noise: bytes, place: int, version: int) -> None:
    document = {"d": {"results": [GOOD]}} if version == 2 else {"value": [GOOD]}
    body = msgspec.json.encode(document)
    spoiled = body[:place] + noise + body[place + len(noise) :]
    rows: tuple[object, ...] | None = None
    with suppress(BadInputError):
        rows = answer_of(spoiled, version).rows
    assert rows is None or all(isinstance(row, dict) for row in rows)


@given(st.text(max_size=40))
def test_a_cursor_of_anybody_else_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="no cursor"):
        decode(text, NOW)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["datetime", "datetimeoffset"]))
def test_an_instant_that_is_written_is_the_one_that_is_found(moment: datetime, kind: ValueType) -> None:
    moment = moment.replace(microsecond=0)
    for version in (2, 4):
        written = msgspec.json.encode({"value": [{"at": body_value(moment.isoformat(), kind, version)}]})
        held = answer_of(written, 4).rows[0]["at"]
        assert same(held, moment.isoformat(), kind)
        assert stamp_of(held) == moment
        assert moment.replace(tzinfo=None).isoformat() in literal(stamp_text(held), kind, version)


@pytest.mark.parametrize("stamp", [None, "", "x+10:00", "/Date(253402300799999+1439)/"])
def test_a_last_row_whose_place_nobody_can_tell_is_refused_in_words(stamp: str | None) -> None:
    with pytest.raises(BadInputError, match="has no LastChangeDate"):
        page_of([GOOD, LAST | {"LastChangeDate": stamp}])
