"""The trust root: enough signatures of each version and of the one before, from the pinned fingerprint on."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli.parser import parse
from app.environment import PIN_VARIABLE
from app.hub.server import HubSettings, build_app
from app.root_files import FINGERPRINT_FILE, pin_root, pinned_root, renew_root
from app.signing.keys import KeyOwner, SigningKey, new_key
from app.signing.sealing import PinCost
from app.signing.trust_root import BadRootError, RootChain, add_signature, draft_root, open_chain
from app.signing.verifier.plain import InvalidError
from app.signing.verifier.report import verify
from domain.errors import BadInputError, CorruptError, RefusedError
from domain.ids import UserId
from domain.trust_root import RootAdmin, RootDocument
from tests.support.approval_desk import START, TurnedClock, default_policy, signer_of
from tests.support.belief import BELIEVED, refusal
from tests.support.forged_log import ForgedLog, honest, text
from tests.support.hub_site import hub_key
from tests.support.trail_room import packed, trail_room

EXECUTOR = signer_of("executor@desk").key.public.keyid
NAMES = ("ada", "ben", "cay", "dov", "eve", "fay")


def admin_key(name: str) -> SigningKey:
    owner = KeyOwner(user_id=UserId(name), device_id="root")
    return new_key(owner, random.Random(f"root/{name}").randbytes)[0]


def admins(*names: str) -> tuple[RootAdmin, ...]:
    keys = {name: admin_key(name).public for name in names}
    return tuple(RootAdmin(name=n, keyid=k.keyid, public_key=k.to_text()) for n, k in keys.items())


def root(version: int = 1, names: tuple[str, ...] = NAMES[:3], **changes: Any) -> RootDocument:
    plain = RootDocument(
        version=version,
        issued_at=START,
        expires_at=START + timedelta(days=365),
        threshold=2,
        admins=admins(*names),
        hub_keyids=(hub_key().public.keyid,),
    )
    return replace(plain, **changes)


def signed(document: RootDocument, *names: str) -> bytes:
    envelope = draft_root(document)
    for name in names:
        envelope = add_signature(envelope, admin_key(name))
    return envelope


FIRST = signed(root(), "ada", "cay")
#: The administrators are exchanged: two of the old ones and two of the new ones sign.
SECOND = signed(root(2, NAMES[2:5]), "ada", "cay", "dov")


def chain(*envelopes: bytes) -> bytes:
    return b"\n".join(envelopes)


def test_a_rotation_is_followed_from_the_first_version() -> None:
    found = open_chain(chain(FIRST, SECOND), open_chain(FIRST).fingerprint.lower())
    assert [each.version for each in found.versions] == [1, 2]
    assert found.current.admins == root(2, NAMES[2:5]).admins
    assert found.goes_on_from(open_chain(FIRST))


FALSE: dict[str, bytes] = {
    "one signature": signed(root(), "ada"),
    "a stranger's signature more": signed(root(), "ada", "ben", "eve"),
    "strangers' signatures": signed(root(), "dov", "eve"),
    "the new ones alone": chain(FIRST, signed(root(2, NAMES[2:5]), "cay", "dov")),
    "the old ones alone": chain(FIRST, signed(root(2, NAMES[2:5]), "ada", "ben")),
    "a version left out": chain(FIRST, signed(root(3), "ada", "ben")),
    "a version twice": chain(FIRST, FIRST),
    "the second alone": SECOND,
    "nothing": b"",
}


@pytest.mark.parametrize("name", FALSE)
def test_what_lacks_signatures_or_order_is_no_root(name: str) -> None:
    with pytest.raises((BadRootError, BadInputError)):
        open_chain(FALSE[name])
    if FALSE[name]:
        assert refusal(packed({**honest().document(), "root": text(FALSE[name])})) != BELIEVED


def tampered(change: Callable[[dict[str, Any]], None]) -> bytes:
    document = json.loads(FIRST)
    said = json.loads(base64.b64decode(document["payload"]))
    change(said)
    document["payload"] = base64.b64encode(bytes_of_plain(said)).decode()
    return bytes_of_plain(document)


def bytes_of_plain(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(hub_keyids=[hub_key(1).public.keyid]),
        lambda said: said.update(threshold=1),
        lambda said: said.update(expires_at="2027-12-31T00:00:00.000Z"),
        lambda said: said["admins"].pop(),
        lambda said: said["admins"][0].update(keyid="a" * 64),
        lambda said: said.update(note="x"),
    ],
)
def test_no_change_of_a_signed_root_is_believed(change: Callable[[dict[str, Any]], None]) -> None:
    data = tampered(change)
    with pytest.raises((BadRootError, BadInputError)):
        open_chain(data)
    assert refusal(packed({**honest().document(), "root": text(data)})) != BELIEVED


def test_another_beginning_is_not_the_pinned_root() -> None:
    other = open_chain(signed(root(threshold=3), *NAMES[:3]))
    with pytest.raises(BadRootError, match="another version than the pinned one"):
        open_chain(FIRST, other.fingerprint)


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1},
        {"threshold": 4},
        {"admins": admins("ada", "ben")},
        {"admins": admins("ada", "ben", "cay")[:2] * 2},
        {"expires_at": START + timedelta(days=401)},
        {"expires_at": START},
        {"hub_keyids": ()},
        {"version": 0},
    ],
)
def test_a_root_of_one_person_or_without_end_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInputError):
        root(**changes)


def test_it_ends() -> None:
    found = open_chain(FIRST)
    assert found.require_current(START + timedelta(days=364)).version == 1
    with pytest.raises(BadRootError, match="ended on 2027-11-22"):
        found.require_current(START + timedelta(days=365))


def test_a_folder_keeps_what_goes_on_and_nothing_else(tmp_path: Path) -> None:
    assert pinned_root(tmp_path) is None
    pin_root(tmp_path, FIRST, open_chain(FIRST).fingerprint)
    renew_root(tmp_path, chain(FIRST, SECOND))
    renew_root(tmp_path, FIRST)
    kept = pinned_root(tmp_path)
    assert kept is not None
    assert kept.current.version == 2
    other = chain(FIRST, signed(root(2, NAMES[:4]), "ada", "ben"))
    with pytest.raises(BadRootError, match="not the continuation"):
        renew_root(tmp_path, chain(*other.splitlines(), signed(root(3, NAMES[:4]), "ada", "ben")))
    another = signed(root(threshold=3), *NAMES[:3])
    with pytest.raises(BadRootError, match="Another trust root"):
        pin_root(tmp_path, another, open_chain(another).fingerprint)
    (tmp_path / "root.json").unlink()
    with pytest.raises(CorruptError, match="is pinned"):
        pinned_root(tmp_path)
    assert (tmp_path / FINGERPRINT_FILE).exists()


def settings(tmp_path: Path, found: RootChain) -> HubSettings:
    return HubSettings(
        database_url=f"sqlite:///{tmp_path / 'hub.db'}",
        policy=default_policy(),
        key=hub_key(),
        clock=TurnedClock(),
        root=found,
    )


def test_a_hub_that_the_root_does_not_name_does_not_start(tmp_path: Path) -> None:
    other = root(hub_keyids=(hub_key(1).public.keyid,))
    with pytest.raises(RefusedError, match="does not name this hub"):
        build_app(settings(tmp_path, open_chain(signed(other, "ada", "ben"))))
    assert build_app(settings(tmp_path, open_chain(FIRST))).title == "Control Tower hub"


def test_the_hub_lets_only_named_executors_begin(tmp_path: Path) -> None:
    with trail_room(tmp_path) as room:
        room.log._executors = frozenset({"a" * 64})
        room.decide(room.propose())
        room.settle()
        assert room.system.submits == []
        refused = [each.why for each in room.log.feed(-1) if each.outcome != "accepted"]
    assert refused == [f"the trust root does not name the executor's key {EXECUTOR[:12]}"]


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    options = parse(["root", *words])
    code: int = options.run(options)
    return code, capsys.readouterr().out


def test_administrators_make_sign_rotate_and_pin_a_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PIN_VARIABLE, "a long enough pin")
    monkeypatch.setattr("app.cli.root.PIN_COST", PinCost(memory_kib=8, passes=1))
    file, keys = str(tmp_path / "root.json"), ["--folder", str(tmp_path)]
    named = [command(capsys, "key", "--as", name, *keys)[1].splitlines()[0] for name in NAMES[:3]]
    given = [part for each in named for part in ("--admin", each)]
    code, out = command(capsys, "new", file, *given, "--hub-key", hub_key().public.to_text())
    assert (code, "does not hold yet" in out) == (0, True)
    command(capsys, "sign", file, "--as", "ada", *keys)
    assert command(capsys, "show", file)[0] == 1
    command(capsys, "sign", file, "--as", "cay", *keys)
    code, out = command(capsys, "show", file)
    fingerprint = open_chain(Path(file).read_bytes()).fingerprint
    assert (code, f"it holds: fingerprint {fingerprint}" in out) == (0, True)
    command(capsys, "rotate", file, "--executor-key", EXECUTOR)
    for name in NAMES[:2]:
        command(capsys, "sign", file, "--as", name, *keys)
    hub = tmp_path / "hub"
    command(capsys, "pin", file, "--fingerprint", fingerprint, "--folder", str(hub))
    kept = pinned_root(hub)
    assert kept is not None
    assert (kept.current.version, kept.current.executor_keyids) == (2, (EXECUTOR,))


def bundle(log: ForgedLog, *envelopes: bytes) -> bytes:
    return packed(log.document(root=text(chain(*envelopes))))


def test_the_verifier_compares_the_root_and_not_the_hub() -> None:
    data = bundle(honest(), FIRST, SECOND)
    fingerprint = open_chain(FIRST).fingerprint
    report = verify(data[:-1], pinned=fingerprint)
    assert (report["hub_fingerprint"], report["root_version"]) == (fingerprint, 2)
    with pytest.raises(InvalidError, match="of another hub"):
        verify(data[:-1], pinned=hub_key().public.fingerprint)
    with pytest.raises(InvalidError, match="of another hub"):
        verify(packed(honest().document())[:-1], pinned=fingerprint)


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        ({}, True),
        ({"executor_keyids": (EXECUTOR,)}, True),
        ({"executor_keyids": ("a" * 64,)}, False),
        ({"hub_keyids": ("a" * 64,)}, False),
        ({"issued_at": START - timedelta(days=9), "expires_at": START + timedelta(minutes=1)}, False),
    ],
)
def test_a_trail_keeps_to_its_root(changes: dict[str, Any], believed: bool) -> None:
    said = refusal(bundle(honest(), signed(root(**changes), "ada", "ben")))
    assert (said == BELIEVED) is believed, said
