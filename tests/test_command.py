"""The command that set-up leaves in the environment: it works from any folder, whatever lies there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("control-tower")


def test_it_runs_in_a_folder_that_has_an_app_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    small = ("--family", "D", "--lines", "40", "--nodes", "3", "--seed", "1", "--out", "backlog")
    done = subprocess.run(
        [COMMAND, "instance", *small], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "backlog").is_dir()


def test_a_known_error_is_one_sentence_and_its_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "evaluate", "nowhere"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
