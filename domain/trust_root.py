"""The trust root: whose signatures, several together, say which hub and which executors count.

A root is a document of a few administrators. Each version is signed by enough of those it names and by enough
of those the version before it named, so that nobody alone can exchange it and every change can be followed
back to the first one, whose fingerprint is pinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.checks import require, require_sha256, require_text, require_utc

MIN_THRESHOLD = 2
MIN_ADMINS = 3
LONGEST_VALID = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class RootAdmin:
    """An administrator who signs roots."""

    name: str
    keyid: str
    public_key: str

    def __post_init__(self) -> None:
        """Refuse an administrator without a name or key."""
        require_text(self.name, "name")
        require_text(self.public_key, "public_key")
        require_sha256(self.keyid, "keyid")


@dataclass(frozen=True, slots=True, kw_only=True)
class RootDocument:
    """One version of the root.

    ``hub_keyids`` are the keys of hubs that count. ``executor_keyids`` are the keys that may carry anything
    out; none named: the decision rights alone say who may. ``rights_sha256s`` are the digests of decision
    rights that hubs may put in force, ``device_keyids`` the keys they may let in; absent: the hub alone says.
    """

    version: int
    issued_at: datetime
    expires_at: datetime
    threshold: int
    admins: tuple[RootAdmin, ...]
    hub_keyids: tuple[str, ...]
    executor_keyids: tuple[str, ...] = ()
    rights_sha256s: tuple[str, ...] | None = None
    device_keyids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a root that one person could sign, that never ends, or that names no hub."""
        require(self.version >= 1, "versions of a root count from 1.")
        require_utc(self.issued_at, "issued_at")
        require_utc(self.expires_at, "expires_at")
        valid_for = self.expires_at - self.issued_at
        require(timedelta(0) < valid_for <= LONGEST_VALID, "a root is valid for 1 to 400 days.")
        keyids = {admin.keyid for admin in self.admins}
        names = {admin.name for admin in self.admins}
        different = len(keyids) == len(names) == len(self.admins)
        require(different, "two administrators share a name or a key.")
        require(len(self.admins) >= MIN_ADMINS, f"a root takes at least {MIN_ADMINS} administrators.")
        enough = MIN_THRESHOLD <= self.threshold <= len(self.admins)
        require(enough, f"a root takes the signatures of {MIN_THRESHOLD} to {len(self.admins)} of them.")
        require(bool(self.hub_keyids), "a root names at least one hub.")
        for keyid in (*self.hub_keyids, *self.executor_keyids, *(self.device_keyids or ())):
            require_sha256(keyid, "keyid")
        for digest in self.rights_sha256s or ():
            require_sha256(digest, "digest of decision rights")

    def signed_enough(self, keyids: frozenset[str]) -> bool:
        """Whether these keys are enough of its own administrators."""
        return len(keyids & {admin.keyid for admin in self.admins}) >= self.threshold

    def lists_rights(self, sha256: str) -> bool:
        """Whether this version names these decision rights."""
        return sha256 in (self.rights_sha256s or ())

    def lists_device(self, keyid: str) -> bool:
        """Whether this version names that key, as one of a device or of an executor."""
        return keyid in (self.device_keyids or ()) or keyid in self.executor_keyids
