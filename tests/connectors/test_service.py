"""The connector service over a real server on loopback: the contract, its description, its limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from connectors.service.application import make_application
from connectors.service.server import serve_connectors
from connectors.service_client.connector import ServiceConnector
from connectors.wire import encode_command
from connectors.world.faces import FACES
from domain.commands import ACTION_BY_VERB, CommandResult
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.ids import SourceName
from domain.records import TYPE_OF_KIND
from tests.support.connector_contract import read_all, state_of
from tests.support.living_world import command_for, executions
from tests.support.service_site import TOKEN, ServiceSite, serve, service_site

PATHS = (
    "/v1/manifest",
    "/v1/streams/{stream}/changes",
    "/v1/streams/{stream}/ids",
    "/v1/commands",
    "/v1/commands/{key}/probe",
    "/v1/epcis",
    "/healthz",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ServiceSite]:
    with service_site(tmp_path) as found:
        yield found


@pytest.mark.parametrize("face", FACES)
def test_through_the_service_everything_arrives_unchanged(site: ServiceSite, face: str) -> None:
    near, far = site.world.connector(face), ServiceConnector(SourceName(face), site.http(face))
    for stream in near.manifest.streams:
        here, _ = read_all(near, stream.name, limit=900)
        there, _ = read_all(far, stream.name, limit=900)
        assert state_of(here) == state_of(there)
        assert [r for p in here for r in p.rejected] == [r for p in there for r in p.rejected]
        assert near.ids(stream.name) == far.ids(stream.name)


def test_every_route_and_value_is_described(site: ServiceSite) -> None:
    description = make_application(
        {name: site.world.connector(name) for name in FACES}, token=TOKEN, clock=site.clock
    ).openapi()
    assert set(description["paths"]) == {
        "/health",
        "/metrics",
        *(f"/{face}{path}" for face in FACES for path in PATHS),
    }
    schemas = description["components"]["schemas"]
    for kind in (*TYPE_OF_KIND.values(), *ACTION_BY_VERB.values()):
        assert schemas[kind.__name__]["type"] == "object"
    for operations in description["paths"].values():
        for operation in operations.values():
            assert operation["responses"]["200"]["content"]
            if operation.get("security") != []:
                assert "application/problem+json" in operation["responses"]["401"]["content"]
    for name in references_in(description):
        assert name in schemas


def references_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).removeprefix("#/components/schemas/")
        for part in value.values():
            yield from references_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from references_in(part)


@pytest.mark.parametrize("token", ["none", "wrong", TOKEN + "x", TOKEN[:-1]])
def test_without_the_token_nothing_is_said(site: ServiceSite, token: str) -> None:
    connector = ServiceConnector(SourceName("erp"), site.http(token=token))
    with pytest.raises(RefusedError, match="401"):
        connector.changes("orders", None, 5)
    assert not connector.health().reachable


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("DELETE", "/v1/commands", None, 405),
        ("GET", "/v1/streams/orders/changes?limit=0", None, 422),
        ("GET", "/v1/streams/orders/changes?limit=many", None, 422),
        ("GET", "/v1/streams/orders/changes?cursor=nonsense", None, 400),
        ("GET", "/v1/streams/nowhere/changes", None, 400),
        ("POST", "/v1/commands", b"{}", 422),
        ("POST", "/v1/commands/k/probe", b"{}", 400),
        ("POST", "/v1/commands/k/probe", b"x" * 70_000, 413),
    ],
)
def test_what_is_not_accepted_is_a_problem_document(
    site: ServiceSite, method: str, path: str, body: bytes | None, status: int
) -> None:
    reply = site.http().send(method, path, body=body)
    assert reply.status == status
    assert reply.content_type == "application/problem+json"
    problem = msgspec.json.decode(reply.body)
    assert problem["status"] == status
    assert problem["detail"]


def test_a_command_under_another_key_is_refused(site: ServiceSite) -> None:
    command = command_for(site.world, "release_credit_hold")
    reply = site.http().send(
        "POST", "/v1/commands", headers={"Idempotency-Key": "other"}, body=encode_command(command)
    )
    assert reply.status == 422
    assert executions(site.state_dir, command.key) == 0


def test_a_page_never_exceeds_the_limit_of_the_manifest(site: ServiceSite) -> None:
    connector = ServiceConnector(SourceName("supplier"), site.http("supplier"))
    page = connector.changes("inbound", None, 100_000)
    assert len(page.records) + len(page.rejected) + len(page.deleted) <= connector.manifest.page_limit


def test_the_manifest_is_remembered_on_disk(site: ServiceSite, tmp_path: Path) -> None:
    kept = tmp_path / "kept" / "erp.json"
    first = ServiceConnector(SourceName("erp"), site.http(), manifest_file=kept).manifest
    assert first.credentials == ("token",)
    site.stop()
    assert ServiceConnector(SourceName("erp"), site.http(), manifest_file=kept).manifest == first
    with pytest.raises(UnavailableError):
        _ = ServiceConnector(SourceName("erp"), site.http()).manifest


def test_a_command_to_a_stopped_service_did_not_happen(site: ServiceSite) -> None:
    connector = ServiceConnector(SourceName("erp"), site.http())
    command = command_for(site.world, "release_credit_hold")
    site.stop()
    with pytest.raises(UnavailableError):
        connector.submit(command)
    site.start()
    assert connector.probe(command) is None
    assert connector.submit(command).result is CommandResult.SUCCEEDED


def test_a_silent_portal_takes_no_command(site: ServiceSite) -> None:
    connector = ServiceConnector(SourceName("supplier"), site.http("supplier"))
    command = command_for(site.world, "expedite_supply", source="supplier")
    site.clock.move(hours=7, minutes=10)
    with pytest.raises(UnavailableError, match="portal"):
        connector.submit(command)


def test_a_taken_port_is_said(site: ServiceSite) -> None:
    with pytest.raises(UnavailableError, match=str(site.port)):
        serve(site.world, site.clock, site.port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "erp.example"])  # noqa: S104 - it must be refused
def test_no_listening_beyond_loopback_without_tls(site: ServiceSite, host: str) -> None:
    with pytest.raises(RefusedError, match="without TLS"):
        serve_connectors({}, token=TOKEN, clock=site.clock, host=host)


def test_a_short_token_is_refused(site: ServiceSite) -> None:
    with pytest.raises(BadInputError, match="token"):
        serve_connectors({}, token="short", clock=site.clock)
