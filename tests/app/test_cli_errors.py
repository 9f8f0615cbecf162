"""The command line when something is wrong: one sentence with a remedy, exit code 2, no traceback."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

from app.__main__ import EXIT_KNOWN_ERROR, main
from app.instance_lock import InstanceLock
from tests.support.server_process import run_program

HEAD = """
name = "site"
kind = "connected"
encrypt = false
"""
NOWHERE = "http://127.0.0.1:9"
SOURCE = f"""
[[source]]
name = "erp"
system = "service"
url = "{NOWHERE}/erp"
secret = "erp-token"
"""
PLANNER = """
[[identity]]
user = "a.moreno"
name = "Alex Moreno"
role = "planner"
"""
SITE = HEAD + SOURCE + PLANNER
DEMO = HEAD.replace("connected", "demo")
WORLD = """
[world]
seed = 1
start = 2026-11-17T13:00:00Z
size = "tiny"
speed = 20
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))
    return tmp_path


def profile(home: Path, text: str = SITE, name: str = "site") -> Path:
    """The folder of a profile with that text."""
    folder = home / "profiles" / name
    folder.mkdir(parents=True)
    (folder / "profile.toml").write_text(text, encoding="utf-8")
    return folder


def said(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on standard error."""
    assert result.returncode == EXIT_KNOWN_ERROR, result.stderr
    assert result.stdout == ""
    return one_sentence(result.stderr)


def one_sentence(text: str) -> str:
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("control-tower: ")
    assert "Traceback" not in text
    return lines[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "not valid TOML"),
        ("", "name"),
        (SITE.replace("name =", 'nmae = "x"\nname =', 1), "nmae"),
        (HEAD.replace("connected", "cloudy"), "cloudy"),
        (HEAD, r"no \[\[source\]\]"),
        (DEMO, r"a demo without a \[world\]"),
        (DEMO + WORLD.replace("tiny", "vast"), "world.size"),
        (DEMO + WORLD.replace("2026-11-17T13:00:00Z", '"tomorrow"'), "start"),
        (DEMO + WORLD.replace("2026-11-17T13:00:00Z", "2026-11-17T13:00:00"), "start"),
        (DEMO + WORLD.replace("speed = 20", "speed = 0"), "speed"),
        (DEMO + WORLD.replace("speed = 20", 'speed = "fast"'), "speed"),
        (DEMO + WORLD.replace("seed = 1", 'seed = "one"'), "seed"),
        (DEMO + WORLD.replace("seed = 1", "seeds = 1"), "seeds"),
        (SITE + SOURCE, "two sources share a name"),
        (SITE + PLANNER, "two identities share a user"),
        (SITE.replace('url = "', 'urls = "'), "url"),
        (SITE.replace("[[source]]", "[source]"), "source"),
        (SITE.replace('secret = "', 'poll_seconds = "often"\nsecret = "'), "poll_seconds"),
        (SITE.replace('secret = "', 'poll_seconds = 0\nsecret = "'), "poll_seconds"),
        (SITE.replace('role = "planner"', "role = 3"), "role"),
        (SITE.replace('name = "site"', "name = 5"), "name"),
        (HEAD + 'hub = "http://127.0.0.1:1"' + SOURCE, "hub"),
        (SITE + "[hub]\nurl = 5\n", "hub"),
    ],
)
def test_a_wrong_profile_file(home: Path, capsys: pytest.CaptureFixture[str], text: str, words: str) -> None:
    file = profile(home, text) / "profile.toml"

    assert main(["cycle", "--profile", "site"]) == EXIT_KNOWN_ERROR
    sentence = one_sentence(capsys.readouterr().err)
    assert str(file) in sentence
    assert re.search(words, sentence), sentence


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda file: file.unlink(), "does not exist"),
        (lambda file: (file.unlink(), file.mkdir()), "cannot be read"),
        (lambda file: file.write_bytes(b"name = \xff\xfe"), "cannot be read"),
    ],
    ids=["absent", "a folder", "not UTF-8"],
)
def test_a_profile_file_that_cannot_be_read(
    home: Path, capsys: pytest.CaptureFixture[str], broken: object, words: str
) -> None:
    file = profile(home) / "profile.toml"
    assert callable(broken)
    broken(file)

    assert main(["cycle", "--profile", "site"]) == EXIT_KNOWN_ERROR
    assert words in one_sentence(capsys.readouterr().err)


def test_a_ledger_of_random_bytes_is_left_alone(tmp_path: Path) -> None:
    file = profile(tmp_path) / "ledger.db"
    rubbish = bytes(range(256)) * 64
    file.write_bytes(rubbish)

    sentence = said(run_program(tmp_path, "cycle", "--profile", "site"))

    assert "ledger.db is damaged or is not a database" in sentence
    assert "move it aside" in sentence
    assert file.read_bytes() == rubbish


def test_a_mirror_of_random_bytes_is_set_aside_and_made_anew(tmp_path: Path) -> None:
    file = profile(tmp_path) / "mirror.db"
    rubbish = bytes(range(256)) * 64
    file.write_bytes(rubbish)

    told = run_program(tmp_path, "cycle", "--profile", "site").stderr

    assert "It is made anew from its sources" in told
    assert "erp-token" in told, "the next thing that is missing is said"

    (aside,) = file.parent.glob("mirror.db.damaged-*")
    assert aside.read_bytes() == rubbish
    assert file.read_bytes() != rubbish


def test_a_ledger_with_a_damaged_middle(tmp_path: Path) -> None:
    name = "ledger.db"
    file = profile(tmp_path) / name
    run_program(tmp_path, "cycle", "--profile", "site")
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    sentence = said(run_program(tmp_path, "cycle", "--profile", "site"))

    assert name in sentence
    assert "damaged" in sentence


@pytest.mark.parametrize("name", ["mirror.db", "ledger.db"])
def test_a_folder_where_the_database_should_be(tmp_path: Path, name: str) -> None:
    (profile(tmp_path) / name).mkdir()

    sentence = said(run_program(tmp_path, "cycle", "--profile", "site"))

    assert f"{name} cannot be used" in sentence


@pytest.mark.parametrize("name", ["mirror.db", "ledger.db"])
def test_a_database_of_a_newer_program(tmp_path: Path, name: str) -> None:
    file = profile(tmp_path) / name
    run_program(tmp_path, "cycle", "--profile", "site")
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    connection.commit()
    connection.close()

    sentence = said(run_program(tmp_path, "cycle", "--profile", "site"))

    assert f"{name} was written by a newer program (revision from_the_future)" in sentence


def test_a_second_instance(tmp_path: Path) -> None:
    lock = InstanceLock(profile(tmp_path))
    try:
        sentence = said(run_program(tmp_path, "cycle", "--profile", "site"))
    finally:
        lock.close()

    assert "Another Control Tower already has the profile" in sentence


def test_a_credential_that_is_not_stored(tmp_path: Path) -> None:
    profile(tmp_path)

    sentence = said(run_program(tmp_path, "cycle", "--profile", "site"))

    assert "The credential 'erp-token' of profile site is not stored" in sentence
    assert "control-tower secret erp-token --profile site" in sentence


def test_an_empty_credential(tmp_path: Path) -> None:
    profile(tmp_path)

    assert "empty" in said(run_program(tmp_path, "secret", "erp-token", "--profile", "site", stdin="\n"))


def test_a_pin_too_short_to_protect_anything(tmp_path: Path) -> None:
    profile(tmp_path)

    result = run_program(
        tmp_path, "secret", "erp-token", "--profile", "site", stdin="s3cret\n", CONTROL_TOWER_PIN="1234"
    )

    assert "fewer than 10 characters" in said(result)


def test_a_hub_without_people(tmp_path: Path) -> None:
    assert "name nobody" in said(run_program(tmp_path, "hub", "--port", "0"))


def test_a_connector_service_with_a_wrong_option(tmp_path: Path) -> None:
    arguments = ("connector-service", "--connector", "world", "--port", "0", "--option")

    assert "no value" in said(run_program(tmp_path, *arguments, "size"))
    assert "Use tiny, ci or demo" in said(run_program(tmp_path, *arguments, "size=vast"))
    assert "seed" in said(run_program(tmp_path, *arguments, "seed=lucky"))


@pytest.mark.parametrize("arguments", [["fly"], ["propose"], ["cycle", "--no-such-option"]])
def test_a_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == EXIT_KNOWN_ERROR
    assert "usage: control-tower" in capsys.readouterr().err
