"""A real Tryton behind a connector service: a desktop reads it over HTTP as if it were there itself."""

from __future__ import annotations

from pathlib import Path

from connectors.http import HttpClient
from connectors.service_client.connector import ServiceConnector
from domain.ids import SourceName
from tests.support.server_process import ServerProcess, environment
from tests.support.tryton_rpc import PASSWORD
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import TowerDesk, tryton_options

LIMIT = 500


def test_a_desktop_syncs_tryton_from_its_connector_service(server: TrytonServer, tmp_path: Path) -> None:
    options = [f"{name}={value}" for name, value in tryton_options(server).items()]
    folder = tmp_path / "service"
    arguments = ["connector-service", "--connector", "tryton", "--url", server.url, "--folder", str(folder)]
    for option in options:
        arguments += ["--option", option]
    env = {**environment(tmp_path), "CONTROL_TOWER_SOURCE_PASSWORD": PASSWORD}
    service = ServerProcess(arguments, env=env, log=tmp_path / "service.log")
    service.start()
    try:
        token = (folder / "token").read_text(encoding="utf-8").strip()
        http = HttpClient(
            f"http://127.0.0.1:{service.port}/tryton", headers={"Authorization": f"Bearer {token}"}
        )
        through = ServiceConnector(SourceName("erp"), http)
        assert through.health().reachable
        direct = TowerDesk(server)
        for stream in ("nodes", "items", "customers"):
            seen = through.changes(stream, None, LIMIT)
            assert seen.records, stream
            there = direct.connector.changes(stream, None, LIMIT)
            assert {r.entity for r in seen.records} == {r.entity for r in there.records}
        through.close()
        direct.connector.close()
    finally:
        service.stop()
