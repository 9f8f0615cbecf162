"""A new connector keeps the contract as soon as it is laid; a table file is judged on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from app.connect import connector_of
from app.profile import SourceSettings
from connectors.protocol import Connector
from domain.errors import BadInputError
from tests.support.edi_site import PARTNERS, PURCHASE_ORDER, interchange
from tests.support.files_site import STOCK, STOCK_FILE
from tests.support.living_world import SteppingClock
from tests.support.source_tree import REPOSITORY

#: The checkout's own tests, with the new folder's connectors beside its own.
_RUN = """
import sys, connectors, tests.support.connector_contract
connectors.__path__.append(sys.argv[1] + "/connectors")
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", sys.argv[1], "-c", sys.argv[2],
    sys.argv[1] + "/tests/connectors/test_net_stock_contract.py"]))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "protocol.py").write_text('"""The Protocol."""\n')
    return tmp_path


def test_a_new_connector_keeps_the_contract_at_once(checkout: Path) -> None:
    assert main(["new-connector", "net_stock", "--folder", str(checkout)]) == 0
    laid = sorted(str(p.relative_to(checkout)) for p in checkout.rglob("*") if p.is_file())
    assert laid == [
        "connectors/net_stock/__init__.py",
        "connectors/net_stock/client.py",
        "connectors/net_stock/connector.py",
        "connectors/net_stock/manifest.toml",
        "connectors/net_stock/mapping.py",
        "connectors/protocol.py",
        "tests/connectors/test_net_stock_contract.py",
    ]
    config = REPOSITORY / "pyproject.toml"
    ran = subprocess.run(
        [sys.executable, "-c", _RUN, str(checkout), str(config)],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
    # The order of imports depends on the name; `make format` brings them into theirs.
    (checkout / "pyproject.toml").write_bytes(config.read_bytes())
    ruff = [sys.executable, "-m", "ruff", "check", "--ignore", "I001", "--no-cache", "."]
    judged = subprocess.run(ruff, cwd=checkout, capture_output=True, text=True, timeout=60, check=False)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("name", ["Net", "9x", "class", "a b", "../x", "x_"])
def test_a_name_that_cannot_be_a_package_is_refused(
    checkout: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["new-connector", name, "--folder", str(checkout)]) == 2
    assert "cannot be the name" in capsys.readouterr().err


def test_nothing_is_written_over(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-connector", "acme", "--folder", str(checkout)]) == 0
    assert main(["new-connector", "acme", "--folder", str(checkout)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["new-connector", "acme", "--folder", str(checkout / "connectors")]) == 2
    assert "no checkout" in capsys.readouterr().err


def test_a_preview_tells_the_quality_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stock.csv").write_text(STOCK_FILE + "A-4;1O;1\n")
    (tmp_path / "stock.toml").write_text(STOCK)
    arguments = ["preview-file", str(tmp_path / "stock.csv"), "--mapping", str(tmp_path / "stock.toml")]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "4 rows, 3 good (75 %), 1 wrong" in said
    assert "Row 5, column 'On hand': '1O' is no number." in said
    assert "Item no.: item_id, 0 blank, 4 different" in said


@pytest.mark.parametrize("system", ["edi", "files"])
def test_folders_of_a_source_count_from_the_profile(tmp_path: Path, system: str) -> None:
    (tmp_path / "drop" / "in").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "acme.toml").write_text(PARTNERS["acme"] if system == "edi" else STOCK)
    sent = interchange("acme", [("850", PURCHASE_ORDER)]) if system == "edi" else STOCK_FILE
    (tmp_path / "drop" / "in" / "stock.csv").write_text(sent)
    settings = SourceSettings(
        name="one", system=system, url="drop", options=(("mappings", "rules"), ("partners", "rules"))
    )

    def make(source: SourceSettings) -> Connector:
        return connector_of(
            source, credential=str, folder=tmp_path, clock=SteppingClock(), monotonic=lambda: 0.0
        )

    connector = make(settings)
    stream = "orders" if system == "edi" else "stock"
    assert len(connector.changes(stream, None, 50).records) == 3
    assert (tmp_path / "sources" / "one" / "feed.jsonl").is_file()
    with pytest.raises(BadInputError, match="names no folder"):
        make(SourceSettings(name="one", system=system, url="http://x"))
