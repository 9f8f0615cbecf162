"""The connector service as it is run at a site: its own process, TLS, a desk that signs, events pushed in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import system_clock
from app.known_devices import device_line, signing_with
from app.services.sync import sync_source
from app.signing.keys import KeyOwner, new_key
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.http import HttpClient
from connectors.service_client.connector import ServiceConnector
from domain.errors import UnavailableError
from domain.ids import EntityKind, SourceName, UserId
from tests.support.pushed_events import message, saying, stock


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(chain), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key


@pytest.fixture
def address(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[str]:
    options = ["--connector", "push", "--port", "0", "--folder", str(tmp_path / "service")]
    options += ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "connector-service", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().split()[1]
    process.terminate()
    assert process.wait(20) == 0
    process.stdout.close()


def test_an_event_reaches_the_mirror_of_a_desk_that_signs(
    address: str, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    clock = system_clock()
    key, _ = new_key(KeyOwner(user_id=UserId("executor"), device_id="desk-1"), os.urandom)
    devices = tmp_path / "service" / "devices"
    devices.write_text(device_line(key.public, key.owner), encoding="utf-8")
    token = (tmp_path / "service" / "token").read_text(encoding="utf-8").strip()
    sender = HttpClient(address, ca_file=certificate[0])
    headers, body = message("1", saying(stock("a", 5)))
    reply = sender.send(
        "POST", "/v1/events", headers=headers | {"Authorization": f"Bearer {token}"}, body=body
    )
    desk = HttpClient(address, headers=signing_with(lambda: key, clock), ca_file=certificate[0])
    mirror = Mirror(open_database(tmp_path / "mirror.db", role="mirror"))
    result = sync_source(ServiceConnector(SourceName("wms"), desk), mirror, clock=clock)

    assert (reply.status, address.startswith("https://")) == (200, True)
    assert (result.why, result.written) == ("", 1)
    assert [r.entity for r in mirror.entities(EntityKind.INVENTORY_POSITION)] == [stock("a", 5)]
    for client in (sender, desk):
        client.close()
    mirror.close()


def test_a_second_service_on_the_same_folder_is_refused(address: str, tmp_path: Path) -> None:
    options = ["--connector", "push", "--port", "0", "--folder", str(tmp_path / "service")]
    second = subprocess.run(
        [sys.executable, "-m", "app", "connector-service", *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert address.startswith("https://")
    assert second.returncode == 2
    assert "Another connector service already has the feed in" in second.stderr
    assert "--database-url" in second.stderr


def test_an_authority_nobody_knows_is_not_trusted(address: str) -> None:
    client = HttpClient(address, pause=lambda _: None)
    with pytest.raises(UnavailableError, match="certificate"):
        client.send("GET", "/v1/manifest")
    client.close()
