"""A source of a profile becomes its connector: OData, SQL, and drop folders over SFTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.connect import connector_of
from app.profile import SourceSettings
from connectors.protocol import Connector
from domain.errors import BadInputError
from tests.support.files_site import STOCK, STOCK_FILE
from tests.support.living_world import SteppingClock
from tests.support.odata_v4_site import V4Site
from tests.support.sftp_server import SftpServer, why_not
from tests.support.sql_site import SqlSite


def made(folder: Path, system: str, url: str, *, secret: str = "", **options: str) -> Connector:
    """The connector that the program makes of a source."""
    source = SourceSettings(
        name="source", system=system, url=url, secret="stored", options=tuple(options.items())
    )
    return connector_of(
        source,
        credential={"stored": secret}.__getitem__,
        folder=folder,
        clock=SteppingClock(),
        monotonic=lambda: 0.0,
    )


def test_an_odata_source(tmp_path: Path) -> None:
    with V4Site(tmp_path) as site:
        connector = made(tmp_path, "odata", site.server.url, mappings="profiles", user="TOWER")
        assert len(connector.changes("stock", None, 50).records) == 1
        connector.close()


def test_a_database(tmp_path: Path) -> None:
    with SqlSite(tmp_path) as site:
        connector = made(tmp_path, "sql", site.url, mappings="profiles", statement_seconds="5")
        assert len(connector.changes("stock", None, 50).records) == 4
        connector.close()
        with pytest.raises(BadInputError, match="statement_seconds"):
            made(tmp_path, "sql", site.url, mappings="profiles", statement_seconds="soon")


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")
def test_files_on_an_sftp_server(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "stock.toml").write_text(STOCK, encoding="utf-8")
    with SftpServer(tmp_path / "sftp") as server:
        (server.drop / "in" / "stock-1.csv").write_text(STOCK_FILE, encoding="utf-8")
        connector = made(
            tmp_path,
            "files",
            server.url,
            secret=server.secret(),
            mappings="mappings",
            host_key=server.host_key,
        )
        assert len(connector.changes("stock", None, 50).records) == 3
        connector.close()
    with pytest.raises(BadInputError, match="host_key"):
        made(tmp_path, "edi", server.url, partners="partners")
