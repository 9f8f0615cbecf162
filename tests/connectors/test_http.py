"""The HTTP client: every way to fail becomes a known error that says whether the request left."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.http import HttpClient, HttpUnavailableError, StatusClass, classify, error_of
from domain.errors import BadInputError, ConflictError, RefusedError, UnavailableError
from tests.support.chaos_server import HANGS, HTML, ChaosAnswer, ChaosServer, chaos, refused_address

ClientMaker = Callable[..., HttpClient]


@pytest.fixture
def client_of() -> Iterator[ClientMaker]:
    """Makes clients that do not wait between tries, and closes them."""
    made: list[HttpClient] = []

    def make(address: str, **settings: Any) -> HttpClient:
        settings.setdefault("pause", lambda _: None)
        made.append(HttpClient(address, **settings))
        return made[-1]

    yield make
    for client in made:
        client.close()


def test_an_answer_comes_back_whole(client_of: ClientMaker) -> None:
    with chaos(ChaosAnswer(status=201, body=b'{"a": 1}')) as server:
        reply = client_of(server.address).send("POST", "/x", body=b"hello", query={"q": "1"})
    assert (reply.status, reply.json()) == (201, {"a": 1})
    assert server.requests[0].path == "/x?q=1"
    assert server.requests[0].body == b"hello"


def test_nobody_listening_means_the_request_never_left(client_of: ClientMaker) -> None:
    with pytest.raises(HttpUnavailableError) as caught:
        client_of(refused_address()).send("POST", "/x")
    assert not caught.value.request_may_have_left
    assert "cannot be reached" in caught.value.what


def test_no_answer_in_time_means_the_request_may_have_left(client_of: ClientMaker) -> None:
    with chaos(HANGS) as server, pytest.raises(HttpUnavailableError) as caught:
        client_of(server.address, read_seconds=0.2).send("POST", "/x")
    assert caught.value.request_may_have_left
    assert "in time" in caught.value.what


def test_an_answer_that_drips_is_given_up(client_of: ClientMaker) -> None:
    seconds = iter(range(0, 10_000, 70))
    with (
        chaos(ChaosAnswer(body=b"x" * 10)) as server,
        pytest.raises(HttpUnavailableError, match="too slowly"),
    ):
        client_of(server.address, read_seconds=30, monotonic=lambda: next(seconds)).send("POST", "/x")


def test_half_a_body_is_no_answer(client_of: ClientMaker) -> None:
    with (
        chaos(ChaosAnswer(body=b'{"records": []}', cut_after=5)) as server,
        pytest.raises(HttpUnavailableError) as caught,
    ):
        client_of(server.address).send("POST", "/x")
    assert caught.value.request_may_have_left


def failing_twice(server_answer: ChaosAnswer) -> tuple[list[int], ChaosServer]:
    count = [0]

    def answer(_: object) -> ChaosAnswer:
        count[0] += 1
        return server_answer if count[0] < 3 else ChaosAnswer(body=b"[]")

    return count, ChaosServer(answer)


@pytest.mark.parametrize(
    "trouble",
    [
        ChaosAnswer(status=503),
        ChaosAnswer(status=429, headers={"Retry-After": "2"}),
        ChaosAnswer(cut_after=1),
    ],
    ids=["503", "429", "cut"],
)
def test_reading_is_tried_three_times(client_of: ClientMaker, trouble: ChaosAnswer) -> None:
    count, server = failing_twice(trouble)
    reply = client_of(server.address).send("GET", "/x")
    server.close()
    assert reply.status == 200
    assert count == [3]


def test_writing_is_never_repeated_by_itself(client_of: ClientMaker) -> None:
    count, server = failing_twice(ChaosAnswer(status=503))
    reply = client_of(server.address).send("POST", "/x")
    server.close()
    assert reply.status == 503
    assert count == [1]


def test_the_pause_is_what_the_other_side_asks_for(client_of: ClientMaker) -> None:
    pauses: list[float] = []
    with chaos(ChaosAnswer(status=429, headers={"Retry-After": "3"})) as server:
        client_of(server.address, pause=pauses.append).send("GET", "/x")
    assert pauses == [3.0, 3.0]


def test_a_long_pause_is_left_to_the_caller(client_of: ClientMaker) -> None:
    with chaos(ChaosAnswer(status=429, headers={"Retry-After": "900"})) as server:
        reply = client_of(server.address).send("GET", "/x")
    error = error_of(reply, doing="Reading")
    assert isinstance(error, HttpUnavailableError)
    assert error.retry_after_seconds == 900
    assert len(server.requests) == 1


def test_a_web_page_is_no_json(client_of: ClientMaker) -> None:
    with chaos(HTML) as server:
        reply = client_of(server.address).send("GET", "/x")
    with pytest.raises(BadInputError, match="a web page where JSON was expected") as caught:
        reply.json()
    assert server.address in caught.value.what


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":', b"\xff\xfe", b"[" * 100_000])
def test_broken_json_is_bad_input(client_of: ClientMaker, body: bytes) -> None:
    with chaos(ChaosAnswer(body=body)) as server:
        reply = client_of(server.address).send("GET", "/x")
    with pytest.raises(BadInputError, match="cannot be read"):
        reply.json()


def test_redirects_are_not_followed(client_of: ClientMaker) -> None:
    with chaos(ChaosAnswer(status=302, headers={"Location": "http://127.0.0.1:1/"})) as server:
        reply = client_of(server.address).send("GET", "/x")
    assert reply.status_class is StatusClass.REJECTED


def test_a_body_beyond_the_limit_is_refused(client_of: ClientMaker) -> None:
    with chaos(ChaosAnswer(body=b"x" * 3_000_000)) as server:
        small = client_of(server.address, max_body_bytes=2_000_000)
        with pytest.raises(BadInputError, match="more than"):
            small.send("GET", "/x")


def test_a_compression_bomb_is_refused(client_of: ClientMaker) -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    with (
        chaos(ChaosAnswer(body=bomb, headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(BadInputError, match="200 times"),
    ):
        client_of(server.address).send("GET", "/x")


def test_a_body_that_does_not_unpack_is_refused(client_of: ClientMaker) -> None:
    answer = ChaosAnswer(body=b"not gzip", headers={"Content-Encoding": "gzip"})
    with chaos(answer) as server, pytest.raises(BadInputError, match="decompressed"):
        client_of(server.address).send("GET", "/x")


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (200, StatusClass.OK),
        (204, StatusClass.OK),
        (301, StatusClass.REJECTED),
        (400, StatusClass.REJECTED),
        (401, StatusClass.REAUTHENTICATE),
        (403, StatusClass.REJECTED),
        (404, StatusClass.REJECTED),
        (408, StatusClass.RETRY),
        (409, StatusClass.CONFLICT),
        (412, StatusClass.CONFLICT),
        (413, StatusClass.REJECTED),
        (422, StatusClass.REJECTED),
        (429, StatusClass.RATE_LIMITED),
        (500, StatusClass.RETRY),
        (501, StatusClass.REJECTED),
        (502, StatusClass.RETRY),
        (503, StatusClass.RETRY),
        (504, StatusClass.RETRY),
    ],
)
def test_the_table_of_statuses(status: int, wanted: StatusClass) -> None:
    assert classify(status) is wanted


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (401, RefusedError),
        (403, RefusedError),
        (409, ConflictError),
        (429, UnavailableError),
        (500, UnavailableError),
    ],
)
def test_each_status_is_a_known_error(client_of: ClientMaker, status: int, wanted: type[Exception]) -> None:
    problem = b'{"title": "no", "detail": "because of the moon"}'
    with chaos(ChaosAnswer(status=status, body=problem, content_type="application/problem+json")) as server:
        reply = client_of(server.address).send("POST", "/x")
    error = error_of(reply, doing="Trying")
    assert isinstance(error, wanted)
    assert "because of the moon" in str(error)


def test_a_stray_character_in_a_credential_is_said(client_of: ClientMaker) -> None:
    with chaos(ChaosAnswer()) as server:
        client = client_of(server.address, headers={"Authorization": "Bearer "})
        with pytest.raises(BadInputError, match="stray characters"):
            client.send("GET", "/x")


@pytest.mark.parametrize("address", ["", "erp.example", "ftp://x/", "http://", "http://[::1"])
def test_a_wrong_address_is_said(address: str) -> None:
    with pytest.raises(BadInputError, match="no address"):
        HttpClient(address)


def test_a_wrong_certificate_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="certificate file"):
        HttpClient("https://erp.example", ca_file=tmp_path / "none.pem")
