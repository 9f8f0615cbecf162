"""Ed25519 keys: one per person and device, named by the digest of their public half."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from app.signing.canonical import sha256_hex
from domain.errors import BadInputError
from domain.ids import UserId

KEY_BYTES = 32
#: Gives that many unpredictable bytes; ``app.bootstrap`` gives the operating system's.
Entropy = Callable[[int], bytes]


def fingerprint_of(sha256: str) -> str:
    """The first 125 bits of a digest as people compare them: five groups of five characters."""
    text = base64.b32encode(bytes.fromhex(sha256)).decode()[:25]
    return "-".join(text[at : at + 5] for at in range(0, len(text), 5))


class PublicKey:
    """The public half of a key: checks signatures, and can be given to anybody."""

    def __init__(self, spki: bytes) -> None:
        """Read a SubjectPublicKeyInfo in DER.

        Raises:
            BadInputError: it is not the DER of an Ed25519 key.
        """
        try:
            key = load_der_public_key(spki)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key() from error
        if not isinstance(key, Ed25519PublicKey) or _spki(key) != spki:
            raise _no_key()
        self._key = key
        self.spki = spki
        self.keyid = sha256_hex(spki)

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        """Read the base64 form that :meth:`to_text` writes.

        Raises:
            BadInputError: it is no such text.
        """
        try:
            return cls(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise _no_key() from error

    @property
    def fingerprint(self) -> str:
        """What people compare by voice: 125 bits of the key's digest, five groups of five characters."""
        return fingerprint_of(self.keyid)

    def to_text(self) -> str:
        """The DER in base64, for messages and files."""
        return base64.b64encode(self.spki).decode()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made ``signature`` over ``message``."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        """Keys are equal when their bytes are."""
        return isinstance(other, PublicKey) and other.spki == self.spki

    def __hash__(self) -> int:
        """Agrees with equality."""
        return hash(self.spki)


def _spki(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _no_key() -> BadInputError:
    return BadInputError(
        what="This is not an Ed25519 public key.", remedy="Export the key again on its device."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOwner:
    """Whose key it is: the person, and the device it never leaves."""

    user_id: UserId
    device_id: str


class SigningKey:
    """An unlocked key: signs in the name of its owner. Its private bytes are never shown or logged."""

    def __init__(self, *, owner: KeyOwner, private: bytes) -> None:
        """Take the 32 private bytes.

        Raises:
            ValueError: they are not 32 bytes.
        """
        self.owner = owner
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = PublicKey(_spki(self._key.public_key()))

    def __repr__(self) -> str:
        """Names the key without showing it."""
        return f"SigningKey({self.owner.user_id}, {self.owner.device_id}, {self.public.keyid[:12]}…)"

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature over ``message``."""
        return self._key.sign(message)


def new_key(owner: KeyOwner, entropy: Entropy) -> tuple[SigningKey, bytes]:
    """A new key for that owner, and its private bytes, which are for :mod:`app.signing.vault` only."""
    private = entropy(KEY_BYTES)
    return SigningKey(owner=owner, private=private), private
