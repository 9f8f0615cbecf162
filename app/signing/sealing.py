"""Keeping bytes secret at rest: Argon2id from a PIN, HKDF, AES-256-GCM."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.signing.keys import Entropy

KEY_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCost:
    """What a guess at a PIN costs: Argon2id memory in KiB, and passes over it."""

    memory_kib: int = 64 * 1024
    passes: int = 3


def key_from_pin(pin: str, salt: bytes, cost: PinCost) -> bytes:
    """32 bytes from a PIN by Argon2id; a quarter of a second at the default cost."""
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=1, memory_cost=cost.memory_kib)
    return kdf.derive(pin.encode())


def combine_keys(first: bytes, second: bytes, purpose: str) -> bytes:
    """32 bytes that need both halves: HKDF-SHA256 over one after the other."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(first + second)


def seal(key: bytes, plain: bytes, label: str, entropy: Entropy) -> bytes:
    """Encrypt with AES-256-GCM under a fresh nonce, which is put in front; ``label`` is bound in."""
    nonce = entropy(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def unseal(key: bytes, sealed: bytes, label: str) -> bytes | None:
    """Decrypt what :func:`seal` made; ``None`` when key, label or bytes are not the right ones."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
    except (InvalidTag, ValueError):
        return None
