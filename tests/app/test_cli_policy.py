"""``control-tower policy``: what it prints, and when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import MIRROR_FILE
from app.cli.parser import parse
from app.detection.policy_set import packaged_policies, packaged_texts
from app.environment import HOME_VARIABLE
from app.profile import load_profile
from app.services.policy_watch import PolicyWatch
from app.store.engine import open_database
from app.store.mirror import Mirror
from domain.errors import BadInputError
from tests.support.facts import NOW

PROFILE = """
name = "site"
kind = "connected"
encrypt = false

[policies]
folder = "our-policies"

[[source]]
name = "erp"
system = "tryton"
url = "http://127.0.0.1:9"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy folder of a profile called site."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    folder = tmp_path / "profiles" / "site" / "our-policies"
    folder.mkdir(parents=True)
    (folder.parent / "profile.toml").write_text(PROFILE, encoding="utf-8")
    return folder


def run(*arguments: str) -> int:
    options = parse(["policy", *arguments])
    code: int = options.run(options)
    return code


def severity(*, version: int, gap: bool = False) -> str:
    text = packaged_texts()["severity.toml"].replace("version = 1", f"version = {version}")
    return text.replace('["-", "-", "-", 1],', "") if gap else text


def test_the_packaged_policies_are_checked_without_a_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert run("check") == 0
    files = len(packaged_policies().files)
    assert capsys.readouterr().out == f"{files} policy files, all packaged: nothing is wrong.\n"


def test_check_prints_every_problem_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "severity.toml").write_text(severity(version=2), encoding="utf-8")
    assert run("check", "--profile", "site") == 0
    assert "1 from" in capsys.readouterr().out
    (folder / "severity.toml").write_text(severity(version=2, gap=True), encoding="utf-8")
    (folder / "other.toml").write_text("id = 1", encoding="utf-8")
    assert run("check", "--folder", str(folder)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("other.toml: has 'id', which is no part of a policy file")
    assert lines[-1].startswith("severity.toml, table severity: has a gap")


def test_list_says_what_is_in_force_and_what_was_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadInputError, match="has not run yet"):
        run("list", "--profile", "site")
    profile = load_profile("site")
    mirror = Mirror(open_database(profile.folder / MIRROR_FILE, role="mirror"))
    watch = PolicyWatch(folder=profile.policy_folder, mirror=mirror)
    (folder / "severity.toml").write_text(severity(version=2), encoding="utf-8")
    watch.look(NOW)
    (folder / "severity.toml").write_text(severity(version=3, gap=True), encoding="utf-8")
    watch.look(NOW)
    mirror.close()
    assert run("list", "--profile", "site") == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in lines if "\t" in line}
    assert rows.keys() == packaged_policies().versions.keys()
    version, digest, since, whose, name = rows["severity"]
    assert (version, since, whose, name) == ("2", NOW.isoformat(timespec="seconds"), "own", "severity.toml")
    assert len(digest) == 12
    assert rows["loss"][3] == "packaged"
    assert lines[-1].startswith("refused: severity.toml, table severity: has a gap")
    assert lines[-1].endswith("; version 2 stays in force")
