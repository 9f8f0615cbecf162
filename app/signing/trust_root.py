"""Roots as signed files: one envelope a line, version 1 first; checked from the pinned fingerprint on."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.signing.canonical import canonical_bytes, is_canonical, sha256_hex
from app.signing.envelope import payload_of_unverified, pre_authentication_encoding, verify_envelope
from app.signing.keys import PublicKey, SigningKey, fingerprint_of
from domain.errors import BadInputError, RefusedError
from domain.profile_json import JsonObject, from_profile, load_strict, object_of
from domain.trust_root import RootDocument

if TYPE_CHECKING:
    from datetime import datetime

ROOT_TYPE = "application/vnd.control-tower.root+json"
#: Enough for two full sets of administrators.
MAX_SIGNATURES = 20
_REMEDY = "Get the file from an administrator again, and compare the fingerprint by another way."


class BadRootError(RefusedError):
    """A root that does not hold: too few signatures, out of order, or of another beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootChain:
    """Every version of a root up to the one in force, each verified; ``data`` is the file."""

    data: bytes
    versions: tuple[RootDocument, ...]
    fingerprint: str

    @property
    def current(self) -> RootDocument:
        """The version in force."""
        return self.versions[-1]

    def require_current(self, now: datetime) -> RootDocument:
        """The version in force, unless it has ended.

        Raises:
            BadRootError: it has; a new version is needed.
        """
        if now >= self.current.expires_at:
            raise BadRootError(
                what=f"The trust root ended on {self.current.expires_at.date()}.",
                remedy="Have its administrators sign a new version: control-tower root rotate.",
            )
        return self.current

    def counts_rights(self, sha256: str) -> bool:
        """Whether decision rights may be or have been in force: some version names them, if any must."""
        if self.current.rights_sha256s is None:
            return True
        return any(version.lists_rights(sha256) for version in self.versions)

    def counts_device(self, keyid: str) -> bool:
        """Whether a key may be or have been let in: some version names it, if any must."""
        if self.current.device_keyids is None:
            return True
        return any(version.lists_device(keyid) for version in self.versions)

    def goes_on_from(self, older: RootChain) -> bool:
        """Whether every version of ``older`` is one of these too."""
        return self.versions[: len(older.versions)] == older.versions


def draft_root(root: RootDocument) -> bytes:
    """An envelope of a root that nobody has signed yet."""
    return _written(canonical_bytes(object_of(root)), {})


def add_signature(envelope: bytes, key: SigningKey) -> bytes:
    """The same envelope with the signature of one administrator more.

    Raises:
        BadInputError: it holds no root.
    """
    document = load_strict(envelope)
    payload, signatures = _parts(document)
    message = pre_authentication_encoding(ROOT_TYPE, payload)
    read_root(payload)
    signatures[key.public.keyid] = base64.b64encode(key.sign(message)).decode()
    return _written(payload, signatures)


def signers_of(envelope: bytes) -> frozenset[str]:
    """The keys that an envelope says it is signed with, unverified."""
    return frozenset(_parts(load_strict(envelope))[1])


def root_in(envelope: bytes) -> RootDocument:
    """What an envelope says, unverified: for showing a draft.

    Raises:
        BadInputError: it holds no root.
    """
    return read_root(_parts(load_strict(envelope))[0])


def read_root(payload: bytes) -> RootDocument:
    """The root that payload bytes say.

    Raises:
        BadInputError: they say none, or a key in it is no key.
    """
    document = load_strict(payload)
    if not is_canonical(document, payload):
        raise BadInputError(what="A trust root is not written in its canonical form.", remedy=_REMEDY)
    root = from_profile(RootDocument, document)
    if any(PublicKey.from_text(admin.public_key).keyid != admin.keyid for admin in root.admins):
        raise BadInputError(what="A trust root names a key by another id than its own.", remedy=_REMEDY)
    return root


def lines_of(data: bytes) -> list[bytes]:
    """The envelopes of a file of roots."""
    return data.splitlines()


@lru_cache(maxsize=4)
def open_chain(data: bytes, fingerprint: str = "") -> RootChain:
    """Verify a file of roots from its first version to its last.

    ``fingerprint`` is the pinned one of version 1; without it, it is only told.

    Raises:
        BadRootError: it begins with another root, skips a version, or enough signatures are missing.
        BadInputError: it is no file of roots.
    """
    versions: list[RootDocument] = []
    first = ""
    for line in lines_of(data):
        payload = payload_of_unverified(line, payload_type=ROOT_TYPE, most=MAX_SIGNATURES)
        first = first or fingerprint_of(sha256_hex(payload))
        if fingerprint and fingerprint.strip().upper() != first:
            raise _bad("it begins with another version than the pinned one")
        root = read_root(payload)
        before = versions[-1] if versions else None
        if root.version != len(versions) + 1:
            raise _bad(f"version {root.version} comes where {len(versions) + 1} is expected")
        _require_signed(line, root, before)
        versions.append(root)
    if not versions:
        raise _bad("it is empty")
    return RootChain(data=data, versions=tuple(versions), fingerprint=first)


def _require_signed(envelope: bytes, root: RootDocument, before: RootDocument | None) -> None:
    admins = (*root.admins, *(before.admins if before is not None else ()))
    keys = {admin.keyid: PublicKey.from_text(admin.public_key) for admin in admins}
    try:
        verified = verify_envelope(envelope, keys.get, payload_type=ROOT_TYPE, most=MAX_SIGNATURES)
    except RefusedError as error:
        raise _bad(f"version {root.version} carries a signature that does not count") from error
    signers = frozenset(verified.keyids)
    if not root.signed_enough(signers):
        raise _bad(f"version {root.version} lacks signatures of its own administrators")
    if before is not None and not before.signed_enough(signers):
        raise _bad(f"version {root.version} lacks signatures of the administrators before it")


def _parts(document: JsonObject) -> tuple[bytes, dict[str, str]]:
    try:
        if document["payloadType"] != ROOT_TYPE:
            raise _no_root()
        rows = document["signatures"]
        signatures = {str(row["keyid"]): str(row["sig"]) for row in rows}  # type: ignore[index,union-attr,call-overload]
        return base64.b64decode(str(document["payload"]), validate=True), signatures
    except (KeyError, TypeError, ValueError) as error:
        raise _no_root() from error


def _written(payload: bytes, signatures: dict[str, str]) -> bytes:
    return canonical_bytes(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": ROOT_TYPE,
            "signatures": [{"keyid": keyid, "sig": sig} for keyid, sig in sorted(signatures.items())],
        }
    )


def _no_root() -> BadInputError:
    return BadInputError(what="This is no trust root.", remedy="Make one with control-tower root new.")


def _bad(why: str) -> BadRootError:
    return BadRootError(what=f"The trust root does not hold: {why}.", remedy=_REMEDY)
