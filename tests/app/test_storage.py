"""The files of a profile: encrypted, copied by the hour, restored when damaged, with room for signing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from sqlcipher3 import dbapi2

from app.cli.parser import parse
from app.databases import (
    COPIES_FOLDER,
    open_ledger_database,
    open_mirror_database,
    restore_ledger,
    unlocked,
)
from app.profile import Profile, ProfileKind
from app.services.rehearse import rehearse
from app.signing.sealing import PinCost
from app.signing.vault import CannotSignError
from app.signing_desk import RESTORED_FILE, fixed_pin
from app.store.engine import DiskFullError, known_errors, open_database, read_only_engine
from app.store.keeping import COPIES_KEPT, back_up, copies_of, is_plain, newest_sound
from app.store.ledger import Ledger
from app.store.ledger_chain import chain_problems
from app.store.ledger_reads import LedgerReads
from app.store.mirror import Mirror
from app.upkeep import RESERVE_BYTES, RESERVE_FILE, SCARCE_BYTES, Room, Upkeep
from domain.errors import CorruptError, UnavailableError
from tests.support.approval_desk import Desk, TurnedClock, empty_ledger

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PIN, CHEAP = "a long enough pin", PinCost(memory_kib=8, passes=1)
CANARY = b"The line would ship two days late."


def now() -> datetime:
    return NOW


def profile(folder: Path, *, encrypt: bool = True) -> Profile:
    folder.mkdir(exist_ok=True)
    plain = Profile(
        name="site",
        title="Site",
        kind=ProfileKind.CONNECTED,
        folder=folder,
        sources=(),
        identities=(),
        encrypt=encrypt,
        hub_url="http://127.0.0.1:9",
    )
    return unlocked(plain, fixed_pin(PIN), random.Random(7).randbytes, CHEAP)


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A plain ledger with a proposal in it."""
    desk = Desk(tmp_path, name="ledger", clock=TurnedClock())
    desk.propose()
    desk.close()
    return tmp_path / "ledger.db"


def entries(of: Profile) -> int:
    ledger = Ledger(open_ledger_database(of, now))
    try:
        return ledger.verify().entries
    finally:
        ledger.close()


def test_a_plain_ledger_is_encrypted_and_says_the_same(signed: Path) -> None:
    assert CANARY in signed.read_bytes() + b"".join(p.read_bytes() for p in signed.parent.glob("ledger.db-*"))
    of = profile(signed.parent)
    assert entries(of) == 1
    assert not is_plain(signed)
    for file in signed.parent.iterdir():
        assert CANARY not in file.read_bytes(), file
        assert of.storage_key not in file.read_bytes(), file
    assert LedgerReads(read_only_engine(signed, of.storage_key)).approvals()[0].state == "submitted"


def test_the_key_is_the_same_again_and_takes_the_pin(tmp_path: Path) -> None:
    first, again = profile(tmp_path / "site"), profile(tmp_path / "site")
    assert first.storage_key == again.storage_key
    assert "storage_key" not in repr(first)
    with pytest.raises(CannotSignError, match="PIN"):
        unlocked(replace(first, storage_key=b""), fixed_pin("another long pin"), random.randbytes, CHEAP)
    assert profile(tmp_path / "open", encrypt=False).storage_key == b""


def test_a_lost_key_is_said_and_nothing_is_made_anew(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    open_ledger_database(of, now).dispose()
    (of.folder / "secrets-desk.json").unlink()
    before = (of.folder / "ledger.db").read_bytes()
    with pytest.raises(CorruptError, match="its key is not in the"):
        profile(of.folder)
    assert (of.folder / "ledger.db").read_bytes() == before


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    open_ledger_database(of, now).dispose()
    with pytest.raises(CorruptError, match="not a database"):
        open_database(of.folder / "ledger.db", role="ledger", key=bytes(32))


def test_an_encrypted_mirror_is_rehearsed_on_a_copy(tmp_path: Path) -> None:
    of = profile(tmp_path / "site")
    open_mirror_database(of, now).dispose()
    found = rehearse(of.folder / "mirror.db", {}, now=NOW, key=of.storage_key)
    assert found.closing == ()


@pytest.mark.parametrize("encrypt", [True, False])
def test_a_damaged_mirror_is_set_aside_and_made_anew(tmp_path: Path, encrypt: bool) -> None:
    of = profile(tmp_path / "site", encrypt=encrypt)
    rubbish = bytes(range(256)) * 64
    (of.folder / "mirror.db").write_bytes(rubbish)
    mirror = Mirror(open_mirror_database(of, now))
    assert mirror.cases() == []
    mirror.close()
    (aside,) = of.folder.glob("mirror.db.damaged-*")
    assert aside.read_bytes() == rubbish


@pytest.mark.parametrize("damage", ["rubbish", "cut", "middle", "empty page"])
@pytest.mark.parametrize("encrypt", [True, False])
def test_a_damaged_ledger_gives_way_to_its_newest_sound_copy(
    signed: Path, damage: str, encrypt: bool
) -> None:
    of = profile(signed.parent, encrypt=encrypt)
    assert entries(of) == 1
    copies = of.folder / COPIES_FOLDER
    back_up(signed, copies, NOW, of.storage_key)
    bad = back_up(signed, copies, NOW + timedelta(hours=1), of.storage_key)
    bad.write_bytes(b"\xa5" * 9000)
    whole = signed.read_bytes()
    signed.write_bytes(
        {
            "rubbish": bytes(range(256)) * 64,
            "cut": whole[: len(whole) // 2 + 100],
            "middle": whole[:4096] + b"\xa5" * (len(whole) - 4096),
            "empty page": whole[:8192] + bytes(4096) * 8 + whole[8192 + 8 * 4096 :],
        }[damage]
    )
    damaged = signed.read_bytes()
    assert entries(of) == 1
    (aside,) = of.folder.glob("ledger.db.damaged-20261122T090000")
    assert aside.read_bytes() == damaged
    assert (of.folder / RESTORED_FILE).exists()


def test_without_a_copy_a_damaged_ledger_is_left_as_it_is(tmp_path: Path) -> None:
    of = profile(tmp_path / "site", encrypt=False)
    (of.folder / "ledger.db").write_bytes(b"no database at all" * 300)
    with pytest.raises(CorruptError):
        open_ledger_database(of, now)
    assert (of.folder / "ledger.db").read_bytes() == b"no database at all" * 300


@pytest.mark.parametrize("what", ["envelope = x'00'", "prev = 'b'", "seq = 5"])
def test_a_changed_ledger_is_said_and_not_replaced_unasked(signed: Path, what: str) -> None:
    of = profile(signed.parent, encrypt=False)
    back_up(signed, of.folder / COPIES_FOLDER, NOW)
    with dbapi2.connect(str(signed)) as connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute(f"UPDATE audit_entry SET {what}")  # noqa: S608 - the test's own words
    connection.close()
    with pytest.raises(CorruptError, match="was changed"):
        open_ledger_database(of, now)
    assert not (of.folder / RESTORED_FILE).exists()


def test_copies_are_whole_and_two_days_are_kept(signed: Path) -> None:
    folder = signed.parent / COPIES_FOLDER
    for hour in range(COPIES_KEPT + 3):
        folder.mkdir(exist_ok=True)
        (folder / f"ledger-20261101T{hour:06d}.db").write_bytes(b"old")
    newest = back_up(signed, folder, NOW)
    kept = copies_of(signed, folder)
    assert (len(kept), kept[0]) == (COPIES_KEPT, newest)
    assert newest_sound(signed, folder, b"", chain_problems) == newest
    assert newest_sound(signed, signed.parent, b"", lambda _engine: ("bad",)) is None


def test_the_command_restores_and_lists(
    signed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        'name = "site"\nkind = "connected"\nencrypt = false\n[[source]]\nname = "e"\nsystem = "s"\nurl = ""\n'
    )
    (signed.parent / "profile.toml").write_text(text, encoding="utf-8")
    copy = back_up(signed, signed.parent / COPIES_FOLDER, NOW)
    signed.write_bytes(empty_ledger())
    for words, said in (
        (["--list"], str(copy)),
        ([], "is the ledger now"),
        (["--from", str(copy)], "of before"),
    ):
        options = parse(["restore", "--profile", str(signed.parent), *words])
        assert options.run(options) == 0
        assert said in capsys.readouterr().out
    assert entries(profile(signed.parent, encrypt=False)) == 1


def upkeep(of: Profile, free: dict[str, int], clock: TurnedClock) -> Upkeep:
    return Upkeep(profile=of, now=clock.now, free=lambda _folder: free["bytes"])


def test_a_copy_an_hour_and_a_reserve(signed: Path) -> None:
    of, clock, free = profile(signed.parent, encrypt=False), TurnedClock(), {"bytes": 10**9}
    keeper = upkeep(of, free, clock)
    for minutes, copies in ((0, 1), (59, 1), (1, 2)):
        clock.turn(timedelta(minutes=minutes))
        keeper.look()
        assert len(copies_of(signed, of.folder / COPIES_FOLDER)) == copies
    assert (of.folder / RESERVE_FILE).stat().st_size == RESERVE_BYTES
    assert (of.folder / RESERVE_FILE).stat().st_blocks * 512 >= RESERVE_BYTES


def test_a_full_disk_stops_reading_first_and_signing_last(signed: Path) -> None:
    of, clock, free = profile(signed.parent, encrypt=False), TurnedClock(), {"bytes": 10**9}
    keeper = upkeep(of, free, clock)
    keeper.look()
    free["bytes"] = SCARCE_BYTES - 1
    with pytest.raises(DiskFullError, match="nothing more is read"):
        keeper.require_room_to_read()
    keeper.require_room_to_sign()
    free["bytes"] = RESERVE_BYTES - 1
    keeper.require_room_to_sign()
    assert not (of.folder / RESERVE_FILE).exists(), "the reserve is given up so that signing goes on"
    with pytest.raises(DiskFullError, match="only reads now"):
        keeper.require_room_to_sign()
    free["bytes"] = 10**9
    keeper.require_room_to_read()
    assert keeper.room is Room.AMPLE
    assert (of.folder / RESERVE_FILE).exists()


def test_a_full_disk_has_its_own_words() -> None:
    with pytest.raises(DiskFullError, match="The disk is full"), known_errors("ledger"):
        raise dbapi2.OperationalError("database or disk is full")
    with pytest.raises(UnavailableError, match="cannot be used") as raised, known_errors("ledger"):
        raise dbapi2.OperationalError("unable to open database file")
    assert not isinstance(raised.value, DiskFullError)


def test_a_restored_ledger_marks_that_the_hub_must_be_read(signed: Path) -> None:
    of = profile(signed.parent, encrypt=False)
    copy = back_up(signed, of.folder / COPIES_FOLDER, NOW)
    restore_ledger(replace(of, hub_url=""), copy, now)
    assert not (of.folder / RESTORED_FILE).exists(), "without a hub there is nothing to be read"
