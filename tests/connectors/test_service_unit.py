"""The systemd unit that the documents offer is one that systemd takes, and that gives the service little."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.source_tree import REPOSITORY

UNIT = REPOSITORY / "docs" / "deploy" / "control-tower-connector@.service"
#: What systemd calls the exposure of a unit, times ten: 96 is a service that may do everything.
MOST_EXPOSURE = 40

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it is started for Tryton; the program need not be installed to look at it."""
    made = tmp_path / "control-tower-connector@tryton.service"
    text = UNIT.read_text(encoding="utf-8")
    assert "/usr/bin/control-tower " in text
    made.write_text(text.replace("/usr/bin/control-tower ", "/bin/echo "), encoding="utf-8")
    return made


def _analyzed(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_systemd_takes_the_unit(unit: Path) -> None:
    found = _analyzed("verify", "--man=no", str(unit))
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_a_unit_that_is_wrong_would_be_found(unit: Path) -> None:
    unit.write_text(unit.read_text(encoding="utf-8").replace("Type=exec", "Type=often"), encoding="utf-8")
    found = _analyzed("verify", "--man=no", str(unit))
    assert "often" in found.stdout + found.stderr


def test_the_unit_exposes_little(unit: Path) -> None:
    found = _analyzed("security", "--offline=true", f"--threshold={MOST_EXPOSURE}", str(unit))
    assert found.returncode == 0, found.stdout[-300:]
