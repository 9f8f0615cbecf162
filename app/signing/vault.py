"""Private keys at rest: wrapped twice over, by a random key of the secret store and by the person's PIN."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Protocol

from app.signing.keys import Entropy, KeyOwner, SigningKey, new_key
from app.signing.sealing import SALT_BYTES, PinCost, combine_keys, key_from_pin, seal, unseal
from domain.errors import RefusedError

_PURPOSE = "control-tower signing key v1"
_WRAPPING_BYTES = 32
#: Kept beside each key, so that a new default cost does not lock the old keys: memory in KiB, passes.
_COST = Struct(">II")


class CannotSignError(RefusedError):
    """There is no key, or it stays locked: a normal state, in which everything else goes on."""


class Secrets(Protocol):
    """Where secrets are kept; ``app.secrets`` has the stores."""

    def get(self, name: str) -> bytes | None:
        """The secret of that name, or ``None``."""
        ...

    def put(self, name: str, value: bytes) -> None:
        """Keep a secret, in place of an earlier one."""
        ...


#: Gives the PIN of a user, or raises a ``RefusedError`` when nobody can be asked.
AskPin = Callable[[str], str]


class KeyVault:
    """Makes, keeps and unlocks the signing keys of one desk."""

    def __init__(
        self, *, secrets: Secrets, ask_pin: AskPin, entropy: Entropy, cost: PinCost | None = None
    ) -> None:
        """Keep keys in ``secrets``, each under the PIN that ``ask_pin`` gives for its owner."""
        self._secrets = secrets
        self._ask_pin = ask_pin
        self._entropy = entropy
        self._cost = cost or PinCost()

    def holds(self, owner: KeyOwner) -> bool:
        """Whether there is a key of that person on that device."""
        return self._secrets.get(_name("signing-key", owner)) is not None

    def create(self, owner: KeyOwner) -> SigningKey:
        """Make a key, keep it wrapped, and give it unlocked.

        Raises:
            RefusedError: there is one already, or no PIN was given.
        """
        if self.holds(owner):
            raise RefusedError(
                what=f"{owner.user_id} already has a key on {owner.device_id}.",
                remedy="Use it; a new one would need a new enrolment.",
            )
        wrapping, salt = self._entropy(_WRAPPING_BYTES), self._entropy(SALT_BYTES)
        key, private = new_key(owner, self._entropy)
        wrapping_key = self._wrapping_key(wrapping, salt, owner, self._cost)
        sealed = seal(wrapping_key, private, _label(owner), self._entropy)
        cost = _COST.pack(self._cost.memory_kib, self._cost.passes)
        self._secrets.put(_name("wrapping-key", owner), wrapping)
        self._secrets.put(_name("signing-key", owner), cost + salt + sealed)
        return key

    def unlock(self, owner: KeyOwner) -> SigningKey:
        """The key of that person on that device.

        Raises:
            CannotSignError: there is none, or the PIN is wrong.
        """
        wrapped = self._secrets.get(_name("signing-key", owner))
        wrapping = self._secrets.get(_name("wrapping-key", owner))
        if wrapped is None or wrapping is None:
            raise CannotSignError(
                what=f"There is no signing key of {owner.user_id} on {owner.device_id}.",
                remedy="Make one with control-tower enrol; everything else works without it.",
            )
        if len(wrapped) <= _COST.size + SALT_BYTES:
            raise CannotSignError(
                what=f"The stored key of {owner.user_id} is damaged.",
                remedy="Remove it from the keyring and enrol again; everything else works without it.",
            )
        memory_kib, passes = _COST.unpack_from(wrapped)
        salt, sealed = wrapped[_COST.size : _COST.size + SALT_BYTES], wrapped[_COST.size + SALT_BYTES :]
        cost = PinCost(memory_kib=memory_kib, passes=passes)
        private = unseal(self._wrapping_key(wrapping, salt, owner, cost), sealed, _label(owner))
        if private is None:
            raise wrong_pin(owner.user_id)
        return SigningKey(owner=owner, private=private)

    def unlock_or_create(self, owner: KeyOwner) -> SigningKey:
        """The key of that person on that device, made now if there is none.

        Raises:
            CannotSignError: the PIN is wrong.
        """
        return self.unlock(owner) if self.holds(owner) else self.create(owner)

    def _wrapping_key(self, wrapping: bytes, salt: bytes, owner: KeyOwner, cost: PinCost) -> bytes:
        pin = self._ask_pin(owner.user_id)
        return combine_keys(wrapping, key_from_pin(pin, salt, cost), _PURPOSE)


def wrong_pin(user_id: str) -> CannotSignError:
    """The one answer to a PIN that does not fit."""
    return CannotSignError(
        what=f"The PIN is not that of {user_id}.", remedy="Try again; nothing was signed or changed."
    )


def _name(what: str, owner: KeyOwner) -> str:
    return f"{what}/{owner.user_id}/{owner.device_id}"


def _label(owner: KeyOwner) -> str:
    return f"{owner.user_id}\n{owner.device_id}"
