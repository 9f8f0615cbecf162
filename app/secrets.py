"""Where secrets are kept: the system's keyring, else a file under a PIN; never plain text.

A keyring counts only when it encrypts: backends that write plain text or throw secrets away are
refused. Its calls run with a time limit, because a keyring may wait for a person in another window.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from app.environment import PIN_FILE_VARIABLE, PIN_VARIABLE
from app.signing.keys import Entropy
from app.signing.sealing import SALT_BYTES, PinCost, key_from_pin, seal, unseal
from app.signing.vault import AskPin, CannotSignError, wrong_pin
from domain.errors import CorruptError, RefusedError, UnavailableError

MINIMUM_PIN_CHARACTERS = 10
KEYRING_SECONDS = 20.0

_FORMAT = "control-tower secrets v1"
_CHECK = "check"
_REFUSED_MODULES = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")
R = TypeVar("R")


class SecretStore(Protocol):
    """Keeps secrets by name; ``backend_name`` is what the window shows."""

    @property
    def backend_name(self) -> str:
        """Where the secrets are, in words."""
        ...

    def get(self, name: str) -> bytes | None:
        """The secret of that name, or ``None``."""
        ...

    def put(self, name: str, value: bytes) -> None:
        """Keep a secret, in place of an earlier one."""
        ...


class MemorySecrets:
    """Secrets for this session only: gone when the program ends."""

    backend_name = "memory, for this session only"

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """The secret of that name, or ``None``."""
        return self._kept.get(name)

    def put(self, name: str, value: bytes) -> None:
        """Keep a secret, in place of an earlier one."""
        self._kept[name] = value


class KeyringSecrets:
    """Secrets in the keyring of the operating system."""

    def __init__(
        self, *, backend: KeyringBackend, service: str, timeout_seconds: float = KEYRING_SECONDS
    ) -> None:
        """Keep them under ``service``.

        Raises:
            RefusedError: the backend does not protect what it is given.
        """
        if not is_secure(backend):
            raise RefusedError(
                what=f"The keyring {_backend_name(backend)} does not protect secrets.",
                remedy="Use the system's own keyring, or a PIN-protected file.",
            )
        self._backend = backend
        self._service = service
        self._timeout_seconds = timeout_seconds
        self.backend_name = _keyring_words(backend)

    def get(self, name: str) -> bytes | None:
        """The secret of that name, or ``None``.

        Raises:
            UnavailableError: the keyring is locked, failed or did not answer in time.
        """
        text = self._call(lambda: self._backend.get_password(self._service, name))
        return None if text is None else base64.b64decode(text)

    def put(self, name: str, value: bytes) -> None:
        """Keep a secret, and read it back: some keyrings drop it without a word.

        Raises:
            UnavailableError: the keyring is locked, failed or did not answer in time.
        """
        text = base64.b64encode(value).decode()
        self._call(lambda: self._backend.set_password(self._service, name, text))
        if self.get(name) != value:
            raise UnavailableError(
                what=f"The {self.backend_name} did not keep a secret.", remedy="Unlock it and try again."
            )

    def _call(self, function: Callable[[], R]) -> R:
        answers: queue.Queue[tuple[R | None, KeyringError | None]] = queue.Queue()

        def run() -> None:
            try:
                answers.put((function(), None))
            except KeyringError as error:
                answers.put((None, error))

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            answer, error = answers.get(timeout=self._timeout_seconds)
        except queue.Empty:
            raise UnavailableError(
                what=f"The {self.backend_name} did not answer in {self._timeout_seconds:.0f} s.",
                remedy="Look for its window and unlock it, then try again.",
            ) from None
        if error is not None:
            raise UnavailableError(
                what=f"The {self.backend_name} failed: {error}.", remedy="Unlock it and try again."
            ) from error
        return answer  # type: ignore[return-value] # None only where R is optional


def is_secure(backend: KeyringBackend) -> bool:
    """Whether a keyring encrypts and keeps; a chain is as good as its weakest part."""
    parts = getattr(backend, "backends", None)
    if type(backend).__module__ == "keyring.backends.chainer":
        return bool(parts) and all(is_secure(part) for part in parts or ())
    return not type(backend).__module__.startswith(_REFUSED_MODULES) and backend.priority >= 1


def _keyring_words(backend: KeyringBackend) -> str:
    return f"system keyring ({_backend_name(backend)})"


def store_name() -> str:
    """Where :func:`open_secrets` keeps secrets on this machine, in words; nothing is opened."""
    backend = keyring.get_keyring()
    return _keyring_words(backend) if is_secure(backend) else PinFileSecrets.backend_name


def _backend_name(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__.rsplit('.', maxsplit=1)[-1]}.{type(backend).__name__}"


class PinFileSecrets:
    """Secrets in a file of one person, each encrypted under their PIN; opened at first use."""

    backend_name = "PIN-protected file (reduced protection)"

    def __init__(
        self, *, file: Path, user_id: str, ask_pin: AskPin, entropy: Entropy, cost: PinCost | None = None
    ) -> None:
        """Use ``file``, made with mode 0600 at the first :meth:`put`."""
        self._file = file
        self._user_id = user_id
        self._ask_pin = ask_pin
        self._entropy = entropy
        self._cost = cost or PinCost()
        self._key: bytes | None = None

    def get(self, name: str) -> bytes | None:
        """The secret of that name, or ``None``; asks for the PIN only where there is one.

        Raises:
            CannotSignError: the PIN is wrong.
            CorruptError: the file is damaged.
        """
        document = self._read()
        if document is None or name not in document["entries"]:
            return None
        value = unseal(self._unlocked(document), _bytes(document["entries"][name]), name)
        if value is None:
            raise self._damaged("an entry cannot be decrypted")
        return value

    def put(self, name: str, value: bytes) -> None:
        """Keep a secret, in place of an earlier one; the file is replaced in one step.

        Raises:
            CannotSignError: the PIN is wrong, or too short for a new file.
            CorruptError: the file is damaged.
        """
        document = self._read() or self._new_document()
        sealed = seal(self._unlocked(document), value, name, self._entropy)
        document["entries"][name] = base64.b64encode(sealed).decode()
        write_private(self._file, json.dumps(document, indent=1).encode())

    def _unlocked(self, document: dict[str, Any]) -> bytes:
        if self._key is None:
            cost = PinCost(memory_kib=document["memory_kib"], passes=document["passes"])
            key = key_from_pin(self._ask_pin(self._user_id), _bytes(document["salt"]), cost)
            if unseal(key, _bytes(document[_CHECK]), _CHECK) != _CHECK.encode():
                raise wrong_pin(self._user_id)
            self._key = key
        return self._key

    def _new_document(self) -> dict[str, Any]:
        pin = self._ask_pin(self._user_id)
        if len(pin) < MINIMUM_PIN_CHARACTERS:
            raise CannotSignError(
                what=f"The PIN has fewer than {MINIMUM_PIN_CHARACTERS} characters.",
                remedy="Choose a longer one: no keyring guards this file, only the PIN does.",
            )
        salt = self._entropy(SALT_BYTES)
        key = key_from_pin(pin, salt, self._cost)
        self._key = key
        return {
            "format": _FORMAT,
            "memory_kib": self._cost.memory_kib,
            "passes": self._cost.passes,
            "salt": base64.b64encode(salt).decode(),
            _CHECK: base64.b64encode(seal(key, _CHECK.encode(), _CHECK, self._entropy)).decode(),
            "entries": {},
        }

    def _read(self) -> dict[str, Any] | None:
        try:
            document = json.loads(self._file.read_bytes())
            shape = {
                name: type(document[name]) for name in ("salt", _CHECK, "entries", "memory_kib", "passes")
            }
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._damaged(str(error)) from error
        known = {"salt": str, _CHECK: str, "entries": dict, "memory_kib": int, "passes": int}
        if document.get("format") != _FORMAT or shape != known:
            raise self._damaged("it has another form")
        return dict(document)

    def _damaged(self, why: str) -> CorruptError:
        return CorruptError(
            what=f"The secrets file {self._file} is damaged: {why}.",
            remedy="Restore it from a backup, or move it aside and enrol again.",
        )


def write_private(file: Path, data: bytes) -> None:
    """Write a file that only its owner can read, durably and in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(file.suffix + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def open_secrets(
    *,
    folder: Path,
    profile: str,
    user_id: str,
    ask_pin: AskPin,
    entropy: Entropy,
    cost: PinCost | None = None,
) -> SecretStore:
    """The best store this machine has for the secrets of one person: keyring, else PIN-protected file."""
    backend = keyring.get_keyring()
    if is_secure(backend):
        return KeyringSecrets(backend=backend, service=f"control-tower/{profile}")
    file = folder / f"secrets-{_file_name(user_id)}.json"
    return PinFileSecrets(file=file, user_id=user_id, ask_pin=ask_pin, entropy=entropy, cost=cost)


def pin_from(environment: Mapping[str, str], prompt: Callable[[str], str] | None = None) -> AskPin:
    """Asks for a PIN the way a command does: the environment, the file it names, else a prompt."""

    def ask(user_id: str) -> str:
        if PIN_VARIABLE in environment:
            return environment[PIN_VARIABLE]
        if PIN_FILE_VARIABLE in environment:
            try:
                return Path(environment[PIN_FILE_VARIABLE]).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise CannotSignError(
                    what=f"The PIN file cannot be read: {error}.", remedy=f"Correct {PIN_FILE_VARIABLE}."
                ) from error
        if prompt is None:
            raise CannotSignError(
                what=f"Nobody gave the PIN of {user_id}.",
                remedy=f"Set {PIN_FILE_VARIABLE} to a file that holds it, or sign at the window.",
            )
        return prompt(f"PIN of {user_id}: ")

    return ask


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _file_name(user_id: str) -> str:
    return "".join(c if c.isalnum() or c in ".-_" else "_" for c in user_id)
