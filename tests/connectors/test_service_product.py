"""The connector service as desktops and administrators meet it: callers, commands once, health, figures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import msgspec
import pytest

from app.known_devices import KnownDevices, device_line, signing_with
from app.signing.keys import KeyOwner, SigningKey, new_key
from app.store.command_log import SqlCommandLog
from connectors.http import HttpClient, HttpReply
from connectors.outgoing_request import OutgoingRequest
from connectors.protocol import Connector
from connectors.service.command_gate import (
    CommandGate,
    CommandLog,
    InProgressError,
    KeyReusedError,
    digest_of,
)
from connectors.service.parts import ServiceParts
from connectors.service.server import RunningService, serve_connectors
from connectors.service_client.connector import ServiceConnector
from connectors.wire import encode_command
from connectors.world.world import World
from domain.commands import Command, CommandResult, Receipt, ReleaseCreditHold
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.ids import OrderId, SourceName, UserId
from tests.support.hub_postgresql import postgresql_url, why_not
from tests.support.living_world import SteppingClock, command_for, executions, open_world
from tests.support.service_site import TOKEN

ERP = SourceName("erp")
COMMAND = Command(key="act-1", source=ERP, action=ReleaseCreditHold(order_id=OrderId("SO-1")))


def device(name: str) -> SigningKey:
    key, _ = new_key(KeyOwner(user_id=UserId("executor"), device_id=name), os.urandom)
    return key


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def world(tmp_path: Path, clock: SteppingClock) -> Iterator[World]:
    found = open_world(tmp_path / "world", clock)
    yield found
    found.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(bool(why_not()), reason=why_not()))]
)
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'commands.db'}"
    else:
        with postgresql_url() as url:
            yield url


@pytest.fixture
def log(log_url: str) -> Iterator[SqlCommandLog]:
    found = SqlCommandLog(log_url)
    yield found
    found.close()


def get(service: RunningService, path: str, **headers: str) -> HttpReply:
    client = HttpClient(service.address, headers=headers, pause=lambda _: None)
    try:
        return client.send("GET", path)
    finally:
        client.close()


def test_a_device_signs_its_way_in_and_only_while_it_is_listed(
    world: World, clock: SteppingClock, tmp_path: Path
) -> None:
    key, stranger, listed = device("desk-1"), device("desk-2"), tmp_path / "devices"
    listed.write_text(f"# front office\n{device_line(key.public, key.owner)}\n", encoding="utf-8")
    parts = ServiceParts(devices=KnownDevices(listed, clock).check)
    service = serve_connectors({"erp": world.connector("erp")}, token=TOKEN, clock=clock, parts=parts)
    clients = [
        HttpClient(service.url_of("erp"), headers=signing_with(lambda: key, clock)),
        HttpClient(service.url_of("erp"), headers=signing_with(lambda: stranger, clock)),
    ]
    ours, theirs = (ServiceConnector(ERP, client) for client in clients)
    command = command_for(world, "release_credit_hold")

    assert ours.changes("orders", None, 5).records
    assert ours.submit(command).result is CommandResult.SUCCEEDED
    with pytest.raises(RefusedError, match="not signed by an enrolled device"):
        theirs.changes("orders", None, 5)
    listed.write_text("# nobody any more\n", encoding="utf-8")
    with pytest.raises(RefusedError, match="not signed by an enrolled device"):
        ours.changes("orders", None, 5)
    for client in clients:
        client.close()
    service.close()


def test_a_signature_covers_path_body_and_time(world: World, clock: SteppingClock, tmp_path: Path) -> None:
    key, listed = device("desk-1"), tmp_path / "devices"
    listed.write_text(device_line(key.public, key.owner), encoding="utf-8")
    parts = ServiceParts(devices=KnownDevices(listed, clock).check)
    service = serve_connectors({"erp": world.connector("erp")}, token=TOKEN, clock=clock, parts=parts)
    client = HttpClient(service.address)
    sign = signing_with(lambda: key, clock)
    body = encode_command(command_for(world, "release_credit_hold"))
    seen: list[Mapping[str, str]] = []

    def recording(outgoing: OutgoingRequest) -> Mapping[str, str]:
        seen.append(sign(outgoing))
        return seen[-1]

    signer = HttpClient(service.address, headers=recording)
    path = "/erp/v1/commands/act-1/probe"
    assert signer.send("POST", path, body=body).status == 200
    stolen = seen[-1]
    assert client.send("POST", path, body=body, headers=stolen).status == 200
    assert client.send("POST", path, body=body + b" ", headers=stolen).status == 401
    assert client.send("POST", "/erp/v1/commands/act-2/probe", body=body, headers=stolen).status == 401
    clock.move(minutes=3)
    late = client.send("POST", path, body=body, headers=stolen)
    assert late.status == 401
    assert "compare the clocks" in late.body.decode()
    for each in (client, signer):
        each.close()
    service.close()


@pytest.mark.parametrize("line", ["one two", "nokey user desk"])
def test_a_list_of_devices_that_cannot_be_read_is_refused(
    tmp_path: Path, clock: SteppingClock, line: str
) -> None:
    listed = tmp_path / "devices"
    listed.write_text(line, encoding="utf-8")
    with pytest.raises(BadInputError):
        KnownDevices(listed, clock)


class CountingConnector:
    """Does commands and counts them; can be told to die between doing and answering, or to be slow."""

    def __init__(self) -> None:
        self.done: dict[str, Receipt] = {}
        self.sent = 0
        self.dies = False
        self.can_tell = True
        self.result = CommandResult.SUCCEEDED
        self.may_go_on = Event()
        self.may_go_on.set()
        self.begun = Event()

    def submit(self, command: Command) -> Receipt:
        self.sent += 1
        self.begun.set()
        assert self.may_go_on.wait(10)
        self.done[command.key] = Receipt(key=command.key, result=self.result, upstream_version="7")
        if self.dies:
            raise KeyboardInterrupt  # stands for the end of the process
        return self.done[command.key]

    def probe(self, command: Command) -> Receipt | None:
        if not self.can_tell:
            raise UnavailableError(what="Nobody can tell.", remedy="Look.")
        return self.done.get(command.key)


def gate_of(connector: object, log: CommandLog, clock: SteppingClock) -> CommandGate:
    real: Connector = connector  # type: ignore[assignment]  # only what the gate uses
    return CommandGate("erp", real, log, clock)


def test_a_key_is_done_once_by_all_instances_and_refused_for_another_command(
    log_url: str, clock: SteppingClock
) -> None:
    system, logs = CountingConnector(), [SqlCommandLog(log_url), SqlCommandLog(log_url)]
    first, second = (gate_of(system, each, clock) for each in logs)

    assert first.submit(COMMAND, caller="a") == Receipt(
        key="act-1", result=CommandResult.SUCCEEDED, upstream_version="7"
    )
    again = second.submit(COMMAND, caller="b")
    assert (again.repeated, again.upstream_version, system.sent) == (True, "7", 1)
    with pytest.raises(KeyReusedError, match="another command"):
        second.submit(replace(COMMAND, reason="for another reason"), caller="b")
    with pytest.raises(KeyReusedError):
        second.probe(replace(COMMAND, action=ReleaseCreditHold(order_id=OrderId("SO-2"))))
    assert second.probe(COMMAND) == first.probe(COMMAND) != None  # noqa: E711 - both sides and not None
    assert system.sent == 1
    for each in logs:
        each.close()


def test_an_instance_that_dies_after_doing_leaves_the_command_done_once(
    log_url: str, clock: SteppingClock
) -> None:
    system = CountingConnector()
    system.dies = True
    dying = SqlCommandLog(log_url)
    with pytest.raises(KeyboardInterrupt):
        gate_of(system, dying, clock).submit(COMMAND, caller="a")
    dying.close()
    system.dies = False
    log = SqlCommandLog(log_url)
    gate = gate_of(system, log, clock)
    system.can_tell = False
    assert gate.submit(COMMAND, caller="a").result is CommandResult.UNKNOWN
    system.can_tell = True
    assert gate.submit(COMMAND, caller="a").repeated
    assert system.sent == 1
    log.close()


def test_an_instance_that_dies_before_doing_lets_the_command_be_done(
    log: SqlCommandLog, clock: SteppingClock
) -> None:
    log.begin("erp", "act-1", digest=digest_of(COMMAND), caller="a", at=clock.now())
    system = CountingConnector()
    receipt = gate_of(system, log, clock).submit(COMMAND, caller="a")
    assert (receipt.result, receipt.repeated, system.sent) == (CommandResult.SUCCEEDED, False, 1)


def test_while_one_instance_works_the_other_says_so(log_url: str, clock: SteppingClock) -> None:
    system, logs = CountingConnector(), [SqlCommandLog(log_url), SqlCommandLog(log_url)]
    if log_url.startswith("sqlite"):
        logs[1].close()
        logs[1] = logs[0]
    first, second = (gate_of(system, each, clock) for each in logs)
    system.may_go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first.submit, COMMAND, caller="a")
        assert system.begun.wait(10)
        with pytest.raises(InProgressError):
            second.submit(COMMAND, caller="b")
        with pytest.raises(UnavailableError, match="carried out at this moment"):
            second.probe(COMMAND)
        system.may_go_on.set()
        assert running.result(10).result is CommandResult.SUCCEEDED
    assert second.submit(COMMAND, caller="b").repeated
    assert system.sent == 1
    for each in logs:
        each.close()


def test_what_is_unknown_is_not_kept_as_an_answer(log: SqlCommandLog, clock: SteppingClock) -> None:
    system = CountingConnector()
    system.result = CommandResult.UNKNOWN
    gate = gate_of(system, log, clock)
    assert gate.submit(COMMAND, caller="a").result is CommandResult.UNKNOWN
    system.done.clear()
    system.result = CommandResult.SUCCEEDED
    assert gate.submit(COMMAND, caller="a").result is CommandResult.SUCCEEDED


def test_the_same_key_with_another_body_is_422_over_http(
    world: World, clock: SteppingClock, tmp_path: Path
) -> None:
    service = serve_connectors({"erp": world.connector("erp")}, token=TOKEN, clock=clock)
    client = HttpClient(service.url_of("erp"), headers={"Authorization": f"Bearer {TOKEN}"})
    command = command_for(world, "release_credit_hold")
    key = {"Idempotency-Key": command.key}
    first = client.send("POST", "/v1/commands", headers=key, body=encode_command(command))
    other = client.send(
        "POST", "/v1/commands", headers=key, body=encode_command(replace(command, reason="other"))
    )
    assert (first.status, other.status) == (200, 422)
    assert msgspec.json.decode(other.body)["type"] == "urn:control-tower:key-reused"
    assert executions(tmp_path / "world", command.key) == 1
    client.close()
    service.close()


def test_health_needs_no_token_and_figures_do(world: World, clock: SteppingClock) -> None:
    faces = {name: world.connector(name) for name in ("erp", "supplier")}
    service = serve_connectors(faces, token=TOKEN, clock=clock)
    bearer = f"Bearer {TOKEN}"
    assert msgspec.json.decode(get(service, "/health").body) == {
        "status": "ok",
        "reachable": {"erp": True, "supplier": True},
    }
    clock.move(hours=7, minutes=10)  # the supplier's portal is shut at night
    assert msgspec.json.decode(get(service, "/health").body)["status"] == "degraded"
    assert get(service, "/metrics").status == 401

    rows = get(service, "/erp/v1/streams/orders/changes?limit=7", Authorization=bearer)
    count = len(msgspec.json.decode(rows.body)["records"])
    get(service, "/no/such/place")
    text = get(service, "/metrics", Authorization=bearer).body.decode()
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert samples['tower_records_total{connector="erp",stream="orders"}'] == str(count)
    assert samples['tower_system_reachable{connector="supplier"}'] == "0"
    route = 'connector="erp",route="/v1/streams/{stream}/changes"'
    assert samples[f'tower_requests_total{{{route},status="200"}}'] == "1"
    assert samples[f"tower_request_seconds_count{{{route}}}"] == "1"
    assert samples[f'tower_request_seconds_bucket{{{route},le="+Inf"}}'] == "1"
    assert samples['tower_requests_total{connector="",route="other",status="404"}'] == "1"
    service.close()


def test_an_instance_without_its_log_is_not_healthy(
    world: World, clock: SteppingClock, tmp_path: Path
) -> None:
    log = SqlCommandLog(f"sqlite:///{tmp_path / 'gone' / 'commands.db'}")
    parts = ServiceParts(commands=log)
    service = serve_connectors({"erp": world.connector("erp")}, token=TOKEN, clock=clock, parts=parts)
    log.close()
    for file in (tmp_path / "gone").iterdir():
        file.unlink()
    (tmp_path / "gone").rmdir()
    reply = get(service, "/health")
    assert reply.status == 503
    assert "cannot be used" in reply.body.decode()
    service.close()
