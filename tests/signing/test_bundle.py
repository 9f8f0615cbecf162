"""A trail as a desk exports it from its hub, and the verifier on it: alone, in words and in JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.hub.hub_schema import LOG_ENTRY
from app.signing.keys import PublicKey
from app.signing.verifier.plain import fingerprint
from app.signing.verifier.report import run, verify
from domain.errors import BadInputError, RefusedError
from tests.support.hub_site import hub_key
from tests.support.trail_room import PROBLEM, TrailRoom, packed, trail_room

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TrailRoom]:
    with trail_room(tmp_path) as room:
        yield room


def test_the_exported_log_is_valid_and_whole(room: TrailRoom) -> None:
    action = room.whole_trail()
    report = verify(room.bundle()[:-1], pinned=hub_key().public.fingerprint, whole=True)
    first, second = report["actions"]
    assert (first["action"], first["state"], second["state"]) == (action, "executed", "rejected")
    assert [command["outcome"] for command in first["commands"]] == ["succeeded"]
    assert (first["rejected_by"], second["rejected_by"]["user"]) == ({}, "m.silva")
    assert report["withheld"] == []
    assert report["log"]["witnesses"] == ["executor@desk"]


def test_one_action_is_exported_without_the_others(room: TrailRoom) -> None:
    action = room.whole_trail()
    data = room.bundle(action)
    report = verify(data[:-1])
    assert [each["action"] for each in report["actions"]] == [action]
    assert not report["log"]["whole"]
    assert len(data) < len(room.bundle())


def test_evidence_that_was_not_kept_is_named_as_withheld(room: TrailRoom) -> None:
    room.whole_trail()
    with room.desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM blob WHERE length(deflated) < 40"))
    document = json.loads(room.bundle())
    assert document["withheld"] != []
    assert verify(packed(document)[:-1])["withheld"] == document["withheld"]


def test_evidence_walks_from_the_record_to_the_outcome(room: TrailRoom) -> None:
    room.whole_trail()
    blobs = json.loads(room.bundle())["blobs"]
    (action, _) = verify(room.bundle()[:-1])["actions"]
    assert action["worked_out_by"]["problem_sha256"] in blobs
    assert action["case"]["sha256"] in blobs
    assert set(action["data"]["records"]) <= set(blobs)
    assert PROBLEM.hex() not in json.dumps(action)


def test_an_action_that_is_not_in_the_log_cannot_be_exported(room: TrailRoom) -> None:
    room.whole_trail()
    with pytest.raises(BadInputError, match="nothing of the action"):
        room.bundle("01JD9ZK3V0000000000000000Z")


def test_a_hub_whose_entries_are_not_those_of_its_checkpoint_is_not_exported(room: TrailRoom) -> None:
    room.whole_trail()
    page = room.hub.feed(-1)
    room.hub.feed = lambda after, wait_seconds=0.0: page[:-2] if after < 0 else ()  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="entries and says"):
        room.bundle()
    swapped = (*page[:-2], page[-1], page[-2])
    room.hub.feed = lambda after, wait_seconds=0.0: swapped if after < 0 else ()  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="not those of its checkpoint"):
        room.bundle()
    assert LOG_ENTRY.name == "log_entry"


@pytest.fixture
def file(room: TrailRoom, tmp_path: Path) -> Path:
    room.whole_trail()
    path = tmp_path / "bundle.json"
    path.write_bytes(room.bundle())
    return path


def test_it_says_yes_in_words(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([str(file), "--root-fingerprint", hub_key().public.fingerprint.lower(), "--whole"]) == 0
    words = capsys.readouterr().out
    assert words.startswith("VALID\n")
    for part in ("AL-SHORT", "a.moreno (planner)", "j.okafor (supervisor)", "row reallocate-1", "succeeded"):
        assert part in words
    assert "not compared" not in words


def test_it_says_yes_in_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["valid"] is True


def test_it_says_no(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([str(file), "--root-fingerprint", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"]) == 1
    assert capsys.readouterr().out.startswith("NOT VALID: it is of another hub")
    assert run([str(file), "--root-fingerprint", "x", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False


@pytest.mark.parametrize("data", [None, b"", b"{}", b"x" * 100])
def test_it_says_that_it_cannot_read(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "none.json"
    if data is not None:
        path.write_bytes(data)
    assert run([str(path)]) == 2


def test_a_wrong_command_line_is_misuse() -> None:
    with pytest.raises(SystemExit) as caught:
        run([])
    assert caught.value.code == 2


def test_the_checkpoint_an_auditor_kept_is_read_from_a_file(
    room: TrailRoom, file: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    seen.write_text(room.hub.checkpoint(), encoding="utf-8")
    assert run([str(file), "--seen", str(seen)]) == 0
    seen.write_text("nonsense", encoding="utf-8")
    assert run([str(file), "--seen", str(seen)]) == 1


def test_it_stands_alone(file: Path) -> None:
    """It imports nothing of the program, and the standard library and cryptography suffice."""
    program = (
        "import sys\n"
        "from app.signing.verifier.report import run\n"
        "code = run([sys.argv[1]])\n"
        "ours = {'app', 'views', 'domain', 'optimization', 'connectors', 'resources'}\n"
        "mine = [name for name in sys.modules if name.split('.')[0] in ours]\n"
        "strange = [name for name in mine if not name.startswith('app.signing.verifier')]\n"
        "assert set(strange) <= {'app', 'app.signing'}, strange\n"
        "known = set(sys.stdlib_module_names) | ours | {'cryptography', '_cffi_backend', 'bcrypt'}\n"
        "others = {n.split('.')[0] for n in sys.modules if getattr(sys.modules[n], '__file__', '')}\n"
        "print(sorted(name for name in others - known if not name.startswith('_')), code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path!r}\n{program}", str(file)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "[] 0", done.stderr


def test_both_spell_a_fingerprint_alike() -> None:
    for seed in range(20):
        key: PublicKey = hub_key(seed=seed).public
        assert fingerprint(key.spki) == key.fingerprint
        assert [len(part) for part in key.fingerprint.split("-")] == [5] * 5
