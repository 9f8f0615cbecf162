"""A source's settings changed in the profile: only its own lines, never into what cannot be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.profile import load_profile
from app.profile_edit import save_source
from domain.errors import BadInputError
from views.sources.state import SourceSettingsRow

PROFILE = """\
# Ours. Ask Mia before you change the hub.
name = "midwest"
kind = "connected"

[[source]]  # the books
name = "erp"
system = "tryton"
url = "http://127.0.0.1:8000"  # test server
database = "tryton"
poll_seconds = 15

[[source]]
name = "sheets"
system = "files"
url = "sheets"
mappings = "mappings"

[[identity]]
user = "a"
name = "A"
role = "planner"
"""
ERP = SourceSettingsRow(
    source="erp",
    system="tryton",
    address="http://127.0.0.1:8000",
    poll_seconds=15,
    options=(("database", "tryton"),),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profile.toml").write_text(PROFILE, encoding="utf-8")
    return tmp_path


def lines(folder: Path) -> list[str]:
    return (folder / "profile.toml").read_text(encoding="utf-8").splitlines()


def test_what_is_saved_is_what_is_read_and_nothing_else_changes(folder: Path) -> None:
    wanted = replace(
        ERP,
        address="https://erp.example/böök",
        poll_seconds=60,
        options=(("company", 'Mid"west'), ("user", "t")),
    )
    save_source(folder, wanted)
    erp, sheets = load_profile(str(folder)).sources
    assert (erp.url, erp.poll_seconds, erp.options) == (wanted.address, 60, wanted.options)
    assert (sheets.url, sheets.option("mappings")) == ("sheets", "mappings")
    gone = set(PROFILE.splitlines()) - set(lines(folder))
    assert gone == {
        'url = "http://127.0.0.1:8000"  # test server', 'database = "tryton"', "poll_seconds = 15",
    }  # fmt: skip
    assert not (folder / "profile.new").exists()


def test_the_same_settings_leave_the_file_as_it_is(folder: Path) -> None:
    save_source(folder, ERP)
    assert lines(folder) == PROFILE.splitlines()


def test_what_could_not_be_read_back_is_refused_and_the_old_file_stays(folder: Path) -> None:
    with pytest.raises(BadInputError, match="poll_seconds"):
        save_source(folder, replace(ERP, poll_seconds=0))
    assert lines(folder) == PROFILE.splitlines()
    with pytest.raises(BadInputError, match="has no source 'tms'"):
        save_source(folder, replace(ERP, source="tms"))


def test_a_source_written_in_another_way_is_left_to_a_person(folder: Path) -> None:
    odd = PROFILE.replace('database = "tryton"', 'database = """\n[not a table]"""')
    (folder / "profile.toml").write_text(odd, encoding="utf-8")
    with pytest.raises(BadInputError, match="by hand"):
        save_source(folder, replace(ERP, poll_seconds=20))
    assert lines(folder) == odd.splitlines()
