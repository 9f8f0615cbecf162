"""Sixty secrets go through every path of the program; none is found in anything that it leaves behind."""

from __future__ import annotations

import base64
import logging
import random
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest

from app.connect import connector_of
from app.fault_log import log_to, report_faults_to
from app.hub.client import enrol_at
from app.hub.hub_database import open_hub_database
from app.profile import SourceSettings
from app.secrets import PinFileSecrets
from app.signing.keys import KeyOwner, SigningKey, new_key
from app.signing.sealing import PinCost
from app.signing.vault import KeyVault
from connectors.http import HttpClient
from domain.commands import Command
from domain.errors import TowerError
from domain.ids import SourceName, UserId
from tests.support.approval_desk import PEOPLE, TurnedClock, reallocation, signer_of
from tests.support.chaos_server import HTML, ChaosAnswer, ChaosRequest, chaos, refused_address
from tests.support.hub_site import running_site
from tests.support.trail_room import trail_room

EACH = 10
KINDS = ("pin", "token", "password", "url-password", "url-key", "key")
QUICK = PinCost(memory_kib=8, passes=1)


class Canaries:
    """Ten secrets of each kind, and where they were looked for."""

    def __init__(self) -> None:
        chance = random.Random(20261122)
        self.secrets: dict[str, bytes] = {
            f"{kind} {number}": f"canary-{chance.randbytes(12).hex()}".encode()
            for kind in KINDS[:-1]
            for number in range(EACH)
        }

    def of(self, kind: str) -> list[str]:
        """The ten of a kind."""
        return [value.decode() for name, value in self.secrets.items() if name.split()[0] == kind]

    def found_in(self, data: bytes) -> list[str]:
        """Which of them are in these bytes, plain or in a usual spelling."""
        return [name for name, secret in self.secrets.items() if any(s in data for s in spellings(secret))]


def spellings(secret: bytes) -> set[bytes]:
    """A secret as programs write them."""
    text = base64.b64encode(secret).rstrip(b"=")
    return {
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        text,
        base64.urlsafe_b64encode(secret).rstrip(b"="),
        repr(secret).encode(),
        quote(secret).encode(),
    }


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[BaseException], None]]:
    """Logging at its most talkative into ``log/``; what is raised is logged as an uncaught fault."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    crash_files: list[IO[str]] = []
    monkeypatch.setattr("faulthandler.enable", crash_files.append)
    log_to(tmp_path / "log", "canaries")
    told: list[str] = []
    report_faults_to(told.append)
    uncaught = sys.excepthook
    sys.excepthook, threading.excepthook = hooks
    root.setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.DEBUG)

    def fault(error: BaseException) -> None:
        with (tmp_path / "log" / "words").open("a", encoding="utf-8") as words:
            words.write(f"{error}\n{error!r}\n{told}\n")
        uncaught(type(error), error, error.__traceback__)

    yield fault
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
        handler.close()
    for file in crash_files:
        file.close()
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def attempt(act: Callable[[], object], said: Callable[[BaseException], None]) -> None:
    """Do something that may fail; what it says is kept like an uncaught fault."""
    try:
        act()
    except TowerError as error:
        said(error)


def keys_under_pins(folder: Path, canaries: Canaries, said: Callable[[BaseException], None]) -> None:
    """Ten people make keys under their PINs, open them, and mistype."""
    for number, pin in enumerate(canaries.of("pin")):
        user = f"user-{number}"
        entropy = random.Random(user).randbytes

        def vault(typed: str, user: str = user, entropy: Callable[[int], bytes] = entropy) -> KeyVault:
            file = folder / f"secrets-{user}.json"
            store = PinFileSecrets(
                file=file, user_id=user, ask_pin=lambda _: typed, entropy=entropy, cost=QUICK
            )
            return KeyVault(secrets=store, ask_pin=lambda _: typed, entropy=entropy, cost=QUICK)

        owner = KeyOwner(user_id=UserId(user), device_id="desk-1")
        key = vault(pin).create(owner)
        canaries.secrets[f"key {number}"] = private_bytes(key)
        said(ValueError(f"{key!r} {vault(pin).unlock(owner)!r}"))
        attempt(partial(vault(pin_before(canaries, owner)).unlock, owner), said)


def pin_before(canaries: Canaries, owner: KeyOwner) -> str:
    """The PIN of somebody else."""
    return canaries.of("pin")[int(owner.user_id.rsplit("-", 1)[1]) - 1]


def private_bytes(key: SigningKey) -> bytes:
    """The thirty-two bytes that must never be seen."""
    return key._key.private_bytes_raw()


def badly_behaved(request: ChaosRequest) -> ChaosAnswer:
    """A system that says in its answer what it was sent."""
    echo = repr(request).encode()
    answers = (
        ChaosAnswer(status=401, body=echo),
        ChaosAnswer(status=403, body=b'{"detail": "no"}', content_type="application/problem+json"),
        HTML,
        ChaosAnswer(status=500, body=echo),
        ChaosAnswer(body=b"{", cut_after=0),
        ChaosAnswer(status=302, headers={"Location": request.path}),
    )
    return answers[len(request.body) % 2 * 3 + len(request.path) % 3]


def sources_of(address: str, canaries: Canaries) -> Iterator[tuple[SourceSettings, str]]:
    """Sources whose credentials, or whose addresses, hold secrets."""
    for number, (token, password) in enumerate(
        zip(canaries.of("token"), canaries.of("password"), strict=True)
    ):
        place = address if number % 3 else refused_address()
        yield SourceSettings(name="svc", system="service", url=f"{place}/{'x' * number}", secret="s"), token
        options = (("database", "erp"), ("user", "tower"))
        yield (
            SourceSettings(name="erp", system="tryton", url=place, secret="s", options=options),
            password,
        )
    for number, (password, key) in enumerate(
        zip(canaries.of("url-password"), canaries.of("url-key"), strict=True)
    ):
        bare = address.removeprefix("http://") if number % 2 else "127.0.0.1:1"
        for system, url in (
            ("service", f"http://me:{password}@{bare}"),
            ("service", f"http://{bare}/a?api_key={key}"),
            ("service", f"ftp://me:{password}@{bare}"),
            ("edi", f"sftp://me:{password}@{bare}/in"),
            ("files", f"ftp://me:{password}@{bare}/in"),
        ):
            yield SourceSettings(name="in", system=system, url=url, secret="s"), "t"


def talk_to_systems(folder: Path, canaries: Canaries, said: Callable[[BaseException], None]) -> None:
    """Connect with every credential to systems that are away, refuse, or answer nonsense."""
    with chaos(badly_behaved) as server:
        for source, secret in sources_of(server.address, canaries):

            def use(source: SourceSettings = source, secret: str = secret) -> None:
                connector = connector_of(
                    source,
                    credential=lambda _name: secret,
                    folder=folder,
                    clock=TurnedClock(),
                    monotonic=lambda: 0.0,
                )
                try:
                    said(ValueError(f"{connector!r} {connector.health()}"))
                    command = Command(key="K-1", source=SourceName(source.name), action=reallocation())
                    attempt(lambda: connector.submit(command), said)
                    attempt(lambda: connector.changes("orders", None, 10), said)
                finally:
                    connector.close()

            attempt(use, said)


def open_databases(canaries: Canaries, said: Callable[[BaseException], None]) -> None:
    """Hubs whose database addresses hold passwords and cannot be opened."""
    for number, password in enumerate(canaries.of("url-password")):
        scheme = ("postgresql", "mysql", "nonsense")[number % 3]
        attempt(partial(open_hub_database, f"{scheme}://hub:{password}@127.0.0.1:1/hub"), said)


def enrol_with_wrong_tokens(folder: Path, canaries: Canaries, said: Callable[[BaseException], None]) -> None:
    """A hub that lets nobody in without its token, and people who have another one."""
    own, *others = canaries.of("token")
    folder.mkdir()
    with running_site(folder, token=own) as site:
        for number, token in enumerate(others):
            owner = KeyOwner(user_id=UserId(list(PEOPLE)[number % len(PEOPLE)]), device_id=f"desk-{number}")
            key, private = new_key(owner, random.Random(f"wrong/{number}").randbytes)
            canaries.secrets[f"device key {number}"] = private
            client = HttpClient(site.server.url, headers={"Authorization": f"Bearer {token}"})
            attempt(partial(enrol_at, client, key, token), said)
            client.close()
        enrol_at(site.http, signer_of("a.moreno", "own").key, own)


def test_no_canary_is_found_anywhere(
    tmp_path: Path,
    canaries: Canaries,
    said: Callable[[BaseException], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    keys_under_pins(tmp_path, canaries, said)
    talk_to_systems(tmp_path, canaries, said)
    open_databases(canaries, said)
    enrol_with_wrong_tokens(tmp_path / "hub", canaries, said)
    with trail_room(tmp_path) as room:
        for user, signer in room.desk.people.items():
            canaries.secrets[f"signing key of {user}"] = private_bytes(signer.key)
        room.whole_trail()
        (tmp_path / "trail.json").write_bytes(room.bundle())
    (tmp_path / "log" / "output").write_text("".join(capfd.readouterr()), encoding="utf-8")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    found = {
        str(file.relative_to(tmp_path)): names
        for file in files
        if (names := canaries.found_in(file.read_bytes()))
    }
    assert len(canaries.secrets) >= len(KINDS) * EACH
    assert {"ledger", "hub", "log", "trail", "secrets"} <= {kind_of(file) for file in files}
    assert found == {}


def kind_of(file: Path) -> str:
    """What a file is: the test would prove nothing if one kind were missing."""
    if file.suffix == ".log":
        return "log"
    return {"desk-1.db": "ledger", "hub.db": "hub", "trail.json": "trail"}.get(
        file.name, file.name.split("-")[0]
    )


def test_the_search_finds_a_canary_in_any_spelling(canaries: Canaries) -> None:
    name, secret = next(iter(canaries.secrets.items()))
    for spelling in spellings(secret):
        assert canaries.found_in(b"before " + spelling + b" after") == [name]


def test_a_log_that_holds_a_secret_is_found(
    tmp_path: Path, canaries: Canaries, said: Callable[[BaseException], None]
) -> None:
    said(ValueError(f"the PIN {canaries.of('pin')[0]} was refused"))
    assert canaries.found_in((tmp_path / "log" / "canaries.log").read_bytes()) == ["pin 0"]
