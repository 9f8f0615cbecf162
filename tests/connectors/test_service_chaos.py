"""What the desktop makes of a connector service that misbehaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from connectors.http import HttpClient
from connectors.protocol import Manifest, Page
from connectors.service_client.connector import ServiceConnector
from connectors.wire import encode_manifest, encode_receipt
from connectors.wire_page import encode_page
from domain.commands import Command, CommandResult, Receipt, ReleaseCreditHold
from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError
from domain.ids import OrderId, SourceName
from tests.support.chaos_server import HANGS, HTML, ChaosAnswer, ChaosRequest, ChaosServer
from tests.support.living_world import FIRST_OPENED, open_world

ERP = SourceName("erp")
COMMAND = Command(key="act-1", source=ERP, action=ReleaseCreditHold(order_id=OrderId("SO-1")))
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, Page]:
    """A good manifest and a good page to spoil."""
    face = open_world(tmp_path_factory.mktemp("world")).connector("erp")
    return face.manifest, face.changes("orders", None, 40)


Misbehaving = Callable[[ChaosAnswer], tuple[ServiceConnector, ChaosServer]]


@pytest.fixture
def misbehaving(erp: tuple[Manifest, Page]) -> Iterator[Misbehaving]:
    """Makes a connector to a service that offers a good manifest and then answers as given."""
    cleanup: list[Callable[[], None]] = []

    def make(answer: ChaosAnswer) -> tuple[ServiceConnector, ChaosServer]:
        def reply(request: ChaosRequest) -> ChaosAnswer:
            if request.path.endswith("/v1/manifest"):
                return ChaosAnswer(body=encode_manifest(erp[0]))
            return answer

        server = ChaosServer(reply)
        client = HttpClient(server.address, read_seconds=0.3, pause=lambda _: None)
        cleanup.extend((server.close, client.close))
        return ServiceConnector(ERP, client), server

    yield make
    for close in cleanup:
        close()


def body_of(page: Page) -> bytes:
    return encode_page(page, as_of=FIRST_OPENED)


@pytest.mark.parametrize(
    ("answer", "wanted", "words"),
    [
        (HANGS, UnavailableError, "in time"),
        (HTML, BadInputError, "a web page"),
        (
            ChaosAnswer(body=b'{"records": [', content_type="application/json"),
            BadInputError,
            "cannot be read",
        ),
        (ChaosAnswer(body=b'{"records": []}', cut_after=6), UnavailableError, "broke off"),
        (ChaosAnswer(body=b"[]"), BadInputError, "cannot be read"),
        (ChaosAnswer(body=b"{}"), BadInputError, "cannot be read"),
        (ChaosAnswer(body=b""), BadInputError, "cannot be read"),
        (ChaosAnswer(status=302, headers={"Location": "/login"}), RefusedError, "302"),
        (ChaosAnswer(status=401), RefusedError, "credentials"),
        (ChaosAnswer(status=403), RefusedError, "403"),
        (ChaosAnswer(status=404), RefusedError, "404"),
        (ChaosAnswer(status=429, headers={"Retry-After": "1"}), UnavailableError, "fewer requests"),
        (ChaosAnswer(status=500), UnavailableError, "500"),
        (ChaosAnswer(status=503), UnavailableError, "503"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_bad_answer_is_a_known_error_with_a_reason(
    misbehaving: Misbehaving, answer: ChaosAnswer, wanted: type[TowerError], words: str
) -> None:
    connector, _ = misbehaving(answer)
    with pytest.raises(wanted) as caught:
        connector.changes("orders", None, 10)
    assert words in str(caught.value)
    health = connector.health()
    assert not health.reachable
    assert health.why


def test_after_half_a_page_the_whole_page_comes(misbehaving: Misbehaving, erp: tuple[Manifest, Page]) -> None:
    whole = ChaosAnswer(body=body_of(erp[1]))
    connector, server = misbehaving(whole)
    good = server.answer
    assert callable(good)
    asked: list[str] = []

    def half_first(request: ChaosRequest) -> ChaosAnswer:
        asked.append(request.path)
        is_first = len([path for path in asked if "changes" in path]) == 1
        return ChaosAnswer(body=whole.body, cut_after=len(whole.body) // 2) if is_first else good(request)

    assert connector.manifest == replace(erp[0], credentials=("token",))
    server.answer = half_first
    assert connector.changes("orders", None, 40) == erp[1]
    assert len(asked) == 2


def test_the_rest_of_a_page_is_kept(misbehaving: Misbehaving, erp: tuple[Manifest, Page]) -> None:
    tree = msgspec.json.decode(body_of(erp[1]))
    del tree["records"][3]["entity"]["promised_at"]
    tree["records"][5] = "not a record"
    tree["records"][9]["entity"] = None
    connector, _ = misbehaving(ChaosAnswer(body=msgspec.json.encode(tree)))
    page = connector.changes("orders", None, 40)
    bad = {3, 5, 9}
    assert page.records == tuple(r for index, r in enumerate(erp[1].records) if index not in bad)
    assert len(page.rejected) == len(bad)
    assert page.cursor == erp[1].cursor


@pytest.mark.parametrize(
    "answer",
    [
        HANGS,
        HTML,
        ChaosAnswer(cut_after=1),
        ChaosAnswer(body=b"{}"),
        ChaosAnswer(body=encode_receipt(Receipt(key="another", result=CommandResult.SUCCEEDED))),
        ChaosAnswer(status=500),
        ChaosAnswer(status=502, body=b"<html>", content_type="text/html"),
        ChaosAnswer(status=503, body=b"<html>", content_type="text/html"),
        ChaosAnswer(status=404, body=b"<html>", content_type="text/html"),
        ChaosAnswer(status=302, headers={"Location": "/"}),
        ChaosAnswer(status=500, body=b'{"detail":"x"}', content_type=PROBLEM),
    ],
)
def test_a_command_whose_answer_is_lost_is_unknown(misbehaving: Misbehaving, answer: ChaosAnswer) -> None:
    connector, server = misbehaving(answer)
    receipt = connector.submit(COMMAND)
    assert receipt.result is CommandResult.UNKNOWN
    assert receipt.message
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (ChaosAnswer(status=503, body=b'{"detail":"x"}', content_type=PROBLEM), UnavailableError),
        (ChaosAnswer(status=429), UnavailableError),
        (ChaosAnswer(status=401), RefusedError),
        (ChaosAnswer(status=403, body=b'{"detail":"x"}', content_type=PROBLEM), RefusedError),
    ],
)
def test_a_command_the_service_turned_away_did_not_happen(
    misbehaving: Misbehaving, answer: ChaosAnswer, wanted: type[TowerError]
) -> None:
    connector, _ = misbehaving(answer)
    with pytest.raises(wanted):
        connector.submit(COMMAND)


def test_a_command_the_service_does_not_understand_is_rejected(misbehaving: Misbehaving) -> None:
    answer = ChaosAnswer(status=400, body=b'{"detail":"no such verb"}', content_type=PROBLEM)
    connector, _ = misbehaving(answer)
    receipt = connector.submit(COMMAND)
    assert receipt.result is CommandResult.REJECTED
    assert "no such verb" in receipt.message


@pytest.mark.parametrize(
    "answer", [HANGS, HTML, ChaosAnswer(body=b"{}"), ChaosAnswer(status=500), ChaosAnswer(cut_after=1)]
)
def test_a_probe_without_a_clear_answer_says_so(misbehaving: Misbehaving, answer: ChaosAnswer) -> None:
    connector, _ = misbehaving(answer)
    with pytest.raises(UnavailableError):
        connector.probe(COMMAND)


def test_a_service_that_offers_no_manifest_is_refused(tmp_path: Path) -> None:
    server = ChaosServer(ChaosAnswer(body=b'{"system": "x"}'))
    client = HttpClient(server.address, pause=lambda _: None)
    with pytest.raises(BadInputError, match="manifest"):
        ServiceConnector(ERP, client, manifest_file=tmp_path / "m.json").changes("orders", None, 5)
    client.close()
    server.close()
