"""Ending the window from a terminal: Ctrl+C reaches every process, the window ends all of them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from app.profile import load_profile

CHECKOUT = Path(__file__).parent.parent.parent
WAIT_SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))
    file = load_profile("demo").folder / "profile.toml"
    text = file.read_text(encoding="utf-8").replace('size = "demo"', 'size = "tiny"')
    file.write_text(text, encoding="utf-8")
    return tmp_path


def wait_for(file: Path) -> None:
    until = monotonic() + WAIT_SECONDS
    while not file.exists():
        assert monotonic() < until, f"{file} was never made"
        Event().wait(0.1)


def is_gone(group: int) -> bool:
    """Whether no process of the group is left, after a moment for the last ones."""
    until = monotonic() + WAIT_SECONDS
    while monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        Event().wait(0.1)
    return False


def test_an_interrupt_ends_everything_without_a_traceback(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "--seconds", "600", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        # The hub writes its database last: by then every process runs.
        wait_for(home / "profiles" / "demo" / "hub" / "hub.db")
        wait_for(home / "profiles" / "demo" / "log" / "sync-worker.log")
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=WAIT_SECONDS)
    assert "Traceback" not in said
    assert process.returncode == 0, said
    assert is_gone(process.pid), "a process of the window still runs"
