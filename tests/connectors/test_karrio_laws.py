"""Whatever karrio answers, each shipment is read, left aside for a reason, or rejected with its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.feed_journal import journal_in
from connectors.http import HttpClient, HttpReply
from connectors.karrio.answers import RateSheet, ShipmentPage, decode
from connectors.karrio.client import KarrioClient
from connectors.karrio.connector import KarrioConnector
from domain.errors import BadInputError
from domain.ids import SourceName
from tests.support.living_world import SteppingClock

GOOD: dict[str, Any] = {
    "id": "shp_1",
    "status": "created",
    "created_at": "2026-11-20T08:30:00Z",
    "reference": "SH-1",
    "carrier_id": "midland",
    "service": "ground",
    "selected_rate": {
        "id": "rat_1", "carrier_id": "midland", "service": "ground", "currency": "USD", "total_charge": 95.5,
    },
}  # fmt: skip
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
)
_ANYTHING = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_SPOILED = st.tuples(st.sampled_from(sorted(GOOD)), _ANYTHING).map(
    lambda change: {**GOOD, change[0]: change[1]}
)


class Mailbag(KarrioClient):
    """Answers the shipments it was given, and no rate sheet."""

    def __init__(self, shipments: list[bytes]) -> None:
        super().__init__(HttpClient("http://127.0.0.1:9"))
        self._shipments = shipments

    def created_since(self, since: datetime) -> Iterator[bytes]:
        del since
        return iter(self._shipments)

    def rate_sheets(self) -> Iterator[RateSheet]:
        return iter(())


@settings(max_examples=150, deadline=None)
@given(st.lists(_SPOILED | _ANYTHING, max_size=4))
def test_no_shipment_hides_another_and_none_is_lost(answers: list[object]) -> None:
    # Infinity is no JSON, but servers write numbers beyond all bounds all the same.
    raw = [msgspec.json.encode(each).replace(b"1.7976931348623157e308", b"1e999") for each in answers]
    good = msgspec.json.encode({**GOOD, "id": "shp_good", "reference": "SH-GOOD"})
    with TemporaryDirectory() as folder:
        client = Mailbag([*raw, good])
        connector = KarrioConnector(
            SourceName("tms"), client, journal=journal_in(Path(folder)), clock=SteppingClock()
        )
        page = connector.changes("bookings", None, 100)
        connector.close()
    assert "shp_good" in {record.ref.entity_id for record in page.records}
    assert {bad.raw for bad in page.rejected} <= set(raw)
    assert all(bad.message for bad in page.rejected)


@pytest.mark.parametrize("beyond", [b"1e999", b"-1e999"])
def test_a_price_beyond_all_bounds_is_rejected_alone(tmp_path: Path, beyond: bytes) -> None:
    bad = msgspec.json.encode(GOOD).replace(b"95.5", beyond)
    client = Mailbag([bad, msgspec.json.encode({**GOOD, "id": "shp_2", "reference": "SH-2"})])
    page = KarrioConnector(
        SourceName("tms"), client, journal=journal_in(tmp_path), clock=SteppingClock()
    ).changes("bookings", None, 100)
    client.close()
    assert [record.ref.entity_id for record in page.records] == ["shp_2"]
    assert [bad.external_id for bad in page.rejected] == ["shp_1"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | _ANYTHING.map(msgspec.json.encode))
def test_an_answer_is_what_it_should_be_or_refused_in_words(body: bytes) -> None:
    reply = HttpReply(status=200, headers={}, body=body, url="http://tms.example/v1/shipments")
    try:
        page = decode(reply, ShipmentPage)
    except BadInputError as error:
        said = error.remedy
    else:
        said = f"{page.count} shipments"
    assert said
