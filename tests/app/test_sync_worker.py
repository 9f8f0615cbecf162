"""The sync worker: says why it cannot start, works on its schedule, answers requests, ends when told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from app.profile import Profile, SourceSettings, load_profile
from app.workers.messages import (
    Asked,
    AskSource,
    Changed,
    Failed,
    HubState,
    MoveCase,
    Ready,
    Report,
    Said,
    Stop,
    SyncNow,
    WorkerSetup,
)
from app.workers.sync_worker import work

WAIT_SECONDS = 20.0
SITE = """
name = "site"
kind = "connected"
encrypt = false
[[source]]
name = "erp"
system = "{system}"
url = "http://127.0.0.1:9/erp"
[[identity]]
user = "a.moreno"
name = "Alex Moreno"
role = "planner"
"""


@pytest.fixture(autouse=True)
def _pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROL_TOWER_PIN", "a long enough pin")


def profile(folder: Path, system: str = "service") -> Profile:
    folder.mkdir(exist_ok=True)
    (folder / "profile.toml").write_text(SITE.format(system=system), encoding="utf-8")
    return load_profile(str(folder / "profile.toml"))


@contextmanager
def worker(of: Profile) -> Iterator[Connection]:
    """The worker in a thread, talking over a pipe; told to end when the block ends."""
    ours, theirs = Pipe()
    thread = threading.Thread(target=work, args=(WorkerSetup(profile=of, demo=None), theirs))
    thread.start()
    try:
        yield ours
    finally:
        ours.send(Stop())
        thread.join(WAIT_SECONDS)
        ours.close()
        theirs.close()
    assert not thread.is_alive()


def heard(pipe: Connection, wanted: type[Report]) -> Report:
    """The next report of that kind; what comes before it is dropped."""
    while pipe.poll(WAIT_SECONDS):
        report: Report = pipe.recv()
        if isinstance(report, wanted):
            return report
    raise AssertionError(f"no {wanted.__name__} came")


def test_a_missing_credential_is_said_and_ends_the_worker(tmp_path: Path) -> None:
    with worker(profile(tmp_path / "site")) as pipe:
        failed = heard(pipe, Failed)
    assert isinstance(failed, Failed)
    assert "control-tower secret" in failed.text


def test_a_damaged_ledger_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    (of.folder / "ledger.db").write_bytes(b"not a database, but long enough to look like a file" * 40)
    before = (of.folder / "ledger.db").read_bytes()
    with worker(of) as pipe:
        failed = heard(pipe, Failed)
    assert isinstance(failed, Failed)
    assert "ledger.db" in failed.text
    assert (of.folder / "ledger.db").read_bytes() == before


def test_a_wrong_request_is_told_and_the_worker_goes_on(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    of = Profile(**{name: getattr(of, name) for name in of.__slots__} | {"sources": ()})
    with worker(of) as pipe:
        assert isinstance(heard(pipe, Ready), Ready)
        pipe.send(MoveCase(case_id="EX-0000000000", user="a.moreno", owner="a.moreno"))
        said = heard(pipe, Said)
        assert isinstance(said, Said)
        assert said.kind == "error"
        assert "EX-0000000000" in said.text
        pipe.send(SyncNow(source="nowhere"))
        again = heard(pipe, Said)
        assert isinstance(again, Said)
        assert "nowhere" in again.text
        assert {Changed, HubState} & {type(report) for report in (said, again)} == set()


def test_a_change_of_the_policy_folder_is_told_at_the_next_sync(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    folder = tmp_path / "policies"
    folder.mkdir()
    changes = {"sources": (), "policy_folder": folder}
    of = Profile(**{name: getattr(of, name) for name in of.__slots__} | changes)
    with worker(of) as pipe:
        assert isinstance(heard(pipe, Ready), Ready)
        (folder / "loss.toml").write_text("rows = [", encoding="utf-8")
        pipe.send(SyncNow(source="nowhere"))
        changed = heard(pipe, Changed)
    assert isinstance(changed, Changed)
    assert changed.parts == {"policies"}


def test_a_system_is_asked_under_settings_that_need_not_be_in_force(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    of = Profile(**{name: getattr(of, name) for name in of.__slots__} | {"sources": ()})
    for name in ("mappings", "in"):
        (of.folder / name).mkdir()
    mapping = 'name = "stock"\nkind = "inventory_position"\nfiles = "*"\nid = "x"\ncolumn = []\n'
    (of.folder / "mappings" / "stock.toml").write_text(mapping, encoding="utf-8")
    sheets = SourceSettings(name="sheets", system="files", url="in", options=(("mappings", "mappings"),))
    away = SourceSettings(name="erp", system="service", url="http://127.0.0.1:9/erp", secret="erp-secret")
    with worker(of) as pipe:
        pipe.send(AskSource(settings=sheets))
        assert heard(pipe, Asked) == Asked(source="sheets", reachable=True, why="1 mappings, 0 files wait")
        pipe.send(AskSource(settings=away))
        asked = heard(pipe, Asked)
    assert isinstance(asked, Asked)
    assert (asked.source, asked.reachable) == ("erp", False)
    assert "control-tower secret erp-secret" in asked.why
