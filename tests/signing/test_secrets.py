"""Secrets at rest: the system's keyring where it protects, a PIN file otherwise, plain text never."""

from __future__ import annotations

import random
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import KeyringLocked

from app.environment import PIN_FILE_VARIABLE, PIN_VARIABLE
from app.secrets import (
    KeyringSecrets,
    MemorySecrets,
    PinFileSecrets,
    is_secure,
    open_secrets,
    pin_from,
)
from app.signing.keys import KeyOwner
from app.signing.sealing import PinCost
from app.signing.vault import CannotSignError, KeyVault
from domain.errors import CorruptError, RefusedError, TowerError, UnavailableError
from domain.ids import UserId

QUICK = PinCost(memory_kib=8, passes=1)
OWNER = KeyOwner(user_id=UserId("a.moreno"), device_id="desk-1")
PIN = "correct-horse-battery"


def entropy(seed: int = 0) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


def asks(pin: str) -> Callable[[str], str]:
    return lambda _user: pin


class InMemoryKeyring(KeyringBackend):
    """A keyring as a desktop has one."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class WeakKeyring(InMemoryKeyring):
    """A keyring that says of itself that it is not recommended."""

    priority = 0.5  # type: ignore[assignment] # as keyring's own backends have it


class LockedKeyring(InMemoryKeyring):
    """A keyring whose owner does not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")


class ForgetfulKeyring(InMemoryKeyring):
    """A keyring that drops what it is given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept.clear()


class HangingKeyring(InMemoryKeyring):
    """A keyring that waits for a person in another window."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait(10.0)
        return None


@pytest.fixture
def chosen() -> Iterator[Callable[[KeyringBackend], None]]:
    """Makes a backend the one that keyring chooses; undone afterwards."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def pin_file(folder: Path, pin: str = PIN, seed: int = 0) -> PinFileSecrets:
    return PinFileSecrets(
        file=folder / "secrets.json",
        user_id="a.moreno",
        ask_pin=asks(pin),
        entropy=entropy(seed),
        cost=QUICK,
    )


def vault(secrets: PinFileSecrets | MemorySecrets | KeyringSecrets, pin: str = PIN) -> KeyVault:
    return KeyVault(secrets=secrets, ask_pin=asks(pin), entropy=entropy(1), cost=QUICK)


def test_a_secret_comes_back_in_another_session(tmp_path: Path) -> None:
    pin_file(tmp_path).put("erp", b"hunter2")
    assert pin_file(tmp_path).get("erp") == b"hunter2"
    assert pin_file(tmp_path).get("other") is None


def test_the_file_is_private_and_holds_nothing_in_plain(tmp_path: Path) -> None:
    store = pin_file(tmp_path)
    store.put("erp", b"hunter2-hunter2")
    key = vault(store).create(OWNER)
    private = random.Random(1)
    drawn = [private.randbytes(n) for n in (32, 16, 32)]
    raw = (tmp_path / "secrets.json").read_bytes()
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    import base64

    for secret in (b"hunter2-hunter2", PIN.encode(), drawn[0], drawn[2]):
        for form in (secret, base64.b64encode(secret), secret.hex().encode()):
            assert form not in raw
    assert key.public.keyid
    assert list(tmp_path.iterdir()) == [tmp_path / "secrets.json"]


def test_a_key_is_unlocked_with_its_pin_only(tmp_path: Path) -> None:
    made = vault(pin_file(tmp_path)).create(OWNER)
    assert vault(pin_file(tmp_path)).unlock(OWNER).public == made.public
    with pytest.raises(CannotSignError) as caught:
        vault(pin_file(tmp_path, pin="something else")).unlock(OWNER)
    assert str(caught.value) == "The PIN is not that of a.moreno. Try again; nothing was signed or changed."


def test_in_a_keyring_the_pin_is_needed_too() -> None:
    secrets = KeyringSecrets(backend=InMemoryKeyring(), service="control-tower/test")
    made = vault(secrets).create(OWNER)
    assert vault(secrets).unlock_or_create(OWNER).public == made.public
    with pytest.raises(CannotSignError, match="PIN is not that of"):
        vault(secrets, pin="wrong").unlock(OWNER)


def test_without_a_key_it_says_so() -> None:
    with pytest.raises(CannotSignError, match=r"no signing key of a\.moreno on desk-1"):
        vault(MemorySecrets()).unlock(OWNER)


def test_there_is_one_key_a_person_and_device() -> None:
    keys = vault(MemorySecrets())
    assert not keys.holds(OWNER)
    keys.unlock_or_create(OWNER)
    assert keys.holds(OWNER)
    with pytest.raises(RefusedError, match="already has a key"):
        keys.create(OWNER)


def test_a_short_pin_is_refused_where_it_is_the_only_guard(tmp_path: Path) -> None:
    with pytest.raises(CannotSignError, match="fewer than 10"):
        pin_file(tmp_path, pin="1234").put("erp", b"x")
    assert not (tmp_path / "secrets.json").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b"[]", b'{"format": "other"}', b'{"salt": 1, "check": 2}']
)
def test_a_damaged_file_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secrets.json").write_bytes(content)
    with pytest.raises(CorruptError, match=r"secrets\.json is damaged"):
        pin_file(tmp_path).get("erp")


def test_a_swapped_entry_is_found(tmp_path: Path) -> None:
    import json

    store = pin_file(tmp_path)
    store.put("one", b"1")
    store.put("two", b"2")
    document = json.loads((tmp_path / "secrets.json").read_text())
    entries = document["entries"]
    entries["one"], entries["two"] = entries["two"], entries["one"]
    (tmp_path / "secrets.json").write_text(json.dumps(document))
    with pytest.raises(CorruptError):
        pin_file(tmp_path).get("one")


@pytest.mark.parametrize(
    ("backend", "secure"),
    [
        (InMemoryKeyring(), True),
        (WeakKeyring(), False),
        (FailKeyring(), False),  # type: ignore[no-untyped-call]
        (NullKeyring(), False),  # type: ignore[no-untyped-call]
        (ChainerBackend(), False),  # type: ignore[no-untyped-call]
    ],
)
def test_which_keyrings_protect(backend: KeyringBackend, secure: bool) -> None:
    assert is_secure(backend) is secure


def test_the_plain_text_keyring_is_refused() -> None:
    kind = type("PlaintextKeyring", (InMemoryKeyring,), {"__module__": "keyrings.alt.file"})
    assert not is_secure(kind())
    with pytest.raises(RefusedError, match="does not protect"):
        KeyringSecrets(backend=kind(), service="x")


def test_a_locked_keyring_is_one_clear_sentence() -> None:
    with pytest.raises(UnavailableError, match="failed: locked"):
        KeyringSecrets(backend=LockedKeyring(), service="x").get("a")


def test_a_keyring_that_forgets_is_found_out() -> None:
    with pytest.raises(UnavailableError, match="did not keep"):
        KeyringSecrets(backend=ForgetfulKeyring(), service="x").put("a", b"1")


def test_a_keyring_that_hangs_is_given_up() -> None:
    backend = HangingKeyring()
    with pytest.raises(UnavailableError, match="did not answer"):
        KeyringSecrets(backend=backend, service="x", timeout_seconds=0.05).get("a")
    backend.unlocked.set()


def test_the_best_store_is_chosen_and_named(tmp_path: Path, chosen: Callable[[KeyringBackend], None]) -> None:
    def store() -> str:
        return open_secrets(
            folder=tmp_path, profile="demo", user_id="a/b", ask_pin=asks(PIN), entropy=entropy(), cost=QUICK
        ).backend_name

    chosen(InMemoryKeyring())
    assert store() == "system keyring (test_secrets.InMemoryKeyring)"
    chosen(FailKeyring())  # type: ignore[no-untyped-call]
    assert store() == "PIN-protected file (reduced protection)"
    assert MemorySecrets().backend_name.startswith("memory")


def test_where_the_pin_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("from the file\n")
    assert pin_from({PIN_VARIABLE: "from the variable"})("a") == "from the variable"
    assert pin_from({PIN_FILE_VARIABLE: str(file)})("a") == "from the file"
    assert pin_from({}, lambda question: f"typed at {question}")("a") == "typed at PIN of a: "
    for nowhere in ({}, {PIN_FILE_VARIABLE: str(tmp_path / "absent")}):
        with pytest.raises(TowerError) as caught:
            pin_from(nowhere)("a.moreno")
        assert PIN_FILE_VARIABLE in caught.value.remedy


def test_a_key_keeps_the_cost_it_was_made_with() -> None:
    store = MemorySecrets()
    slower = PinCost(memory_kib=16, passes=2)
    made = KeyVault(secrets=store, ask_pin=asks(PIN), entropy=entropy(), cost=QUICK).create(OWNER)
    later = KeyVault(secrets=store, ask_pin=asks(PIN), entropy=entropy(1), cost=slower)
    assert later.unlock(OWNER).public == made.public


def test_a_damaged_key_is_said_to_be_damaged() -> None:
    store = MemorySecrets()
    vault = KeyVault(secrets=store, ask_pin=asks(PIN), entropy=entropy(), cost=QUICK)
    vault.create(OWNER)
    store.put("signing-key/a.moreno/desk-1", b"short")
    with pytest.raises(CannotSignError, match="damaged"):
        vault.unlock(OWNER)
