"""The hub's own signing key: made at its first start, kept under a PIN in its folder."""

from __future__ import annotations

from pathlib import Path

from app.secrets import PinFileSecrets
from app.signing.keys import Entropy, KeyOwner, SigningKey
from app.signing.vault import AskPin, KeyVault
from domain.ids import UserId

HUB = "hub"


def hub_key(folder: Path, ask_pin: AskPin, entropy: Entropy) -> SigningKey:
    """The key of the hub whose folder it is; ``entropy(n)`` gives n random bytes.

    Raises:
        CannotSignError: the PIN is wrong, or too short for a new key.
        CorruptError: the key's file is damaged.
    """
    store = PinFileSecrets(file=folder / "secrets-hub.json", user_id=HUB, ask_pin=ask_pin, entropy=entropy)
    vault = KeyVault(secrets=store, ask_pin=ask_pin, entropy=entropy)
    return vault.unlock_or_create(KeyOwner(user_id=UserId(HUB), device_id=HUB))
