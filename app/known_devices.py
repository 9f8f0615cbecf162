"""Which devices a connector service lets in: a file with one public key a line, and their signed requests.

A line is ``<key in base64> <user> <device>``, as ``control-tower device-key`` prints it; lines that begin
with ``#`` are words for people. The file is read again whenever it has changed, so taking a line away
shuts that device out at once.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.signing.request_signature import HEADER, check_request, sign_request
from domain.errors import BadInputError
from domain.ids import UserId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.outgoing_request import OutgoingRequest
    from connectors.service.callers import SignedRequest
    from domain.clock import Clock

PURPOSE = "control-tower connector request v1"
_FIELDS = 3


class KnownDevices:
    """The devices of a file, and the check of what they sign."""

    def __init__(self, file: Path, clock: Clock) -> None:
        """Read the file now; without one nobody is known yet.

        Raises:
            BadInputError: a line is not what it should be.
        """
        self._file = file
        self._clock = clock
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._devices: Mapping[str, tuple[PublicKey, KeyOwner]] = {}
        self._refresh()

    def check(self, request: SignedRequest) -> str:
        """The user and device that signed a request.

        Raises:
            RefusedError: none did that is in the file.
        """
        with self._lock:
            self._refresh()
            devices = self._devices
        keyid = check_request(
            request.signature,
            PURPOSE,
            (request.method.upper(), request.authority, request.target, request.body_sha256),
            lambda wanted: devices[wanted][0] if wanted in devices else None,
            self._clock.now(),
            remedy=f"Add the line that control-tower device-key prints to {self._file.name} of the service.",
        )
        owner = devices[keyid][1]
        return f"{owner.user_id}@{owner.device_id}"

    def _refresh(self) -> None:
        try:
            state = self._file.stat()
            seen = (state.st_mtime_ns, state.st_size)
            if seen != self._seen:
                self._devices = parse_devices(self._file.read_text(encoding="utf-8"), self._file.name)
                self._seen = seen
        except FileNotFoundError:
            self._devices, self._seen = {}, None
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(
                what=f"The list of devices {self._file} cannot be read: {error}.",
                remedy="Correct it; nobody is let in by key until then.",
            ) from error


def device_line(key: PublicKey, owner: KeyOwner) -> str:
    """The line of a device."""
    return f"{key.to_text()} {owner.user_id} {owner.device_id}"


def parse_devices(text: str, name: str) -> dict[str, tuple[PublicKey, KeyOwner]]:
    """The devices of a list, by the id of their key; ``name`` is that of the file, for messages.

    Raises:
        BadInputError: a line has not three words, or no key.
    """
    found: dict[str, tuple[PublicKey, KeyOwner]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != _FIELDS:
            raise BadInputError(
                what=f"Line {number} of {name} is no device.", remedy="Write: KEY USER DEVICE."
            )
        key = PublicKey.from_text(words[0])
        found[key.keyid] = (key, KeyOwner(user_id=UserId(words[1]), device_id=words[2]))
    return found


def signing_with(
    key: Callable[[], SigningKey], clock: Clock
) -> Callable[[OutgoingRequest], Mapping[str, str]]:
    """What signs requests to a connector service; the key is unlocked when the first one goes out."""

    def sign(request: OutgoingRequest) -> Mapping[str, str]:
        parts = (request.method.upper(), request.authority, request.target, request.body_sha256)
        return {HEADER: sign_request(key(), PURPOSE, parts, clock.now())}

    return sign
