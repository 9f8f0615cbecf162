"""EPCIS 2.0: read strictly, corrected by error declarations, and read back as it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.epcis.document import CONTEXT, read_events, write_events
from connectors.epcis.mapping import CODE_OF_STEP, ID_PREFIX, events_of, read_milestones
from connectors.feed_journal import journal_in
from connectors.http import HttpClient
from connectors.push.connector import PushConnector
from connectors.push.mapping import EPCIS_TYPE
from connectors.service.server import serve_connectors
from domain.errors import BadInputError
from domain.ids import MilestoneId, ShipmentId
from domain.transport import Milestone
from tests.support import facts
from tests.support.living_world import SteppingClock
from tests.support.pushed_events import SOURCE, message, saying
from tests.support.service_site import TOKEN

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def event(event_id: str, step: str = "shipping", **more: Any) -> dict[str, Any]:
    """An event as a warehouse system writes it."""
    return {
        "type": "ObjectEvent",
        "eventID": event_id,
        "action": "OBSERVE",
        "bizStep": step,
        "disposition": "in_transit",
        "epcList": ["urn:epc:id:sscc:0614141.1234567890"],
        "eventTime": "2026-11-22T04:30:00.000-05:00",
        "eventTimeZoneOffset": "-05:00",
        "bizLocation": {"id": "urn:epc:id:sgln:0614141.00777.0"},
        "bizTransactionList": [
            {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0614141000005:PO-7"},
            {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:0614141000005:SH-17"},
        ],
        "example:lane": {"anything": 1},
    } | more


def document(*events: dict[str, Any], **more: Any) -> bytes:
    return msgspec.json.encode(
        {
            "@context": [CONTEXT, {"example": "https://example.org/"}],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-22T10:00:00Z",
            "epcisBody": {"eventList": list(events)},
        }
        | more
    )


@pytest.mark.parametrize(
    "step", ["shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping"]
)
def test_a_shipping_event_is_a_milestone_of_its_shipment(step: str) -> None:
    (found,) = read_milestones(read_events(document(event("e1", step)))).milestones
    assert found == Milestone(
        milestone_id=MilestoneId("epcis-e1"),
        shipment_id=ShipmentId("SH-17"),
        code="picked_up",
        raw_code="shipping",
        reason_code="",
        happened_at=AT,
        place_name="urn:epc:id:sgln:0614141.00777.0",
    )


def test_aggregations_are_milestones_and_transformations_are_none() -> None:
    packed = event(
        "e1", "packing", type="AggregationEvent", action="ADD", parentID="urn:x", childEPCs=["urn:y"]
    )
    del packed["epcList"]
    made = event(
        "e2", "commissioning", type="TransformationEvent", inputEPCList=["urn:a"], outputEPCList=["urn:b"]
    )
    del made["epcList"], made["action"]
    reading = read_milestones(read_events(document(packed, made, event("e3", bizTransactionList=[]))))
    assert [each.code for each in reading.milestones] == ["packed"]
    assert reading.others == 2


def test_an_error_declaration_takes_back_and_names_what_takes_its_place() -> None:
    wrong = event(
        "e1",
        errorDeclaration={
            "declarationTime": "2026-11-22T11:00:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": ["e2"],
        },
    )
    reading = read_milestones(read_events(document(event("e1"), wrong, event("e2", "receiving"))))
    assert reading.withdrawn == ("epcis-e1",)
    (corrective,) = reading.milestones
    assert (corrective.milestone_id, corrective.code, corrective.corrects_id) == (
        "epcis-e2",
        "delivered",
        "epcis-e1",
    )


def test_a_declared_error_is_gone_from_the_feed(tmp_path: Path) -> None:
    push = PushConnector(SOURCE, journal=journal_in(tmp_path), clock=SteppingClock())
    sent = msgspec.json.decode(document(event("e1"), event("e3", "departing")))
    push.accept(*message("1", sent, event_type=EPCIS_TYPE))
    assert push.changes("work", None, 9).records[0].ref.entity_id == "epcis-e1"
    declared = event("e1", errorDeclaration={"declarationTime": "2026-11-22T11:00:00Z"})
    push.accept(*message("2", msgspec.json.decode(document(declared)), event_type=EPCIS_TYPE))
    page = push.changes("work", None, 9)
    assert [gone.ref.entity_id for gone in page.deleted] == ["epcis-e1"]
    assert [record.ref.entity_id for record in page.records] == ["epcis-e3"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (document(event("e1", colour="blue")), "colour"),
        (document(event("e1", action="SHIP")), "action"),
        (document(event("e1", eventTime="2026-11-22T04:30:00")), "eventTime"),
        (document(event("e1", eventTimeZoneOffset="5h")), "eventTimeZoneOffset"),
        (document(event("e1", type="SaleEvent")), "SaleEvent"),
        (document(event("e1"), {"type": "ObjectEvent"}), "Event 2"),
        (document(event("e1"), schemaVersion="1.2"), "schemaVersion"),
        (document(event("e1"), epcisBody={}), "eventList"),
        (b"[]", "no EPCIS"),
        (b"<epcis:EPCISDocument/>", "no EPCIS"),
    ],
)
def test_what_breaks_the_standard_is_refused_by_name(bad: bytes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read_events(bad)


def test_an_event_nobody_could_know_again_is_refused() -> None:
    with pytest.raises(BadInputError, match="eventID"):
        read_milestones(read_events(document(event(""))))


@st.composite
def milestones(draw: st.DrawFn) -> Milestone:
    step = draw(st.sampled_from(sorted(CODE_OF_STEP)))
    return Milestone(
        milestone_id=MilestoneId(f"{ID_PREFIX}{draw(st.uuids())}"),
        shipment_id=ShipmentId(draw(st.from_regex(r"[A-Za-z0-9-]{1,12}", fullmatch=True))),
        code=CODE_OF_STEP[step],
        raw_code=step,
        reason_code="",
        happened_at=AT + timedelta(microseconds=draw(st.integers(-(10**14), 10**14))),
        place_name=draw(st.text("abcDE 0-9", max_size=8)),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(milestones(), max_size=5, unique_by=lambda each: each.milestone_id))
def test_what_is_written_is_read_back(given_ones: list[Milestone]) -> None:
    body = write_events(events_of(given_ones, corrected_at=AT), at=AT)
    assert list(read_milestones(read_events(body)).milestones) == given_ones


@settings(max_examples=40, deadline=None)
@given(wrong=milestones(), right=milestones())
def test_a_correction_is_written_as_an_error_declaration(wrong: Milestone, right: Milestone) -> None:
    correction = replace(right, corrects_id=wrong.milestone_id)
    reading = read_milestones(
        read_events(write_events(events_of([wrong, correction], corrected_at=AT), at=AT))
    )
    assert reading.withdrawn == (wrong.milestone_id,)
    assert reading.milestones == (correction,)


def test_a_service_gives_milestones_as_documents(tmp_path: Path) -> None:
    clock = SteppingClock()
    push = PushConnector(SOURCE, journal=journal_in(tmp_path), clock=clock)
    arrived = facts.milestone("m1", code="arrived")
    push.accept(*message("1", saying(arrived, facts.milestone("m2", code="appointment"))))
    service = serve_connectors({"push": push}, token=TOKEN, clock=clock)
    client = HttpClient(service.url_of("push"), headers={"Authorization": f"Bearer {TOKEN}"})
    reply = client.send("GET", "/v1/epcis")
    (found,) = read_milestones(read_events(reply.body)).milestones
    assert (found.shipment_id, found.code, found.happened_at) == (
        arrived.shipment_id,
        "arrived",
        arrived.happened_at,
    )
    cursor = {"cursor": reply.headers["tower-cursor"]}
    again = client.send("GET", "/v1/epcis", query=cursor)
    assert reply.headers["tower-more"] == "false"
    assert len(read_events(again.body)) <= 1

    noticed = arrived.happened_at + timedelta(hours=2)
    right = facts.milestone("m3", code="departed", happened_at=noticed)
    push.accept(*message("2", saying(replace(right, corrects_id="m1", received_at=noticed))))
    later = [client.send("GET", "/v1/epcis", query=cursor).body for _ in range(2)]
    events = {event.event_id: event for event in read_events(later[0])}
    declared = events["m1"].error_declaration
    assert declared is not None
    assert (declared.declaration_time, declared.corrective_event_ids) == (noticed, ["m3"])
    assert events["m1"].event_time == arrived.happened_at
    assert events["m3"].error_declaration is None
    assert read_events(later[0]) == read_events(later[1])
    client.close()
    service.close()
