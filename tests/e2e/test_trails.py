"""A whole trail of the embedded world as a file, verified by a program of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server_process import CHECKOUT, run_program


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The exported file and the fingerprint that the command told."""
    home = tmp_path_factory.mktemp("home")
    file = home / "trail.json"
    done = run_program(home, "export-bundle", "--demo", "--out", str(file))
    assert done.returncode == 0, done.stderr
    return file, done.stdout.split()[-1]


def test_the_demo_leads_one_case_from_event_to_outcome(bundle: tuple[Path, str], tmp_path: Path) -> None:
    file, fingerprint = bundle
    done = run_program(tmp_path, "verify", str(file), "--root-fingerprint", fingerprint, "--whole", "--json")
    assert done.returncode == 0, done.stdout
    report = json.loads(done.stdout)
    (action,) = report["actions"]
    blobs = json.loads(file.read_text(encoding="utf-8"))["blobs"]
    assert action["worked_out_by"]["problem_sha256"] in blobs
    assert set(action["data"]["records"]) <= set(blobs)
    assert [each["user"] for each in action["approved_by"]] == ["j.okafor"]
    assert {command["outcome"] for command in action["commands"]} == {"succeeded"}
    assert (report["withheld"], report["log"]["witnesses"]) == ([], ["executor"])


@pytest.mark.parametrize(("place", "code"), [(0, 2), (5_000, None), (30_000, None), (-2, 2), (-1, 2)])
def test_one_byte_turned_is_not_valid(
    bundle: tuple[Path, str], tmp_path: Path, place: int, code: int | None
) -> None:
    data = bytearray(bundle[0].read_bytes())
    data[place] ^= 1
    file = tmp_path / "turned.json"
    file.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "app.signing.verifier", str(file)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in ({1, 2} if code is None else {code})
    assert done.stdout.startswith(("NOT VALID: ", "UNREADABLE: "))


def test_a_folder_that_is_not_there_is_one_clear_sentence(tmp_path: Path) -> None:
    done = run_program(tmp_path, "export-bundle", "--out", str(tmp_path / "x"), "--profile", "nobody")
    assert done.returncode == 2
    assert done.stderr.startswith("control-tower: ")


def test_a_key_that_nobody_has_cannot_be_revoked(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    folder.mkdir()
    rights = (CHECKOUT / "resources" / "policy" / "decision_rights.toml").read_text(encoding="utf-8")
    people = '[users]\n"a.moreno" = ["planner"]\n'
    (folder / "decision_rights.toml").write_text(rights.replace("[users]\n", people), encoding="utf-8")
    done = run_program(tmp_path, "hub", "--folder", str(folder), "--revoke", "0" * 64)
    assert done.returncode == 2
    assert "There is no key 000000000000" in done.stderr
