"""Profiles: the demo makes itself, and a wrong file is one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.profile import ProfileKind, load_profile
from domain.errors import BadInputError

CONNECTED = """
name = "midwest"
kind = "connected"
[hub]
url = "http://127.0.0.1:8480"
[[source]]
name = "erp"
system = "tryton"
url = "http://127.0.0.1:8000"
database = "tryton"
poll_seconds = 15
[[identity]]
user = "a"
name = "A"
role = "planner"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))
    return tmp_path


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "profile.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_demo_makes_itself_once(home: Path) -> None:
    first = load_profile("demo")
    file = home / "profiles" / "demo" / "profile.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("seed = 20261122", "seed = 7"), encoding="utf-8")
    assert first.kind is ProfileKind.DEMO
    again = load_profile("demo")
    assert again.world is not None
    assert again.world.seed == 7
    assert {i.role for i in again.identities} == {"planner", "supervisor"}


def test_a_connected_profile_by_name_folder_and_file(home: Path) -> None:
    folder = home / "profiles" / "midwest"
    file = write(folder, CONNECTED)
    profiles = [load_profile("midwest"), load_profile(str(folder)), load_profile(str(file))]
    assert profiles[0] == profiles[1] == profiles[2]
    (source,) = profiles[0].sources
    assert (source.poll_seconds, source.option("database"), source.option("none", "x")) == (15, "tryton", "x")
    assert profiles[0].first_with_role("planner").user == "a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ('name = "x"', "kind"),
        ('name = "x"\nkind = "odd"', "odd"),
        ('name = "x"\nkind = "connected"', r"no \[\[source\]\]"),
        ('name = "x"\nkind = "demo"', r"without a \[world\]"),
        (CONNECTED + '[[source]]\nname = "erp"\nsystem = "world"\nurl = ""\n', "share a name"),
        (CONNECTED.replace("poll_seconds = 15", "poll_seconds = 0"), "poll_seconds"),
        (CONNECTED + '[[identity]]\nuser = "b"\n', "name"),
        ("\x80", "cannot be read|not valid"),
    ],
)
def test_a_wrong_profile_is_one_sentence_that_names_the_file(home: Path, text: str, said: str) -> None:
    file = write(home / "profiles" / "x", text)
    with pytest.raises(BadInputError, match=said) as caught:
        load_profile("x")
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value).strip() or "TOML" in str(caught.value)


def test_a_missing_profile_and_a_missing_person(home: Path) -> None:
    with pytest.raises(BadInputError, match="no profile 'nowhere'"):
        load_profile("nowhere")
    with pytest.raises(BadInputError, match="no user 'nobody'"):
        load_profile("demo").identity("nobody")
    with pytest.raises(BadInputError, match="has no auditor"):
        load_profile("demo").first_with_role("auditor")
