"""Events pushed over HTTP: read in either mode, kept once, refused when they are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.feed_journal import journal_in
from connectors.http import HttpClient, HttpReply
from connectors.push.connector import PushConnector
from connectors.push.events import event_of
from connectors.service.parts import ServiceParts
from connectors.service.server import serve_connectors
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.inventory import InventoryPosition
from tests.support.living_world import SteppingClock
from tests.support.pushed_events import HAPPENED, SOURCE, Message, gone, message, saying, stock
from tests.support.service_site import TOKEN


@pytest.fixture
def push(tmp_path: Path) -> PushConnector:
    return PushConnector(SOURCE, journal=journal_in(tmp_path), clock=SteppingClock())


@pytest.fixture
def client(push: PushConnector) -> Iterator[HttpClient]:
    clock = SteppingClock()
    service = serve_connectors(
        {"push": push}, token=TOKEN, clock=clock, parts=ServiceParts(inlets={"push": push})
    )
    found = HttpClient(service.url_of("push"))
    yield found
    found.close()
    service.close()


def send(client: HttpClient, event: Message, token: str = TOKEN) -> HttpReply:
    headers, body = event
    return client.send(
        "POST", "/v1/events", headers=headers | {"Authorization": f"Bearer {token}"}, body=body
    )


def held(push: PushConnector) -> dict[str, int]:
    page = push.changes("stock", None, 100)
    positions = [r.entity for r in page.records if isinstance(r.entity, InventoryPosition)]
    return {each.item_id: each.on_hand_quantity for each in positions}


@pytest.mark.parametrize("structured", [False, True])
def test_an_event_becomes_its_record_in_either_mode(
    push: PushConnector, client: HttpClient, structured: bool
) -> None:
    reply = send(client, message("1", saying(stock("a", 5), stock("b", 6)), structured=structured))
    assert (reply.status, msgspec.json.decode(reply.body)) == (200, {"new": 1, "known": 0})
    assert [r.entity for r in push.changes("stock", None, 9).records] == [stock("a", 5), stock("b", 6)]


def test_an_event_that_comes_again_changes_nothing(
    push: PushConnector, client: HttpClient, tmp_path: Path
) -> None:
    first = message("1", saying(stock("a", 5)))
    send(client, first)
    send(client, message("2", saying(stock("a", 7))))
    page = push.changes("stock", None, 9)
    assert msgspec.json.decode(send(client, first).body) == {"new": 0, "known": 1}
    assert push.changes("stock", None, 9) == page
    again = PushConnector(SOURCE, journal=journal_in(tmp_path), clock=SteppingClock())
    assert again.accept(*first) == (0, 1)
    assert again.changes("stock", None, 9) == page
    assert again.accept(*message("1", saying(stock("a", 8)), source="https://other.example")) == (1, 0)
    assert held(again) == {"a": 8}


def test_an_event_that_comes_too_late_does_not_undo_a_newer_one(push: PushConnector, tmp_path: Path) -> None:
    push.accept(*message("2", saying(stock("a", 7)), at=HAPPENED))
    push.accept(*message("1", saying(stock("a", 5), stock("b", 1)), at=HAPPENED - timedelta(minutes=1)))
    assert held(push) == {"a": 7, "b": 1}
    again = PushConnector(SOURCE, journal=journal_in(tmp_path), clock=SteppingClock())
    again.accept(*message("0", gone(EntityKind.INVENTORY_POSITION, "a"), at=HAPPENED - timedelta(hours=1)))
    assert held(again) == {"a": 7, "b": 1}


def test_what_is_gone_there_is_gone_here(push: PushConnector) -> None:
    push.accept(*message("1", saying(stock("a", 5), stock("b", 5))))
    cursor = push.changes("stock", None, 9).cursor
    push.accept(*message("2", gone(EntityKind.INVENTORY_POSITION, "a")))
    page = push.changes("stock", cursor, 9)
    assert [each.ref.entity_id for each in page.deleted] == ["a"]
    assert held(push) == {"b": 5}


def test_of_several_events_taken_at_once_the_last_word_counts(push: PushConnector) -> None:
    events = [
        event_of(*message("1", saying(stock("a", 5)))),
        event_of(*message("2", gone(EntityKind.INVENTORY_POSITION, "a"))),
        event_of(*message("1", saying(stock("a", 5)))),
        event_of(*message("3", saying(stock("b", 1)))),
        event_of(*message("4", saying(stock("b", 2)))),
    ]
    assert push.take(events) == (4, 1)
    assert held(push) == {"b": 2}


def test_a_field_nobody_knows_is_kept_aside_with_its_name(push: PushConnector) -> None:
    strange = saying(stock("a", 5))
    strange["entity"]["colour"] = "blue"
    assert push.accept(*message("1", strange)) == (1, 0)
    push.accept(*message("2", {"kind": "order_line"}, event_type="org.example.else"))
    (bad,) = push.changes("stock", None, 9).rejected
    assert "colour" in bad.message
    assert b"blue" in bad.raw
    (other,) = push.changes("orders", None, 9).rejected
    assert "org.example.else" in other.message


@pytest.mark.parametrize("token", ["none", "wrong-but-of-good-length"])
def test_without_the_token_no_event_is_taken(push: PushConnector, client: HttpClient, token: str) -> None:
    assert send(client, message("1", saying(stock("a", 5))), token).status == 401
    assert not held(push)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"", 400),
        ({"Content-Type": "application/cloudevents+json"}, b'{"id": 1}', 400),
        ({"Content-Type": "application/cloudevents+json"}, b"[]", 400),
        ({"ce-id": "1", "ce-type": "t"}, b"{}", 400),
        ({"ce-id": "", "ce-type": "t", "ce-source": "s", "ce-specversion": "1.0"}, b"{}", 400),
        ({"ce-id": "1", "ce-type": "t", "ce-source": "s", "ce-specversion": "1.0"}, b"x" * 1_100_000, 413),
    ],
)
def test_what_is_no_event_is_refused(
    push: PushConnector, client: HttpClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    assert send(client, (headers, body)).status == status
    assert not push.changes("master", None, 9).rejected


NAMES = st.sampled_from(["ce-id", "ce-type", "ce-source", "ce-specversion", "ce-time", "content-type"])


@settings(max_examples=150, deadline=None)
@given(headers=st.dictionaries(NAMES, st.text(max_size=12)), body=st.binary(max_size=60))
def test_any_bytes_are_an_event_or_refused(headers: dict[str, str], body: bytes) -> None:
    try:
        event = event_of(headers, body)
    except BadInputError:
        return
    assert event.source
    assert event.event_id
