"""The hub's manners: problems, limits, entries in flight, events as they come, and what OpenAPI says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from app.hub.application import build_app
from app.hub.client import HubEntry
from app.hub.http_signature import hub_tag, signed_headers
from app.hub.hub_log import HubLog
from app.hub.listener import HubListener
from app.hub.rate_limit import DEVICE, ENROLMENT, Limiter, Rate, TooManyError
from app.hub.server import HubServer
from app.hub.wire import IDEMPOTENCY_HEADER, from_text
from connectors.http import HttpClient, HttpReply
from domain.errors import UnavailableError
from tests.hub.test_hub_http import TRUST, post, problem
from tests.support.approval_desk import Desk, TurnedClock
from tests.support.hub_site import Site, hub_key, hub_settings, running_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path) as site:
        yield site


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    desk = site.desk()
    yield desk
    desk.close()


def get(site: Site, desk: Desk, target: str) -> HttpReply:
    key = desk.people["a.moreno"].key
    headers = signed_headers(key, hub_tag(hub_key().public), "GET", target, site.clock.now())
    return site.http.send("GET", target, headers=headers)


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/nowhere", (404, "absent")),
        ("DELETE", "/v1/entries", (405, "method_not_allowed")),
        ("GET", "/v1/feed?after=x", (422, "malformed")),
        ("GET", "/v1/feed?after=-2", (422, "malformed")),
        ("GET", "/v1/feed?wait=inf", (422, "malformed")),
        ("GET", "/v1/feed?limit=0", (422, "malformed")),
        ("GET", "/v1/entries/99999999999999999999999", (422, "malformed")),
        ("GET", "/v1/consistency?sizes=x", (400, "malformed")),
        ("GET", "/v1/root", (404, "absent")),
        ("GET", "/tile/9/x", (404, "absent")),
        ("POST", "/v1/witness", (400, "malformed")),
        ("POST", "/v1/enrolments", (400, "malformed")),
    ],
)
def test_every_error_is_a_problem_document(
    site: Site, method: str, target: str, expected: tuple[int, str]
) -> None:
    assert problem(site.http.send(method, target, body=b"{}" if method == "POST" else None)) == expected


def test_a_fault_is_a_problem_that_says_nothing_of_the_inside(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: HubLog) -> str:
        raise RuntimeError("the secret of the inside")

    monkeypatch.setattr(HubLog, "checkpoint", fail)
    reply = site.http.send("GET", "/checkpoint")
    assert problem(reply) == (500, "fault")
    assert b"secret" not in reply.body


def test_an_index_beyond_the_log_is_absent(site: Site, desk: Desk) -> None:
    assert problem(get(site, desk, f"/v1/entries/{2**53 - 1}")) == (404, "absent")
    assert json.loads(get(site, desk, f"/v1/feed?after={2**53 - 1}").body) == {"entries": []}


def test_the_same_entry_at_the_same_moment_is_in_flight(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on, plain = threading.Event(), threading.Event(), HubLog.record_all
    replies: list[HttpReply] = []

    def slow(self: HubLog, *arguments: Any) -> Any:
        entered.set()
        assert go_on.wait(20)
        return plain(self, *arguments)

    monkeypatch.setattr(HubLog, "record_all", slow)
    entry = desk.propose()
    first = threading.Thread(target=lambda: replies.append(post(site, entry.envelope)))
    first.start()
    assert entered.wait(20)
    with closing(HttpClient(site.server.url, pause=lambda _seconds: None)) as other:
        reply = other.send("POST", "/v1/entries", headers={IDEMPOTENCY_HEADER: "A/1"}, body=entry.envelope)
    assert problem(reply) == (409, "in_flight")
    go_on.set()
    first.join(20)
    assert replies[0].status == 201
    assert post(site, entry.envelope).status == 200


def test_a_bucket_holds_a_burst_and_fills_steadily() -> None:
    now = [0.0]
    limiter = Limiter(Rate(requests=2, seconds=1.0, burst=3), lambda: now[0])
    for _ in range(3):
        limiter.take("a")
    limiter.take("b")
    with pytest.raises(TooManyError) as refused:
        limiter.take("a")
    assert refused.value.retry_after_seconds == 1
    now[0] = 0.5
    limiter.take("a")
    with pytest.raises(TooManyError):
        limiter.take("a")


def test_a_device_that_asks_too_much_is_told_when_to_come_back(tmp_path: Path) -> None:
    settings = replace(hub_settings(tmp_path, TurnedClock()), monotonic=lambda: 0.0, enrolment_token="")
    with HubServer(settings) as server, closing(HttpClient(server.url, pause=lambda _seconds: None)) as http:
        for _ in range(ENROLMENT.burst):
            assert http.send("POST", "/v1/enrolments", body=b"{}").status == 400
        reply = http.send("POST", "/v1/enrolments", body=b"{}")
        assert problem(reply) == (429, "too_many")
        assert reply.headers["retry-after"] == "720"
        assert http.send("GET", "/checkpoint").status == 200, "other requests have their own measure"
    assert DEVICE.burst > DEVICE.requests


def listen(site: Site, desk: Desk, target: str, headers: dict[str, str]) -> Iterator[str]:
    """The lines of an event stream."""
    key = desk.people["a.moreno"].key
    signed = signed_headers(key, hub_tag(hub_key().public), "GET", target, site.clock.now())
    host, port = site.server.url.removeprefix("http://").split(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    connection.request("GET", target, headers={**signed, "Accept": "text/event-stream", **headers})
    answer = connection.getresponse()
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    try:
        while line := answer.readline().decode():
            yield line.rstrip("\n")
    finally:
        answer.close()
        connection.close()


def test_events_come_as_they_are_recorded_and_go_on_after_the_last_id(site: Site, desk: Desk) -> None:
    lines = listen(site, desk, f"/v1/feed?after={TRUST - 1}", {})
    assert next(lines) == ": listening"
    first = desk.propose()
    post(site, first.envelope)
    told = [line for _, line in zip(range(4), lines, strict=False)]
    assert told[1:3] == [f"id: {TRUST}", "event: entry"]
    document = json.loads(told[3].removeprefix("data: "))
    assert from_text(document["envelope"]) == first.envelope
    lines.close()  # type: ignore[attr-defined]
    second = desk.propose(number=2)
    post(site, second.envelope, "A/2")
    again = listen(site, desk, "/v1/feed?after=-1", {"Last-Event-ID": str(TRUST)})
    assert [next(again) for _ in range(3)][2] == f"id: {TRUST + 1}"
    again.close()  # type: ignore[attr-defined]


def test_a_last_id_that_is_none_is_malformed(site: Site, desk: Desk) -> None:
    key = desk.people["a.moreno"].key
    headers = signed_headers(key, hub_tag(hub_key().public), "GET", "/v1/feed", site.clock.now())
    headers |= {"Accept": "text/event-stream", "Last-Event-ID": "x"}
    assert problem(site.http.send("GET", "/v1/feed", headers=headers)) == (400, "malformed")


def test_openapi_says_every_status_of_every_route(tmp_path: Path) -> None:
    described = build_app(hub_settings(tmp_path, TurnedClock())).openapi()["paths"]
    entries = described["/v1/entries"]["post"]["responses"]
    assert set(entries) == {"200", "201", "400", "403", "405", "409", "412", "413", "422", "429", "503"}
    for path, methods in described.items():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                kinds = set(answer["content"])
                assert int(status) < 400 or "application/problem+json" in kinds, (path, status, kinds)


def test_a_desk_hears_of_an_entry_at_once(site: Site, desk: Desk) -> None:
    heard = threading.Event()
    listener = HubListener(site.client(desk), after=TRUST - 1, heard=heard.set)
    assert not heard.is_set()
    post(site, desk.propose().envelope)
    assert heard.wait(20)
    listener.stop()


def test_a_listener_outlives_a_hub_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.hub.listener.PAUSE_SECONDS", 0.01)
    asked = threading.Event()
    calls: list[int] = []

    class Away:
        def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
            calls.append(after)
            if len(calls) > 2:
                asked.set()
            raise UnavailableError(what=f"Away for {wait_seconds} s.", remedy="Wait.")

    listener = HubListener(Away(), after=7, heard=asked.set)
    assert asked.wait(20)
    listener.stop()
    assert set(calls) == {7}
