"""EDI keeps the contract of every connector, on a real folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.commands import Command, ExpediteSupply
from domain.ids import SourceName
from tests.support.connector_contract import ConnectorContract, ConnectorHarness
from tests.support.edi_site import PURCHASE_ORDER, EdiSite, interchange

CONFIRMATION = (
    ("BAK", "00", "AC", "PO-9", "20261120"),
    ("DTM", "002", "20261201"),
    ("PO1", "1", "40", "EA", "", "", "VN", "B-1"),
    ("ACK", "IA", "40", "EA", "067", "20261202"),
    ("CTT", "1"),
)


class TestEdi(ConnectorContract):
    """Orders in, an unreadable one beside them, and a request to a supplier out."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> ConnectorHarness:
        site = EdiSite(tmp_path)
        bad = [*PURCHASE_ORDER[:-1], ("CTT", "3")]
        site.receive("a.edi", interchange("acme", [("850", PURCHASE_ORDER), ("850", bad)]))
        site.receive("b.edi", interchange("bolt", [("855", CONFIRMATION)], control=2))
        site.connector.changes("orders", None, 1)
        return ConnectorHarness(
            connector=site.connector,
            stream="orders",
            bad_stream="orders",
            command=Command(
                key="act-1-1",
                source=SourceName("edi"),
                action=ExpediteSupply(
                    supply_id="bolt-PO-9-1", eta_at=datetime(2026, 11, 28, tzinfo=UTC), cost_cents=0
                ),
            ),
            times_done=lambda: sum("-860-" in name for name in site.names("out")),
            take_down=site.move_away,
            bring_back=site.bring_back,
        )
