"""The hub's own signing key: made at its first start, kept under a PIN in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.secrets import PinFileSecrets
from app.signing.keys import Entropy, KeyOwner, SigningKey
from app.signing.vault import AskPin, KeyVault
from domain.ids import UserId

if TYPE_CHECKING:
    from app.signing.sealing import PinCost

HUB = "hub"


def hub_key(folder: Path, ask_pin: AskPin, entropy: Entropy, cost: PinCost | None = None) -> SigningKey:
    """The key of the hub whose folder it is; ``entropy(n)`` gives n random bytes.

    ``cost`` is what a guess at the PIN costs, where it is not the usual.

    Raises:
        CannotSignError: the PIN is wrong, or too short for a new key.
        CorruptError: the key's file is damaged.
    """
    file = folder / "secrets-hub.json"
    store = PinFileSecrets(file=file, user_id=HUB, ask_pin=ask_pin, entropy=entropy, cost=cost)
    vault = KeyVault(secrets=store, ask_pin=ask_pin, entropy=entropy, cost=cost)
    return vault.unlock_or_create(KeyOwner(user_id=UserId(HUB), device_id=HUB))
