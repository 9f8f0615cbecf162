"""The odatapy server with a stock list of ours, its profile, and a connector to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from connectors.http import HttpClient
from connectors.odata.connector import ODataConnector
from domain.ids import SourceName
from tests.support.living_world import SteppingClock
from tests.support.odata_sap import ServedProcess, free_port

PROFILE = """
stream = "stock"
version = 4
service = ""
entity_set = "Stocks"
key = ["Material", "Plant"]
stamp = "ChangedAt"

[[record]]
kind = "inventory_position"
id = "{node_id}|{item_id}"
column = [
    { from = "Plant", to = "node_id" },
    { from = "Material", to = "item_id" },
    { from = "Free", to = "on_hand_quantity", type = "whole" },
    { from = "Safety", to = "safety_stock_quantity", type = "whole" },
]

[[command]]
verb = "set_order_field"
target = "(?P<Plant>[^|]+)[|](?P<Material>.+)"
set = [{ property = "{field}", value = "{value}", type = "number" }]
key_property = "YY1_TowerKey"
"""
StockRow = dict[str, str]


def stock_row(material: str, free: str, changed_at: str) -> StockRow:
    """A row of the stock list."""
    return {
        "Material": material,
        "Plant": "1710",
        "Free": free,
        "Safety": "1",
        "YY1_TowerKey": "",
        "ChangedAt": changed_at,
    }


#: Three share a change stamp, one cannot be counted, and one has a name that needs care in addresses.
STOCK: tuple[StockRow, ...] = (
    stock_row("A-1", "12", "2026-11-20T10:00:00.120000+00:00"),
    stock_row("A-2", "12.5", "2026-11-20T10:00:00.120000+00:00"),
    stock_row("A-3", "0", "2026-11-20T10:00:00.120000+00:00"),
    stock_row("O'Hara & Co +1%", "7", "2026-11-20T10:00:01+00:00"),
    stock_row("A-0", "3", "2026-11-20T11:00:00+00:00"),
)


@dataclass
class V4Site:
    """The server as a process; ``page_size`` is the most it gives at once (0: all)."""

    folder: Path
    rows: Sequence[StockRow] = STOCK
    page_size: int = 2
    profile: str = PROFILE
    clock: SteppingClock = field(default_factory=SteppingClock)
    _connectors: list[ODataConnector] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for connector in self._connectors:
            connector.close()
        self.server.kill()

    def __post_init__(self) -> None:
        (self.folder / "profiles").mkdir()
        (self.folder / "profiles" / "stock.toml").write_text(self.profile, encoding="utf-8")
        file = self.folder / "stock.json"
        file.write_text(json.dumps(list(self.rows)), encoding="utf-8")
        port = free_port()
        command = [sys.executable, "-m", "tests.support.odata_v4_server"]
        self.server = ServedProcess([*command, str(port), str(file), str(self.page_size)], port)

    def connector(self) -> ODataConnector:
        """A connector as the program would make it."""
        transport = HttpClient(self.server.url, read_seconds=5.0, pause=lambda _: None)
        made = ODataConnector(
            SourceName("v4"), transport, profiles=self.folder / "profiles", clock=self.clock
        )
        self._connectors.append(made)
        return made

    def row(self, material: str) -> dict[str, object]:
        """A row as the server has it."""
        with httpx.Client(trust_env=False) as direct:
            found: dict[str, object] = direct.get(
                f"{self.server.url}/Stocks(Material='{material}',Plant='1710')"
            ).json()
        return found

    def change(self, material: str, **values: object) -> None:
        """Change a row past the connector."""
        with httpx.Client(trust_env=False) as direct:
            url = f"{self.server.url}/Stocks(Material='{material}',Plant='1710')"
            direct.patch(url, json=values, headers={"If-Match": "*"}).raise_for_status()

    def remove(self, material: str) -> None:
        """Delete a row past the connector."""
        with httpx.Client(trust_env=False) as direct:
            url = f"{self.server.url}/Stocks(Material='{material}',Plant='1710')"
            direct.delete(url, headers={"If-Match": "*"}).raise_for_status()
